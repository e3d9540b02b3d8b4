#!/usr/bin/env python3
"""Reads a line of JSON for each message (`{"blocks": ...}`) or form (`{"view": ...}`) from standard input, and prints `ok`
or what is wrong with it for each, by the word of Slack's own library: nothing in it is unknown, every validator is content,
and it comes back as it was. Needs Python 3.11 and the `slack_sdk` package."""
import json, logging, sys
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

class Noted(logging.Handler):
    """What the library only warns of: what it does not know, it leaves out."""
    def __init__(self):
        super().__init__()
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())

def verdict(line, noted):
    noted.said.clear()
    try:
        given = json.loads(line)
        if "view" in given:
            made = {"view": View(**given["view"]).to_dict()}
        else:
            made = {"blocks": [block.to_dict() for block in Block.parse_all(given["blocks"])]}
    except Exception as error:
        return f"{type(error).__name__}: {error}".replace("\n", " ")
    if noted.said:
        return noted.said[0].replace("\n", " ")
    return "ok" if made == given else "it is something else when it is read again"

def main():
    noted = Noted()
    logging.getLogger().addHandler(noted)
    logging.getLogger().setLevel(logging.WARNING)
    for line in sys.stdin.buffer.read().decode().split("\n"):
        print(verdict(line, noted))

main()
