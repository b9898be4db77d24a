#!/bin/sh
# The documented flow, from a client bundle to the end of the trust data: every command with what it prints.
# It runs in a sandbox, where images, users and bundles are: dct sandbox -- sh docs/demo.sh
set -eu
cd "$SANDBOX_DIR"
image=$SANDBOX/prod/nginx

say() { printf '\n# %s\n' "$*"; }
run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

say "Jeff has a client bundle. His private key goes into the encrypted key store:"
run dct key load --name jeff jeff/key.pem
say "He becomes the first signer of a repository, which initializes its trust data:"
run dct signer add --key jeff/cert.pem jeff "$image"
run dct inspect --pretty "$image"
say "He signs a tag that the registry has:"
run dct sign "$image:1"
say "Ian joins, and signs the same content:"
run dct key load --name ian ian/key.pem
run dct signer add --key ian/cert.pem ian "$image"
run dct sign "$image:1"
run dct inspect --pretty "$image:1"
say "The same for programs:"
run dct inspect "$image:1"
say "The end: the trust data on the server goes, and what this machine knows of it; the keys stay:"
run dct delete "$image" --remote --yes
