# What one does here. `make test` is what a change must pass; .ci/run runs it on a fresh machine.

CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(CURDIR)/target/tools/bin/cargo-deny
CARGO_MUTANTS_VERSION := 27.1.0
CARGO_MUTANTS := $(CURDIR)/target/tools/bin/cargo-mutants

.PHONY: build test demo generate install uninstall deny advisories cargo-deny minimum mutants clean

## the binary, as it is shipped: target/release/dct
build:
	cargo build --release --locked --package dct
	@touch target/release/dct

## formatting, lints, documentation, and all tests with the peers that are installed (installs them, as root on Debian)
test:
	.ci/install-peers
	cargo fmt --all --check
	cargo clippy --all-targets --locked -- -D warnings
	cargo clippy --no-default-features --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --locked
	cargo test --locked --no-fail-fast

## the documented flow in a sandbox, every command with its output
demo:
	cargo build --locked
	@cargo run --quiet --locked -- sandbox -- sh docs/demo.sh

## the man pages, of the command line's definition; the picture of the keys, of docs/keys.txt
generate:
	GENERATE=1 cargo test --quiet --locked --test generated are_fresh
	GENERATE=1 cargo test --quiet --locked --test generated is_fresh

PREFIX ?= /usr/local
DESTDIR ?=
# Another one is installed as it is: make install BINARY=target/debug/dct
BINARY ?= target/release/dct

# Where each file goes below PREFIX, as FILE:PLACE.
INSTALLED := $(BINARY):bin/dct \
	$(foreach page,$(wildcard man/*.1),$(page):share/man/man1/$(notdir $(page))) \
	completions/dct.bash:share/bash-completion/completions/dct \
	completions/_dct:share/zsh/site-functions/_dct \
	completions/dct.fish:share/fish/vendor_completions.d/dct.fish \
	completions/dct.ps1:share/dct/dct.ps1
# Links below PREFIX, as TARGET:PLACE: a line for each further name that the program answers to.
LINKS := ../../../bin/dct:lib/docker/cli-plugins/docker-trust
# The same, where another program may have the name already: that one stays.
POLITE_LINKS := dct:bin/notary

from = $(word 1,$(subst :, ,$(1)))
to = $(DESTDIR)$(PREFIX)/$(word 2,$(subst :, ,$(1)))
define put
@install -d -m 755 "$$(dirname "$(to)")"
install -m $(if $(filter %/bin/dct,$(to)),755,644) "$(from)" "$(to)"

endef
define link
@install -d -m 755 "$$(dirname "$(to)")"
ln -sfn "$(from)" "$(to)"

endef

define polite_link
@if [ -e "$(to)" ] && [ "$$(readlink "$(to)")" != "$(from)" ]; then \
	echo "$(to) is another program, and stays"; \
else \
	echo ln -sfn "$(from)" "$(to)"; ln -sfn "$(from)" "$(to)"; \
fi

endef
define polite_unlink
@if [ "$$(readlink "$(to)")" = "$(from)" ]; then echo rm -f "$(to)"; rm -f "$(to)"; fi

endef

## binary, man pages and completions below PREFIX
install: $(BINARY)
	$(foreach file,$(INSTALLED),$(call put,$(file)))
	$(foreach name,$(LINKS),$(call link,$(name)))
	$(foreach name,$(POLITE_LINKS),$(call polite_link,$(name)))

## takes away what install put there
uninstall:
	rm -f $(foreach file,$(INSTALLED) $(LINKS),"$(call to,$(file))")
	$(foreach name,$(POLITE_LINKS),$(call polite_unlink,$(name)))

sources = $(foreach entry,$(wildcard $(1)/*),$(filter %.rs,$(entry)) $(call sources,$(entry)))
target/release/dct: Cargo.toml Cargo.lock $(wildcard crates/*/Cargo.toml) $(call sources,src) $(call sources,crates)
	cargo build --release --locked --package dct
	@touch $@

## what comes into the build: bans, licences, sources
deny: cargo-deny
	$(CARGO_DENY) check bans licenses sources

## known advisories against what comes into the build; where their database cannot be fetched it says so, and passes
advisories: cargo-deny
	@if timeout 120 $(CARGO_DENY) fetch db >target/advisories.log 2>&1; then \
		$(CARGO_DENY) --offline check advisories; \
	else \
		echo "the database of advisories cannot be fetched: they are NOT checked (target/advisories.log)"; \
	fi

cargo-deny: $(CARGO_DENY)

$(CARGO_DENY):
	cargo install --locked --root target/tools cargo-deny@$(CARGO_DENY_VERSION)

# Of rust-version in Cargo.toml.
MINIMUM_RUST := $(shell sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml)

## checks the workspace with the oldest Rust that it promises, where that is installed
minimum:
	@if rustc --version | grep -q '^rustc $(MINIMUM_RUST)\.'; then \
		cargo check --workspace --locked; \
	elif rustup run $(MINIMUM_RUST) rustc --version >/dev/null 2>&1; then \
		cargo +$(MINIMUM_RUST) check --workspace --locked --target-dir target/minimum; \
	else \
		echo "Rust $(MINIMUM_RUST) is not installed: that it builds with it is NOT checked"; \
	fi

# The files whose mutants are tried. One alone: make mutants MUTATED=crates/trust/src/verify/floor.rs
MUTATED ?= crates/trust/src/verify/*.rs

## which mistakes in the verification no test would notice; takes hours: docs/mutants.md
mutants: $(CARGO_MUTANTS)
	nice -n 19 $(CARGO_MUTANTS) mutants --package trust --file '$(MUTATED)' --test-package trust --test-package client \
		--profile mutants --jobs 1 --timeout 400 --cap-lints true --output target -- --lib --test attacks

$(CARGO_MUTANTS):
	cargo install --locked --root target/tools cargo-mutants@$(CARGO_MUTANTS_VERSION)

clean:
	cargo clean
