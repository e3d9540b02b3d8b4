#!/usr/bin/env python3
"""Draws the icons of the app: draw.py FOLDER writes `color.png` and `outline.png` there.

One mark, twice: a check mark in a rounded square. What it draws is kept beside it; run it again after a change.
"""
import math
import struct
import sys
import zlib
from pathlib import Path

WHITE = (255, 255, 255)
# `accentColor` in the manifest.
GREEN = (15, 118, 110)
# How many times finer than a pixel it is looked.
FINE = 6


def to_square(x, y, half, radius):
    """How far a point is outside of a rounded square around the middle; inside it is below 0."""
    dx, dy = abs(x) - half + radius, abs(y) - half + radius
    return math.hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - radius


def to_line(x, y, line):
    """How far a point is from a line of several pieces."""
    nearest = math.inf
    for (ax, ay), (bx, by) in zip(line, line[1:]):
        lx, ly = bx - ax, by - ay
        along = ((x - ax) * lx + (y - ay) * ly) / (lx * lx + ly * ly)
        along = min(max(along, 0), 1)
        nearest = min(nearest, math.hypot(x - ax - along * lx, y - ay - along * ly))
    return nearest


def mark(x, y, stroke):
    """Whether a point is in the mark, which reaches from -1 to 1."""
    check = [(-0.44, 0.06), (-0.1, 0.4), (0.5, -0.34)]
    frame = abs(to_square(x, y, 1 - stroke, 0.42 - stroke)) <= stroke
    return frame or to_line(x, y, check) <= stroke * 1.15


def covered(size, column, row, is_in):
    """How much of a pixel is in it, from 0 to 1. The middle of the picture is 0, its edges are 1."""
    inside = 0
    for fy in range(FINE):
        for fx in range(FINE):
            x = (column + (fx + 0.5) / FINE) / size * 2 - 1
            y = (row + (fy + 0.5) / FINE) / size * 2 - 1
            inside += is_in(x, y)
    return inside / FINE**2


def png(size, pixel):
    rows = b""
    for row in range(size):
        rows += b"\0" + bytes(value for column in range(size) for value in pixel(column, row))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0))]
    chunks += [(b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    out = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        out += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return out


def color(column, row):
    """White on green all over, with room around it: Teams rounds the corners."""
    share = covered(192, column, row, lambda x, y: mark(x / 0.56, y / 0.56, 0.085))
    return [round(g + (w - g) * share) for g, w in zip(GREEN, WHITE)] + [255]


def outline(column, row):
    """White, where it is anything: a frame of exactly two pixels, one from the edge."""
    share = covered(32, column, row, lambda x, y: mark(x * 16 / 15, y * 16 / 15, 1 / 15))
    return [*WHITE, round(255 * share)]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "color.png").write_bytes(png(192, color))
    (folder / "outline.png").write_bytes(png(32, outline))
