# Everything here installs what it needs: run as root on Debian 12 with a Swift 6.3 toolchain.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# How long  make fuzz  gives each decoder;  make fuzz SECONDS=600  for ten minutes.
SECONDS_EACH := $(if $(filter command line,$(origin SECONDS)),$(SECONDS),60)

# The names of its own symbols, which no dynamic linker looks up, are left out: a tenth of the size. Relocations are
# packed (DT_RELR, from glibc 2.36 on): another twentieth.
#
# Whatever is built for release is built so: other flags would compile all of it once more.
RELEASE_FLAGS := -c release --static-swift-stdlib -Xswiftc -use-ld=lld -Xswiftc -Xfrontend -Xswiftc -function-sections \
	-Xlinker --icf=all -Xlinker --no-export-dynamic -Xlinker -s -Xlinker -z -Xlinker pack-relative-relocs

.PHONY: help
help: ## Lists the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

.PHONY: demo
demo: libraries release ## Shows the main job: Services in, answering addresses out
	@scripts/install --demo
	@swift build $(RELEASE_FLAGS) --product lab-probe && swift build $(RELEASE_FLAGS) --product herald-demo
	@scripts/demo

.PHONY: test
test: ## Runs every test, those in network namespaces too
	@scripts/install --tests
	@scripts/test

.PHONY: sanitize
sanitize: ## Runs the tests with the thread sanitizer, then with the address sanitizer
	@scripts/install --tests
	HERALD_SANITIZER=thread scripts/test
	HERALD_SANITIZER=address scripts/test

.PHONY: e2e
e2e: ## Runs herald against an API server; a real one if KUBEBUILDER_ASSETS names its folder
	@scripts/install --tests
	@scripts/e2e

ARGUMENTS ?=

.PHONY: soak
soak: libraries ## Churns 500 Services for 30 minutes under faults; ARGUMENTS="--seed 7 --seconds 600" repeats a run
	@scripts/install --tests
	swift build --product herald && swift build --product herald-soak && swift build --product lab-probe
	swift build --product test-apiserver && swift build --product ClockStep
	.build/debug/herald-soak $(ARGUMENTS)

OLD ?=
NEW ?= .build/debug/herald

.PHONY: upgrade
upgrade: libraries ## Rolls three nodes from one build to another and back: OLD=program NEW=program
	@scripts/install --tests
	swift build --product herald
	@scripts/upgrade-test "$(OLD)" "$(NEW)"

.PHONY: lint
lint: ## Checks the form of all Swift code
	swift format lint --strict --parallel --recursive Package.swift Benchmarks Sources Tests

.PHONY: chart
chart: ## Writes the generated parts of charts/herald: the schema of its values, and install.yaml
	@scripts/install --tests
	.build/python/bin/python scripts/chart write .

.PHONY: release
release: export HERALD_COMMIT := $(shell git describe --always --dirty --abbrev=12 --exclude '*' 2>/dev/null)
release: libraries ## Builds the binary that ships: .build/release/herald
	swift build $(RELEASE_FLAGS) --product herald

.PHONY: dist
dist: release ## Packs dist/herald-VERSION-linux-ARCH.tar.gz
	@scripts/dist

IMAGE ?= ghcr.io/herald-lb/herald:0.1.0

.PHONY: image
image: release ## Packs dist/herald-image.tar, which docker, podman, containerd and kind load; needs none of them
	@mkdir -p dist
	@scripts/notices >dist/NOTICES.txt
	@scripts/image-root .build/release/herald LICENSE dist/NOTICES.txt dist/image-root
	@rm dist/NOTICES.txt
	@/usr/bin/python3 scripts/image dist/image-root $(IMAGE) dist/herald-image.tar

.PHONY: verify-dist
verify-dist: dist image ## Runs what dist and image packed in a bare Debian 12 and by itself
	@scripts/install --dist
	@scripts/verify-dist

.PHONY: bench
bench: libraries ## Measures, prints a table and writes bench-results/bench.json
	@scripts/install --demo
	swift build $(RELEASE_FLAGS) --product herald-bench
	swift build $(RELEASE_FLAGS) --product lab-probe
	swift build $(RELEASE_FLAGS) --product test-apiserver
	$(MAKE) release
	.build/release/herald-bench

.PHONY: bench-failover
bench-failover: libraries ## Measures failover beside keepalived, 50 minutes (ARGUMENTS="--runs 5": 22); writes bench-results/failover.json
	@scripts/install --demo
	@command -v keepalived >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq keepalived >/dev/null
	swift build $(RELEASE_FLAGS) --product herald-bench
	swift build $(RELEASE_FLAGS) --product lab-probe
	swift build $(RELEASE_FLAGS) --product test-apiserver
	$(MAKE) release
	.build/release/herald-bench --suite failover --calm-seconds 600 --output bench-results/failover.json $(ARGUMENTS)

.PHONY: figures
figures: libraries ## Measures every goal in under 20 minutes; writes bench-results/figures.json and README's table
	@scripts/install --figures
	swift build $(RELEASE_FLAGS) --product herald-bench
	swift build $(RELEASE_FLAGS) --product lab-probe
	swift build $(RELEASE_FLAGS) --product test-apiserver
	$(MAKE) release
	.build/release/herald-bench --suite figures --output bench-results/figures.json --readme README.md $(ARGUMENTS)

.PHONY: fuzz
fuzz: libraries ## Gives each decoder what no one should send, SECONDS (60) each; keeps what breaks one
	scripts/fuzz $(SECONDS_EACH) $(TARGETS)

.PHONY: simulate
simulate: libraries ## Runs the simulation of several nodes as a program: make simulate ARGUMENTS='--seeds 100'
	HERALD_SIMULATE=1 swift build -c release -Xswiftc -enable-testing --product herald-simulate \
		--scratch-path .build/simulation
	SWIFT_DETERMINISTIC_HASHING=1 .build/simulation/release/herald-simulate $(ARGUMENTS)

.PHONY: libraries
libraries:
	@scripts/install --libraries
