# herald's image: the binary, the shared libraries that it needs, and certificates; no shell and no package manager.
#   docker build --tag herald:dev .          without Docker:  make image
FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends make pkg-config libcurl4-openssl-dev libnl-3-dev libnl-route-3-dev \
      libssl-dev libyaml-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift Package.resolved* ./
COPY Sources Sources
COPY Tests Tests
COPY Benchmarks Benchmarks
RUN swift build -c release --product herald --static-swift-stdlib \
      -Xlinker --icf=all -Xlinker --no-export-dynamic -Xlinker -s

FROM debian:12-slim AS root
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libcurl4 libnl-3-200 libssl3 libyaml-0-2 ca-certificates \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/.build/release/herald /usr/bin/herald
COPY LICENSE /LICENSE
COPY scripts/image-root /usr/local/bin/image-root
RUN image-root /usr/bin/herald /LICENSE /image

FROM scratch
COPY --from=root /image/ /
LABEL org.opencontainers.image.title="herald" \
      org.opencontainers.image.description="Working addresses for Kubernetes Services of type LoadBalancer" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/debian:12-slim"
# On a cluster the chart runs it as root without any capability but NET_ADMIN and NET_RAW: Kubernetes gives capabilities
# to root alone. Commands that only ask, as validate and version, need no user at all.
USER 65532:65532
ENV PATH=/usr/bin
ENTRYPOINT ["/usr/bin/herald"]
CMD ["--help"]
