#!/bin/sh
# Verifies the signature of DIR/checkpoint with nothing but OpenSSL 3: verify_checkpoint.sh DIR [VKEY_FILE]
#
# DIR/log.vkey is only as trustworthy as DIR: give a VKEY_FILE that you got another way. The entries are not read: see
# verify_log.py. Exit: 0 verified, 1 refused, 2 usage.
set -eu

fail() {
    echo "failed: $1" >&2
    exit 1
}

hex() {
    od -An -v -tx1 | tr -d ' \n'
}

if [ $# -lt 1 ] || [ $# -gt 2 ] || [ ! -d "$1" ]; then
    echo "usage: verify_checkpoint.sh DIR [VKEY_FILE]" >&2
    exit 2
fi
checkpoint=$1/checkpoint
vkey_file=${2:-$1/log.vkey}
[ -f "$checkpoint" ] || fail "there is no file checkpoint"
[ -f "$vkey_file" ] || fail "there is no verifier key"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The verifier key: name+id+base64(type || key), where the id is a hash over name, type and key.
vkey=$(cat "$vkey_file")
name=${vkey%%+*}
rest=${vkey#*+}
id=${rest%%+*}
printf '%s' "${rest#*+}" | base64 -d >"$work/typed" 2>/dev/null || fail "the verifier key is not base64"
[ "$(wc -c <"$work/typed" | tr -d ' ')" = 33 ] || fail "the verifier key does not have 33 bytes"
[ "$(head -c 1 "$work/typed" | hex)" = 01 ] || fail "the verifier key is not for Ed25519"
expected=$({ printf '%s\n' "$name"; cat "$work/typed"; } | openssl dgst -sha256 -binary | head -c 4 | hex)
[ "$id" = "$expected" ] || fail "the id of the verifier key does not belong to it"

# The same key as OpenSSL reads it: a fixed DER prefix and the 32 bytes.
{
    printf '\060\052\060\005\006\003\053\145\160\003\041\000'
    tail -c 32 "$work/typed"
} >"$work/key.der"

# A checkpoint is three lines of signed text, an empty line, and signature lines.
head -n 3 "$checkpoint" >"$work/text"
[ "$(head -n 1 "$work/text")" = "$name" ] || fail "the checkpoint is not of the log $name"
[ -z "$(sed -n 4p "$checkpoint")" ] || fail "the fourth line of the checkpoint is not empty"
found=0
sed '1,4d' "$checkpoint" >"$work/lines"
while read -r dash signer encoded; do
    [ "$dash" = '—' ] && [ "$signer" = "$name" ] || continue
    printf '%s' "$encoded" | base64 -d >"$work/line" 2>/dev/null || fail "a signature is not base64"
    [ "$(head -c 4 "$work/line" | hex)" = "$id" ] || continue
    found=$((found + 1))
    tail -c +5 "$work/line" >"$work/signature"
done <"$work/lines"
[ "$found" = 1 ] || fail "the checkpoint does not have one signature of this key"

openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin \
    -in "$work/text" -sigfile "$work/signature" >/dev/null 2>&1 ||
    fail "the signature of the checkpoint does not verify"
echo "ok $(sed -n 2p "$work/text") $(sed -n 3p "$work/text" | base64 -d | hex)"
