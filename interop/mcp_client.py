#!/usr/bin/env python3
"""Calls the tools of the MCP server in examples/rmcp_server with the official client library, as a host of agents would,
and decides as the person at its terminal: mcp_client.py SERVER FOLDER, where FOLDER is new or empty.
The server has a pseudo terminal as its controlling terminal; its standard input and output are the protocol's pipes.
A second server is asked about at a terminal that it is given by path. Needs Linux, Python 3.11 and the `mcp` package."""
import asyncio, fcntl, os, pathlib, pty, re, sys, termios, time
from mcp import Client, StdioServerParameters

PATIENCE = 60  # seconds
LEADER = "--with-controlling-terminal"

def become(terminal, program):
    """Runs in the process that the client has started, in a session without a terminal: gives it one, and is the server."""
    if os.getsid(0) != os.getpid():
        os.setsid()
    fcntl.ioctl(os.open(terminal, os.O_RDWR), termios.TIOCSCTTY, 0)
    os.execv(program[0], program)

class Person:
    """Reads what the terminal shows, and types."""
    def __init__(self):
        self.screen, terminal = pty.openpty()
        self.path = os.ttyname(terminal)
        termios.tcsetwinsize(terminal, (50, 120))
        os.set_blocking(self.screen, False)
        self.shown = ""

    async def sees(self, pattern):
        until = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.shown)):
            if time.monotonic() > until:
                raise TimeoutError(f"`{pattern}` was not shown, but: {self.shown}")
            try:
                self.shown += os.read(self.screen, 65536).decode()
            except BlockingIOError:
                await asyncio.sleep(0.02)
        self.shown = self.shown[found.end():]
        return found

    async def answers(self, note, answer):
        await self.sees(rf'notes\.delete[\s\S]*"{note}"')
        code = (await self.sees(r"type (\S+) to approve[\s\S]*> ")).group(1)
        os.write(self.screen, (answer or code).encode() + b"\n")

def server(program, folder, terminal, controlling):
    if controlling:
        return StdioServerParameters(command=sys.executable, args=[__file__, LEADER, terminal, program, str(folder)])
    return StdioServerParameters(command=program, args=[str(folder), terminal])

def text(result):
    return "\n".join(part.text for part in result.content)

async def called(client, person, note, answer):
    """The result of a call that the person answers; an approval where there is no other answer."""
    call = asyncio.create_task(client.call_tool("delete_note", {"name": note}))
    asked = asyncio.create_task(person.answers(note, answer))
    await asyncio.wait([call, asked], return_when=asyncio.FIRST_COMPLETED)
    assert asked.done(), f"the call did not wait for the person: {await call}"
    await asked
    return await asyncio.wait_for(call, PATIENCE)

async def gives_up(client, note):
    """A call whose client waits for three seconds only."""
    try:
        result = await client.call_tool("delete_note", {"name": note}, read_timeout_seconds=3)
    except Exception as error:
        print("the client gave up:", error)
    else:
        raise AssertionError(f"nobody decided, and yet there is a result: {result}")

async def tell(program, folder, controlling):
    old, dear, late = notes = [f"{name}-{'a' if controlling else 'b'}" for name in ("old", "dear", "late")]
    for note in notes:
        (folder / note).write_text(note)
    person = Person()
    async with Client(server(program, folder, person.path, controlling)) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"list_notes", "delete_note"}, tools
        assert tools["delete_note"].input_schema["required"] == ["name"], tools
        listed = await client.call_tool("list_notes", {})
        assert not listed.is_error and set(notes) <= set(text(listed).split("\n")), listed

        deleted = await called(client, person, old, None)
        assert not deleted.is_error and text(deleted) == "deleted", deleted
        assert not (folder / old).exists()

        refused = await called(client, person, dear, "no it is the only copy")
        assert refused.is_error and "rejected this action: it is the only copy" in text(refused), refused
        assert (folder / dear).exists()

        await gives_up(client, late)
        await person.answers(late, None)
        await asyncio.sleep(2)
        assert (folder / late).exists(), "an approval that came too late ran it"
    print("ok:", "controlling terminal" if controlling else "terminal by path")

if sys.argv[1] == LEADER:
    become(sys.argv[2], sys.argv[3:])
program, folder = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).absolute()
folder.mkdir(parents=True, exist_ok=True)
for controlling in (True, False):
    asyncio.run(asyncio.wait_for(tell(program, folder, controlling), 4 * PATIENCE))
