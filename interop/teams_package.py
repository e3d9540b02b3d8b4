#!/usr/bin/env python3
"""Reads the app package with Python's own readers: teams_package.py ZIP FOLDER

Prints what is in it, which has to be what stands in teams_package.txt, and unpacks it into the folder. Needs nothing but
Python.
"""
import io
import json
import struct
import sys
import uuid
import zipfile
import zlib
from pathlib import Path

content = Path(sys.argv[1]).read_bytes()


def damaged(zipped):
    """The name of the first file that is not what it was, or none."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as package:
        return package.testzip()


def pixels(png):
    """Width, height, and the pixels of an image as draw.py writes them: eight bits, RGBA, no filter."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, header, data = 8, None, b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + size]
        (crc,) = struct.unpack(">I", png[at + 8 + size : at + 12 + size])
        assert crc == zlib.crc32(kind + body), kind
        header = body if kind == b"IHDR" else header
        data += body if kind == b"IDAT" else b""
        at += 12 + size
    width, height, *rest = struct.unpack(">IIBBBBB", header)
    assert rest == [8, 6, 0, 0, 0], rest
    raw, line = zlib.decompress(data), 1 + 4 * width
    rows = [raw[row * line : (row + 1) * line] for row in range(height)]
    assert len(raw) == line * height and all(row[0] == 0 for row in rows)
    found = [tuple(row[x : x + 4]) for row in rows for x in range(1, line, 4)]
    return width, height, found


with zipfile.ZipFile(io.BytesIO(content)) as package:
    print("damaged:", package.testzip())
    for file in package.infolist():
        mode = oct(file.external_attr >> 16 & 0o777)
        print(file.filename, file.date_time, mode, "stored" if file.compress_type == 0 else "?")
    package.extractall(sys.argv[2])
    manifest = json.loads(package.read("manifest.json"))
    color, outline = (package.read(manifest["icons"][which]) for which in ("color", "outline"))

bot = manifest["bots"][0]["botId"]
app = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/approvals-rs/approvals/teams/" + bot)
print("the app's id is that of the bot:", str(app) == manifest["id"] != bot)

width, height, found = pixels(color)
ground = "#%02X%02X%02X" % found[0][:3]
print("color", width, height, "opaque:", all(pixel[3] == 255 for pixel in found), end="; ")
print("its ground is the accent color:", ground == manifest["accentColor"])
width, height, found = pixels(outline)
print("outline", width, height, "white:", all(pixel[:3] == (255, 255, 255) for pixel in found), end="; ")
print("transparent at its corner:", found[0][3] == 0, "and not all over:", any(p[3] == 255 for p in found))

planted = bytearray(content)
planted[content.index(b"IDAT") + 20] ^= 1
print("damaged, where a byte was changed:", damaged(bytes(planted)))
