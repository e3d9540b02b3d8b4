#!/usr/bin/env python3
"""Verify an exported log with none of the project's own code: verify_log.py DIR [VKEY_FILE]
Recomputes the root from the entry bundles and checks the signature of DIR/checkpoint. DIR/log.vkey is only as
trustworthy as DIR: give a VKEY_FILE that you got another way. Needs Python 3.11 and the `cryptography` package."""
import base64, hashlib, pathlib, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

def need(condition, otherwise):
    if not condition:
        raise ValueError(otherwise)

def open_checkpoint(note, vkey):  # C2SP signed-note and tlog-checkpoint
    name, key_id, key = vkey.removesuffix("\n").split("+", 2)
    expected = hashlib.sha256(name.encode() + b"\n" + (key := base64.b64decode(key, validate=True))).digest()[:4]
    need(len(key) == 33 and key[0] == 1 and expected.hex() == key_id, "not a verifier key for Ed25519")
    text, lines = note.rsplit("\n\n", 1)
    lines = [line.split(" ", 2)[2] for line in lines.split("\n") if line.startswith(f"\u2014 {name} ")]
    lines = [base64.b64decode(line, validate=True) for line in lines]
    found = [line[4:] for line in lines if line[:4] == expected]
    need(len(found) == 1, "the checkpoint does not have one signature of this key")
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(found[0], (text + "\n").encode())
    origin, size, root = text.split("\n")
    need(origin == name and str(int(size)) == size, "the checkpoint is of another log, or malformed")
    return int(size), base64.b64decode(root, validate=True)

def read_entries(folder, size):  # C2SP tlog-tiles
    for start in range(0, size, 256):
        width, digits = min(256, size - start), str(start // 256)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        path = "".join(f"x{digits[i:i + 3]}/" for i in range(0, len(digits) - 3, 3)) + digits[-3:]
        bundle = (folder / "tile/entries" / (path + f".p/{width}" * (width < 256))).read_bytes()
        for index in range(start, start + width):
            end = 2 + int.from_bytes(bundle[:2], "big")
            need(end <= len(bundle), f"bundle {path} ends before entry {index}")
            yield bundle[2:end]
            bundle = bundle[end:]
        need(not bundle, f"bundle {path} holds more than its entries")

def root_of(entries):  # RFC 6962
    peaks = []  # of the perfect subtrees, largest first: height and hash
    for entry in entries:
        height, node = 0, hashlib.sha256(b"\0" + entry).digest()
        while peaks and peaks[-1][0] == height:
            height, node = height + 1, hashlib.sha256(b"\1" + peaks.pop()[1] + node).digest()
        peaks.append((height, node))
    root = peaks.pop()[1] if peaks else hashlib.sha256().digest()
    while peaks:
        root = hashlib.sha256(b"\1" + peaks.pop()[1] + root).digest()
    return root

try:
    need(len(sys.argv) in (2, 3), "usage: verify_log.py DIR [VKEY_FILE]")
    files = [pathlib.Path(sys.argv[1], "checkpoint"), pathlib.Path(*sys.argv[2:] or (sys.argv[1], "log.vkey"))]
    size, signed = open_checkpoint(*(file.read_bytes().decode() for file in files))
    root = root_of(read_entries(files[0].parent, size))
    need(root == signed, f"the {size} entries have the root {root.hex()}, signed is {signed.hex()}")
    print("ok", size, root.hex())
except (OSError, ValueError, IndexError, InvalidSignature) as error:
    sys.exit(f"failed: {str(error) or 'the signature of the checkpoint does not verify'}")
