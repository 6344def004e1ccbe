# Everything here installs what it needs: run as root on Debian 12 with a Swift 6.3 toolchain.
SHELL := /bin/bash
.DEFAULT_GOAL := help

RELEASE_FLAGS := -c release --product herald --static-swift-stdlib -Xlinker --icf=all -Xlinker -s

.PHONY: help
help: ## Lists the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

.PHONY: demo
demo: libraries release ## Shows the main job: Services in, answering addresses out
	@scripts/install --demo
	@swift build -c release --product lab-probe && swift build -c release --product herald-demo
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

.PHONY: lint
lint: ## Checks the form of all Swift code
	swift format lint --strict --parallel --recursive Package.swift Benchmarks Sources Tests

.PHONY: chart
chart: ## Writes the generated parts of charts/herald: the schema of its values, and install.yaml
	@scripts/install --tests
	.build/python/bin/python scripts/chart write .

.PHONY: release
release: libraries ## Builds the binary that ships: .build/release/herald
	swift build $(RELEASE_FLAGS)

.PHONY: bench
bench: libraries ## Measures, prints a table and writes bench-results/bench.json
	@scripts/install --demo
	swift build -c release --product herald-bench
	swift build -c release --product lab-probe
	$(MAKE) release
	.build/release/herald-bench

.PHONY: libraries
libraries:
	@scripts/install --libraries
