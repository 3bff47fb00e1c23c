# The commands for developers. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

SOURCES := $(shell find src -name '*.rs') Cargo.toml Cargo.lock hack/build-guest.sh
# Without kube, which only `scan` and `--cluster` use.
COMMAND := -p hostprocess-cli --no-default-features --features module
LEAN_COMMAND := -p hostprocess-cli --no-default-features --features shared-features
HOSTPROCESS := cargo run --quiet --locked $(COMMAND) --
# The guests and the command have separate target folders, so Cargo can build them at the same time.
TOGETHER := @$(MAKE) --no-print-directory -j$(shell nproc 2>/dev/null || echo 2)
# The programs that hack/need.sh installs.
export PATH := $(CURDIR)/target/tools/bin:$(PATH)
# Some checks need programs that no package registry has. Without them the checks are listed at the end of a run. Continuous
# integration, which has every program, sets NOT_CHECKED=fail.
export NOT_CHECKED ?= ok
FIRST_BUILD := The first build takes about 11 minutes of CPU time (half of that on two idle cores), most of it for Wasmtime, which runs \
  the module as in policy-server. Later builds take seconds.
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

artifacthub-pkg.yml: metadata.yml questions-ui.yml | kwctl ## Write the package description for Artifact Hub (needs kwctl)
	kwctl scaffold artifacthub -m metadata.yml -q questions-ui.yml -o $@

.PHONY: hostprocess
hostprocess: ## Build the command without kube
	@# MAKEFLAGS refers to make's job server, which Cargo cannot use.
	MAKEFLAGS= cargo build --locked $(COMMAND)

.PHONY: announce
announce:
	@[ -e target/debug/hostprocess ] || echo '$(FIRST_BUILD)' >&2

.PHONY: run
run: announce ## Evaluate examples/ with the module: one manifest is accepted, one denied
	$(TOGETHER) policy.wasm hostprocess
	@$(HOSTPROCESS) check --wasm policy.wasm examples/privileged-daemonset.yaml
	@status=0; $(HOSTPROCESS) check --wasm policy.wasm examples/broken.yaml || status=$$?; \
	  [ $$status -eq 1 ] || { echo "examples/broken.yaml should be denied (exit 1), not exit $$status" >&2; exit 1; }

.PHONY: test
test: announce ## Run every test
	$(TOGETHER) policy.wasm bench-guests hostprocess
	@$(MAKE) --no-print-directory --keep-going e2e-tests release-tests rust-tests
	@$(MAKE) --no-print-directory not-checked

.PHONY: rust-tests
rust-tests:
	@hack/need.sh nvim
	cargo test --locked --quiet $(LEAN_COMMAND) --test lean
	cargo test --locked --workspace --no-fail-fast

.PHONY: not-checked
not-checked:
	@hack/not-checked.sh helm kubectl kwctl

.PHONY: release-tests
release-tests: ## Test the scripts in hack/ and hack/release/
	@hack/need.sh bats curl git unzip zip
	bats tests/release

.PHONY: e2e-tests
e2e-tests: policy.wasm ## Test the policy in kwctl, or in `hostprocess run` if kwctl is not installed
	@hack/need.sh bats
	@$(MAKE) --no-print-directory $$(if command -v kwctl >/dev/null; then echo annotated-policy.wasm; else echo hostprocess; fi)
	bats e2e.bats

.PHONY: e2e-cluster
e2e-cluster: annotated-policy.wasm ## Test the policy in a cluster of etcd, kube-apiserver and policy-server (see .github/CONTRIBUTING.md)
	@hack/need.sh bats
	bats tests/cluster

.PHONY: lint
lint: ## Check formatting, clippy, features, the style of comments, licences, advisories, scripts and workflows
	@hack/need.sh cargo-deny jactionlint python3 shellcheck zizmor
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked $(LEAN_COMMAND) --all-targets -- -D warnings
	hack/shared-features.py
	hack/openers.sh
	shellcheck hack/*.sh hack/release/*.sh .ci/run
	jactionlint
	zizmor --offline --quiet .
	cargo deny --locked --workspace check bans licenses sources
	@if cargo deny fetch db; then cargo deny --locked --workspace check --disable-fetch advisories; else hack/not-checked.sh advisories; fi

.PHONY: version-check
version-check: ## Check that every file names the version of a release (TAG=v1.2.3)
	hack/release/version-check.sh $(TAG)

.PHONY: reproducible
reproducible: ## Check that two builds of this commit in different folders give identical modules
	hack/reproducible.sh

BENCH_GUESTS := target/bench-guests/accept-everything.wasm target/bench-guests/conventional.wasm

.PHONY: bench-guests
bench-guests: $(BENCH_GUESTS)

# The floor is built like the policy; the conventional policy is built like kubewarden/policies.
target/bench-guests/conventional.wasm: GUEST_PROFILE := release
target/bench-guests/%.wasm: benches/%/src/lib.rs benches/%/Cargo.toml Cargo.toml Cargo.lock hack/build-guest.sh
	@mkdir -p $(@D)
	hack/build-guest.sh $* $@ $(GUEST_PROFILE)

.PHONY: bench
bench: policy.wasm bench-guests ## Compare the time and instructions of the policy with two other guests, and check its budgets
	MAKEFLAGS= cargo run --release --locked -p compare

FUZZ_SECONDS := 60

# cargo-fuzz needs unstable flags, which RUSTC_BOOTSTRAP enables in the stable compiler.
FUZZ := MAKEFLAGS= RUSTC_BOOTSTRAP=1 cargo fuzz

.PHONY: fuzz
fuzz: ## Fuzz each target of fuzz/ for a minute (FUZZ_SECONDS=n for longer)
	@hack/need.sh cargo-fuzz g++
	@for target in $$(cargo fuzz list); do $(FUZZ) run $$target -- -max_total_time=$(FUZZ_SECONDS) || exit 1; done

CORPUS := test_data

.PHONY: bench-check
bench-check: ## Time the command on 10,000 files, long lines and broken YAML (the release build takes minutes; CORPUS=folder for other files)
	MAKEFLAGS= cargo build --locked --release $(COMMAND)
	MAKEFLAGS= cargo build --quiet --locked -p check-speed
	@# Not `cargo run`, which replaces itself by the program, whose memory would then include that of the compilers.
	target/debug/check-speed target/release/hostprocess $(CORPUS)

.PHONY: bench-lsp
bench-lsp: ## Time hostprocess lsp from a keystroke to diagnostics, in a release build
	MAKEFLAGS= cargo test --locked --release -p hostprocess-cli --no-default-features --test lsp speed -- --nocapture --test-threads 1

.PHONY: docs
docs: hostprocess ## Write the generated files: the page of rules, schemas, policies, files of the chart, answers and a picture
	MAKEFLAGS= cargo run --quiet --locked -p generate -- target/debug/hostprocess

.PHONY: site
site: playground ## The documentation with the playground below it, in target/site (needs mdbook)
	@command -v mdbook >/dev/null || { echo 'mdbook is not installed: cargo install --locked mdbook' >&2; exit 1; }
	mkdir -p target && rm -rf target/site-source && cp -r docs target/site-source
	@# Links to files outside docs/ lead to the repository.
	sed -i "s|](\.\./|]($$(sed -n 's/^repository = "\(.*\)"/\1/p' Cargo.toml)/blob/main/|g" target/site-source/*.md
	mdbook build target/site-source --dest-dir "$(CURDIR)/target/site"
	cp -r playground/dist target/site/playground

.PHONY: node
node:
	@hack/need.sh node

LINTER_SOURCES := $(shell find src crates/linter crates/recorded-cluster crates/yaml playground/wasm -name '*.rs' -o -name '*.md' -o -name Cargo.toml)

playground/linter.wasm: $(LINTER_SOURCES) Cargo.toml Cargo.lock hack/build-guest.sh
	hack/build-guest.sh hostprocess-playground $@ guest wasm32-unknown-unknown

playground/node_modules/.package-lock.json: playground/package.json playground/package-lock.json playground/.npmrc | node
	cd playground && npm ci

.PHONY: playground
playground: policy.wasm playground/linter.wasm playground/node_modules/.package-lock.json ## Build the playground, which judges manifests in a browser (needs Node)
	cd playground && npm run --silent check && npm run --silent build

.PHONY: playground-test
playground-test: playground hostprocess ## Test the playground in Chromium, and compare its results with the command's
	@[ -n "$${CHROMIUM:-}" ] || hack/need.sh chromium
	cd playground && npm run --silent test

editors/vscode/node_modules/.package-lock.json: editors/vscode/package.json editors/vscode/package-lock.json editors/vscode/.npmrc | node
	cd editors/vscode && npm ci

.PHONY: vscode
# The files in the package have one date, so that the same sources make the same package. ZIP cannot say an earlier one.
vscode: export SOURCE_DATE_EPOCH := 315532800
vscode: editors/vscode/node_modules/.package-lock.json ## Check, test and package the extension for VS Code (needs Node)
	cd editors/vscode && npm run --silent check && npm run --silent build && npm run --silent test && npm run --silent package

.PHONY: clean
clean: ## Remove built files
	cargo clean
	rm -f policy.wasm annotated-policy.wasm playground/linter.wasm
	rm -rf playground/node_modules playground/dist playground/.build playground/.test
	rm -rf editors/vscode/node_modules editors/vscode/dist editors/vscode/.build editors/vscode/.test editors/vscode/*.vsix
