#!/usr/bin/env python3
"""Types half a gated function in an editor and asks what could follow: editor.py RUST_ANALYZER LIBRARY FOLDER, where
LIBRARY is the checkout and FOLDER is written to. Speaks the Language Server Protocol 3.17 to a real rust-analyzer."""
import json, pathlib, subprocess, sys, threading, time

PATIENCE = 600  # seconds, in which the library's dependencies are built

MANIFEST = """[package]
name = "half-typed"
version = "0.0.0"
edition = "2024"
[dependencies]
approvals = {{ package = "action-approvals", path = {library}, default-features = false, features = ["macros"] }}
[workspace]
"""

# Each `⌶` is a cursor, and after it what must be among the suggestions.
SOURCE = """use approvals::{Denied, requires_approval};

pub struct Account { pub owner_name: String, pub balance_cents: u64 }

#[requires_approval(action = "a.pay", skip(account))]
async fn pay(account: &Account, cents: u64) -> Result<u64, Denied> {
    let total = cents + account.⌶balance_cents
    Ok(total)
}

#[requires_approval(action = "a.close", skip(account))]
async fn close(account: &Account) -> Result<(), Denied> {
    account.⌶owner_name
}

#[requires_approval(action = "a.rename")]
async fn rename(name: String) -> Result<(), Denied> {
    let text: String = name.to_upp⌶to_uppercase

}

struct Desk;

impl Desk {
    #[requires_approval(action = "a.file", skip(account))]
    async fn file(&self, account: &Account, number: u64) -> Result<(), Denied> {
        if account.owner_name.is_em⌶is_empty
    }
}

fn main() {}
"""

def probes():
    """The source as it is typed, and where to ask for what."""
    lines, asked = [], []
    for number, line in enumerate(SOURCE.split("\n")):
        before, cursor, wanted = line.partition("⌶")
        lines.append(before)
        if cursor:
            asked.append((number, len(before), wanted))
    return "\n".join(lines), asked

class Server:
    def __init__(self, program, folder):
        self.process = subprocess.Popen([program], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.answers, self.is_quiet, self.asked = {}, False, 0
        threading.Thread(target=self.listen, daemon=True).start()

    def send(self, message):
        text = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
        self.process.stdin.flush()

    def listen(self):
        while header := self.process.stdout.readline():
            length = int(header.split(b":")[1])
            while self.process.stdout.readline().strip():
                pass
            message = json.loads(self.process.stdout.read(length))
            if "method" in message and "id" in message:
                self.send({"id": message["id"], "result": None})
            elif "id" in message:
                self.answers[message["id"]] = message
            elif message["method"] == "experimental/serverStatus":
                self.is_quiet = message["params"]["quiescent"]

    def until(self, what, is_so):
        end = time.monotonic() + PATIENCE
        while not is_so():
            assert self.process.poll() is None and time.monotonic() < end, f"no {what}"
            time.sleep(0.1)

    def call(self, method, params):
        self.asked += 1
        asked = self.asked
        self.send({"id": asked, "method": method, "params": params})
        self.until(method, lambda: asked in self.answers)
        return self.answers[asked]["result"]

    def quiet(self):
        self.until("end of the indexing", lambda: self.is_quiet)

def main(program, library, folder):
    folder = pathlib.Path(folder).resolve()
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(MANIFEST.format(library=json.dumps(str(pathlib.Path(library).resolve()))))
    text, asked = probes()
    file = folder / "src" / "main.rs"
    file.write_text(text)
    server = Server(program, folder)
    try:
        server.call("initialize", {
            "processId": None,
            "rootUri": folder.as_uri(),
            "capabilities": {"experimental": {"serverStatusNotification": True}},
            "initializationOptions": {"checkOnSave": False, "procMacro": {"enable": True}},
        })
        server.send({"method": "initialized", "params": {}})
        document = {"uri": file.as_uri(), "languageId": "rust", "version": 1, "text": text}
        server.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        server.quiet()
        for line, character, wanted in asked:
            found = server.call("textDocument/completion", {
                "textDocument": {"uri": file.as_uri()},
                "position": {"line": line, "character": character},
            })
            names = [item["label"].split("(")[0] for item in (found or {}).get("items", [])]
            assert wanted in names, f"line {line + 1}: `{wanted}` is not among {names[:10]}"
            print(f"line {line + 1}: `{wanted}` is suggested")
    finally:
        server.process.kill()

if __name__ == "__main__":
    main(*sys.argv[1:])
