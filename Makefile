# Every command that a person types. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

SOURCES := $(shell find src -name '*.rs') Cargo.toml Cargo.lock hack/build-guest.sh
# Without kube, which only `hostprocess check --cluster` needs, the command is built in half of the time.
HOSTPROCESS := cargo run --quiet --locked -p hostprocess-cli --no-default-features --features module --
# Cargo builds the guests and the command in folders of their own: neither waits for the other.
TOGETHER := @$(MAKE) --no-print-directory -j$(shell nproc 2>/dev/null || echo 2)
KWCTL_MISSING := kwctl is not installed: get it from https://github.com/kubewarden/kubewarden-controller/releases

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z.-]+:.*## / { printf "%-24s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

policy.wasm: $(SOURCES) ## Build the policy
	hack/build-guest.sh windows-hostprocess-policy $@

.PHONY: kwctl
kwctl:
	@command -v kwctl >/dev/null || { echo '$(KWCTL_MISSING)' >&2; exit 1; }

annotated-policy.wasm: policy.wasm metadata.yml README.md | kwctl ## Add the metadata that policy-server reads (needs kwctl)
	kwctl annotate -m metadata.yml -u README.md -o $@ policy.wasm

artifacthub-pkg.yml: metadata.yml questions-ui.yml | kwctl ## Describe the package for Artifact Hub (needs kwctl)
	kwctl scaffold artifacthub -m metadata.yml -q questions-ui.yml -o $@

.PHONY: hostprocess
hostprocess: ## Build the command without kube
	@# MAKEFLAGS names jobs of make's that Cargo cannot have.
	MAKEFLAGS= cargo build --locked -p hostprocess-cli --no-default-features --features module

.PHONY: run
run: ## Evaluate examples/ with the module: one manifest is accepted, one rejected
	$(TOGETHER) policy.wasm hostprocess
	@$(HOSTPROCESS) check --wasm policy.wasm examples/privileged-daemonset.yaml
	@status=0; $(HOSTPROCESS) check --wasm policy.wasm examples/broken.yaml || status=$$?; \
	  [ $$status -eq 1 ] || { echo "examples/broken.yaml should be denied (exit 1), not exit $$status" >&2; exit 1; }

.PHONY: test
test: ## Run every test
	$(TOGETHER) policy.wasm bench-guests hostprocess
	@$(MAKE) --no-print-directory e2e-tests release-tests
	cargo test --locked --workspace

.PHONY: release-tests
release-tests: ## The scripts of hack/ that make a release
	@for program in bats curl git unzip zip; do command -v $$program >/dev/null || hack/install-debian.sh $$program; done
	bats tests/release

.PHONY: e2e-tests
e2e-tests: policy.wasm ## The policy through kwctl, or through `hostprocess run` where kwctl is not installed
	@command -v bats >/dev/null || hack/install-debian.sh bats
	@$(MAKE) --no-print-directory $$(if command -v kwctl >/dev/null; then echo annotated-policy.wasm; else echo hostprocess; fi)
	bats e2e.bats

.PHONY: e2e-cluster
e2e-cluster: annotated-policy.wasm ## The policy in a cluster: etcd, kube-apiserver and policy-server (CONTRIBUTING.md says where to get them)
	@command -v bats >/dev/null || hack/install-debian.sh bats
	bats tests/cluster

.PHONY: lint
lint: ## Formatting, clippy, one set of features; licences and advisories, scripts and workflows where their tools are installed
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked -p hostprocess-cli --no-default-features --all-targets -- -D warnings
	@if command -v python3 >/dev/null; then hack/shared-features.py; else echo 'python3 is not installed: hack/shared-features.py is skipped'; fi
	@if command -v cargo-deny >/dev/null; then cargo deny check; else echo 'cargo-deny is not installed: cargo install cargo-deny'; fi
	@if command -v shellcheck >/dev/null; then shellcheck hack/*.sh .ci/run; else echo 'shellcheck is not installed: apt-get install shellcheck'; fi
	@if command -v actionlint >/dev/null; then actionlint; else echo 'actionlint is not installed: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'; fi
	@if command -v zizmor >/dev/null; then zizmor --offline --quiet .; else echo 'zizmor is not installed: pip install zizmor'; fi

.PHONY: version-check
version-check: ## Whether every file names the version of a release (TAG=v1.2.3)
	hack/version-check.sh $(TAG)

.PHONY: reproducible
reproducible: ## Whether two builds of this commit, in two folders, give the same module
	hack/reproducible.sh

BENCH_GUESTS := target/bench-guests/accept-everything.wasm target/bench-guests/conventional.wasm

.PHONY: bench-guests
bench-guests: $(BENCH_GUESTS)

# The floor is built as the policy is; the conventional policy as those of kubewarden/policies are.
target/bench-guests/conventional.wasm: GUEST_PROFILE := release
target/bench-guests/%.wasm: benches/%/src/lib.rs benches/%/Cargo.toml Cargo.toml Cargo.lock hack/build-guest.sh
	@mkdir -p $(@D)
	hack/build-guest.sh $* $@ $(GUEST_PROFILE)

.PHONY: bench
bench: policy.wasm bench-guests ## Time and count the policy against the floor and a conventional policy, and hold it to its budgets
	cargo run --locked -p compare

CORPUS := test_data

.PHONY: bench-check
bench-check: ## Time `hostprocess check` on 10,000 files (the release build takes minutes; CORPUS=folder for other files)
	MAKEFLAGS= cargo build --locked --release -p hostprocess-cli --no-default-features --features module
	MAKEFLAGS= cargo build --quiet --locked -p check-speed
	@# Not `cargo run`, which becomes the program that it runs: the memory of the compilers before would count.
	target/debug/check-speed target/release/hostprocess $(CORPUS)

.PHONY: docs
docs: ## Write docs/rules.md, deploy/validatingadmissionpolicy.yaml, docs/schema, docs/check.svg, the answers in docs/recipes.md, and of the chart Chart.yaml and the schema of settings
	UPDATE_DOCS=1 cargo test --locked -p hostprocess-cli --test command -- schema:: readme::
	UPDATE_DOCS=1 cargo test --locked -p windows-hostprocess-policy --test policy -- docs:: recipes:: validating_admission_policy:: deployment::

.PHONY: site
site: playground ## The documentation with the playground below it, in target/site (needs mdbook)
	@command -v mdbook >/dev/null || { echo 'mdbook is not installed: cargo install --locked mdbook' >&2; exit 1; }
	mkdir -p target && rm -rf target/site-source && cp -r docs target/site-source
	@# What the pages link to outside of docs/ is in the repository.
	sed -i "s|](\.\./|]($$(sed -n 's/^repository = "\(.*\)"/\1/p' Cargo.toml)/blob/main/|g" target/site-source/*.md
	mdbook build target/site-source --dest-dir "$(CURDIR)/target/site"
	cp -r playground/dist target/site/playground

NODE_MISSING := Node 20 or later with npm is not installed: apt-get install nodejs npm (Debian 13 or later), or https://nodejs.org

.PHONY: node
node:
	@command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo '$(NODE_MISSING)' >&2; exit 1; }

playground/node_modules/.package-lock.json: playground/package.json playground/package-lock.json playground/.npmrc | node
	cd playground && npm ci

.PHONY: playground
playground: policy.wasm playground/node_modules/.package-lock.json ## Build the page that runs the policy in a browser (needs Node)
	cd playground && npm run --silent check && npm run --silent build

.PHONY: playground-test
playground-test: playground hostprocess ## Drive that page in Chromium, and compare its answers with the command's
	@[ -n "$${CHROMIUM:-}" ] || command -v chromium >/dev/null || hack/install-debian.sh chromium
	cd playground && npm run --silent test

.PHONY: clean
clean: ## Remove what was built
	cargo clean
	rm -f policy.wasm annotated-policy.wasm
	rm -rf playground/node_modules playground/dist playground/.build playground/.test
