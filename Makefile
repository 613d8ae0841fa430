# Everything here runs with what `npm ci` installs (Node 26 included), Go, git and make.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
# Nothing that the tools would ask of the outside world, or of a terminal.
export CHECKPOINT_DISABLE := 1
export NO_UPDATE_NOTIFIER := 1

GO_MODULES := packer-plugin/shim e2e/pretend-builders tools/go-version-check tools/cty-check bench/peers
INSTALLED := node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz-api fuzz-plugin check build tools dist try-packers bindings bench format generate clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1	/' | expand -t 14

demo: build ## a registry, two Packer builds, two Terraform plans: the whole chain before your eyes
	@node tools/demo.ts

test: build ## every test: unit, property, both databases, real Packer, Terraform and OpenTofu
	@node tools/test.ts

fuzz-api: $(INSTALLED) ## invented requests to a real registry, every answer held to the API document (make test has minutes of it)
	@node tools/fuzz-api.ts

fuzz-plugin: $(INSTALLED) ## invented messages of Packer and builders to the plugin, 5 minutes for each kind (make test has seconds of it)
	@node tools/fuzz-plugin.ts

try-packers: $(INSTALLED) ## the plugin with every Packer from 1.11 on, which are built first: an hour, once
	@node tools/try-packers.ts

fuzz-provider: build ## a million malformed messages to the provider, over the socket that Terraform uses (make test has 20,000)
	@node provider/test/fuzz.ts

check: $(INSTALLED) ## types, lint, formatting, and that generated files are fresh
	tsc -p tsconfig.json
	biome check --error-on-warnings
	@for module in $(GO_MODULES); do \
	  echo "go vet $$module"; (cd $$module && go vet ./...) || exit 1; done
	@unformatted=$$(gofmt -l $(GO_MODULES)); test -z "$$unformatted" || { echo "not as gofmt writes it: $$unformatted"; exit 1; }
	@node tools/generate.ts --check

build: $(INSTALLED) ## the Terraform provider, the Packer plugin and `waybill` itself for this platform, into dist/
	@node provider/scripts/build.ts
	@node packer-plugin/scripts/build.ts
	@node cli/scripts/build.ts

tools: $(INSTALLED) ## Packer and OpenTofu for those who have none, into dist/bin
	@node tools/link-tools.ts dist/bin

dist: build ## release archives for all platforms, with checksums and signatures, into dist/release/
	@node tools/dist.ts

bindings: $(INSTALLED) ## npm packages of the provider for CDKTF and CDK Terrain, into provider/cdktf/dist
	@node provider/cdktf/generate.ts

bench: build ## measure against the figures we promise (ONLY="durability files": some of them); writes bench/RESULTS.md
	@node bench/src/main.ts $(ONLY)

format: $(INSTALLED) ## format and fix what can be fixed by itself
	biome check --write
	gofmt -w $(GO_MODULES)

generate: $(INSTALLED) ## write the generated files again: codecs, API document, client types
	@node tools/generate.ts

clean: ## remove what was built and installed (not the cache of Packer and OpenTofu)
	rm -rf dist node_modules */node_modules */dist provider/cdktf/node_modules provider/cdktf/dist

$(INSTALLED): package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@
