#!/usr/bin/env python3
"""Draws a card of Slack from its blocks: as it is asked on a wide screen, and as it is over on a phone.

Reads `{"asked": blocks, "over": blocks}` from standard input and writes the picture that is named. The picture is made in
Slack's manner and is no screenshot of it. Needs Chromium and, for the letters that Slack uses, the fonts of Lato."""
import html, json, pathlib, subprocess, sys, tempfile

STYLE = """
* { box-sizing: border-box; margin: 0 }
body { background: #f4f2f4; font: 15px/1.46668 Lato, 'DejaVu Sans', sans-serif; color: #1d1c1d; padding: 24px; width: 1200px;
  display: flex; gap: 24px; align-items: flex-start }
.screen { background: #fff; border: 1px solid #ddd; overflow: hidden }
.wide { flex: 1; border-radius: 10px }
.phone { width: 392px; border-radius: 28px; border: 6px solid #1d1c1d }
.bar { border-bottom: 1px solid #e4e4e4; padding: 12px 20px; font-weight: 900; font-size: 18px }
.phone .bar { text-align: center; font-size: 16px }
.phone .bar small { display: block; font-weight: 400; font-size: 12px; color: #616061 }
.message { display: flex; gap: 8px; padding: 16px 20px 20px }
.phone .message { padding: 12px 12px 20px }
.face { width: 36px; height: 36px; border-radius: 8px; background: #4a154b; color: #fff; font-weight: 900; flex: none;
  display: grid; place-items: center; font-size: 19px }
.body { flex: 1; min-width: 0 }
.who { font-weight: 900 }
.app { font-size: 10px; font-weight: 700; background: #ebeaeb; color: #616061; border-radius: 2px; padding: 1px 3px; margin: 0 6px 0 4px;
  vertical-align: 1px }
.when { font-size: 12px; color: #616061 }
.header { font-size: 18px; font-weight: 900; line-height: 1.33; margin: 8px 0 }
.rich { margin: 4px 0 }
.section { white-space: pre-wrap; overflow-wrap: anywhere }
pre { font: 12px/1.50001 Monaco, Menlo, Consolas, 'DejaVu Sans Mono', monospace; background: #f8f8f8; border: 1px solid #ddd;
  border-radius: 4px; padding: 8px; margin: 4px 0; white-space: pre-wrap; overflow-wrap: anywhere }
.mention { background: #e8f1fa; color: #0b4c8c; border-radius: 3px; padding: 0 2px 1px }
.link { color: #1264a3 }
.actions { margin-top: 8px; display: flex; gap: 8px }
.actions span { border-radius: 4px; padding: 0 12px; height: 28px; line-height: 26px; font-size: 13px; font-weight: 700;
  border: 1px solid #ccc }
.actions .primary { background: #007a5a; border-color: #007a5a; color: #fff }
.actions .danger { background: #e01e5a; border-color: #e01e5a; color: #fff }
"""

NAMES = {"U0ADA": "Ada"}

def text(value):
    return html.escape(value)

def inline(part):
    kind = part["type"]
    if kind == "text":
        shown = text(part["text"])
        return f"<b>{shown}</b>" if part.get("style", {}).get("bold") else shown
    if kind == "user":
        return f'<span class="mention">@{text(NAMES.get(part["user_id"], part["user_id"]))}</span>'
    if kind == "usergroup":
        return f'<span class="mention">@{text(part["usergroup_id"])}</span>'
    if kind == "link":
        return f'<span class="link">{text(part["url"])}</span>'
    raise ValueError(kind)

def paragraph(part):
    inside = "".join(map(inline, part["elements"]))
    if part["type"] == "rich_text_preformatted":
        return f"<pre>{inside}</pre>"
    assert part["type"] == "rich_text_section", part["type"]
    return f'<div class="section">{inside}</div>'

def drawn(block):
    kind = block["type"]
    if kind == "header":
        return f'<div class="header">{text(block["text"]["text"])}</div>'
    if kind == "rich_text":
        return f'<div class="rich">{"".join(map(paragraph, block["elements"]))}</div>'
    assert kind == "actions", kind
    buttons = (f'<span class="{one["style"]}">{text(one["text"]["text"])}</span>' for one in block["elements"])
    return f'<div class="actions">{"".join(buttons)}</div>'

def screen(kind, bar, blocks):
    head = '<span class="who">approvals</span><span class="app">APP</span><span class="when">9:41 AM</span>'
    body = "".join(map(drawn, blocks))
    return (f'<div class="screen {kind}"><div class="bar">{bar}</div><div class="message"><div class="face">✓</div>'
            f'<div class="body">{head}{body}</div></div></div>')

def main():
    cards = json.load(sys.stdin)
    picture = pathlib.Path(sys.argv[1]).resolve()
    page = f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>'
    page += screen("wide", "# deploys", cards["asked"])
    page += screen("phone", "# deploys<small>the same card, later</small>", cards["over"])
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "card.html"
        file.write_text(page, encoding="utf-8")
        height = int(sys.argv[2]) if len(sys.argv) > 2 else 978
        chromium = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/user"]
        subprocess.run([*chromium, f"--window-size=1200,{height}", f"--screenshot={picture}", file.as_uri()], check=True)

main()
