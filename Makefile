# What one does here. `make test` is what a change must pass; .ci/run runs it on a fresh machine.

CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(CURDIR)/target/tools/bin/cargo-deny

.PHONY: build test demo generate deny cargo-deny clean

## the binary, as it is shipped: target/release/dct
build:
	cargo build --release --locked

## formatting, lints, and all tests with the peers that are installed (installs them, as root on Debian)
test:
	.ci/install-peers
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	cargo test --locked

## the documented flow in a sandbox, every command with its output
demo:
	cargo build --locked
	@cargo run --quiet --locked -- sandbox -- sh docs/demo.sh

## the man pages, of the command line's definition
generate:
	GENERATE=1 cargo test --quiet --locked --test generated

## what comes into the build: bans, licences, sources
deny: cargo-deny
	$(CARGO_DENY) check bans licenses sources

cargo-deny: $(CARGO_DENY)

$(CARGO_DENY):
	cargo install --locked --root target/tools cargo-deny@$(CARGO_DENY_VERSION)

clean:
	cargo clean
