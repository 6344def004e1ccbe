# herald's image: the binary, the shared libraries that it needs, and certificates; no shell and no package manager.
#   docker build --tag herald:dev --build-arg HERALD_COMMIT="$(git describe --always --dirty --abbrev=12 --exclude '*')" .
# Without Docker:  make image
FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends make \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY scripts/install scripts/install
RUN scripts/install --libraries
COPY Makefile Package.swift Package.resolved* ./
COPY scripts scripts
COPY Sources Sources
COPY Tests Tests
COPY Benchmarks Benchmarks
# The history is not here to be asked for it.
ARG HERALD_COMMIT
RUN make release HERALD_COMMIT="$HERALD_COMMIT" \
 && scripts/notices >NOTICES.txt

FROM debian:12-slim AS root
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libcurl4 libnl-3-200 libssl3 libyaml-0-2 ca-certificates \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/.build/release/herald /usr/bin/herald
COPY --from=build /src/NOTICES.txt /NOTICES.txt
COPY LICENSE /LICENSE
COPY scripts/image-root /usr/local/bin/image-root
RUN image-root /usr/bin/herald /LICENSE /NOTICES.txt /image

FROM scratch
ARG HERALD_VERSION=0.1.0
ARG HERALD_COMMIT
COPY --from=root /image/ /
LABEL org.opencontainers.image.title="herald" \
      org.opencontainers.image.description="Working addresses for Kubernetes Services of type LoadBalancer" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$HERALD_VERSION" \
      org.opencontainers.image.revision="$HERALD_COMMIT" \
      org.opencontainers.image.base.name="docker.io/library/debian:12-slim"
# On a cluster the chart runs it as root without any capability but NET_ADMIN and NET_RAW: Kubernetes gives capabilities
# to root alone. Commands that only ask, as validate and version, need no user at all.
USER 65532:65532
ENV PATH=/usr/bin
ENTRYPOINT ["/usr/bin/herald"]
CMD ["--help"]
