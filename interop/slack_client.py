#!/usr/bin/env python3
"""Calls the fake Slack with the official clients `slack_sdk` and `slack_bolt`: slack_client.py FAKE-SLACK.
Prints the same lines as slack_client.mjs: a line of the one is what the other one must have seen, too."""
import json, os, subprocess, sys, threading, time, urllib.request
from wsgiref.simple_server import WSGIRequestHandler, make_server
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

PATIENCE = 20  # seconds

# `slack_sdk` would ask a proxy for what is on this machine.
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]

def control(what, **args):
    """Has the fake do something."""
    request = urllib.request.Request(fake["control_url"] + what, json.dumps(args).encode(), method="POST")
    return json.load(urllib.request.urlopen(request, timeout=2 * PATIENCE))

def until(what, look):
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.02)
    return found

def words(text):
    return {"type": "plain_text", "text": text}

def card(*buttons):
    """What a reviewer is shown; without buttons, what is left of it."""
    said = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "rm -rf <!channel> *all*"}]}
    blocks = [{"type": "header", "text": words("Deploy?")}, {"type": "rich_text", "elements": [said]}]
    if buttons:
        made = [{"type": "button", "action_id": name, "value": f"v1.{name}", "text": words(name)} for name in buttons]
        blocks.append({"type": "actions", "block_id": "buttons", "elements": made})
    return blocks

def modal():
    asked = {"type": "plain_text_input", "action_id": "reason", "multiline": True}
    return {"type": "modal", "callback_id": "why", "title": words("Reject"), "submit": words("Send"),
            "blocks": [{"type": "input", "block_id": "why", "label": words("Why?"), "element": asked}]}

def refused(call, **args):
    try:
        call(**args)
    except SlackApiError as error:
        print("error", error.response["error"])
    else:
        raise AssertionError(f"{args} was taken")

def web_api(client):
    me = client.auth_test()
    print("auth.test", me["team_id"], me["user_id"], me["bot_id"], "chat:write" in me.headers["x-oauth-scopes"])
    posted = client.chat_postMessage(channel=fake["deploys"], text="Deploy?", blocks=card("approve"))
    ts = posted["ts"]
    print("post", posted["channel"], len(posted["message"]["blocks"]))
    updated = client.chat_update(channel=fake["deploys"], ts=ts, text="Deployed", blocks=card())
    print("update", updated["text"], updated["ts"] == ts, len(control("messages", channel=fake["deploys"])[0]["blocks"]))
    client.chat_postEphemeral(channel=fake["deploys"], user=fake["ada"], text="Not <you>")
    print("ephemeral", control("ephemerals", user=fake["ada"])[0])
    user = client.users_info(user=fake["ada"])["user"]
    print("user", user["name"], user["is_restricted"], client.users_info(user=fake["gone"])["user"]["deleted"])
    print("group", *client.usergroups_users_list(usergroup=fake["leads"])["users"])
    print("members", len(client.conversations_members(channel=fake["deploys"])["members"]))
    client.chat_postMessage(channel=fake["deploys"], thread_ts=ts, text="Done")
    print("replies", *[reply["text"] for reply in client.conversations_replies(channel=fake["deploys"], ts=ts)["messages"]])

    refused(client.chat_postMessage, channel="C0NOWHERE", text="x")
    refused(client.chat_postMessage, channel=fake["random"], text="x")
    refused(client.chat_postMessage, channel=fake["deploys"], text="x", blocks=[{"type": "divider"}] * 51)
    refused(client.chat_update, channel=fake["deploys"], ts=ts, text="x", blocks=[{"type": "divider"}])
    refused(client.chat_update, channel=fake["deploys"], ts="1.000000", text="x")
    refused(client.users_info, user="U0NOBODY")
    refused(client.usergroups_users_list, usergroup="S0NONE")
    refused(client.views_open, trigger_id="1.2.guessed", view=modal())
    refused(WebClient(token="xoxb-guessed", base_url=fake["api_url"]).auth_test)
    control("fault", method="users.info", fault="error", error="fatal_error")
    refused(client.users_info, user=fake["ada"])

def rate_limit(client):
    before = len(control("messages", channel=fake["deploys"]))
    control("fault", method="chat.postMessage", fault="too_many_requests", retry_after="1")
    begun = time.monotonic()
    client.chat_postMessage(channel=fake["deploys"], text="Later")
    waited = time.monotonic() - begun >= 1
    print("limited", waited, len(control("messages", channel=fake["deploys"])) - before)

def bolt(client):
    app = App(client=client, signing_secret=fake["signing_secret"])

    @app.action("approve")
    def approve(ack, body, client):
        ack()
        client.chat_update(channel=body["channel"]["id"], ts=body["container"]["message_ts"],
                           text=f"Approved by {body['user']['id']} with {body['actions'][0]['value']}", blocks=card())

    @app.action("reject")
    def reject(ack, body, client):
        ack()
        view = {**modal(), "private_metadata": body["container"]["message_ts"]}
        client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("why")
    def why(ack, body, view, client):
        ack()
        client.chat_postMessage(channel=fake["deploys"], thread_ts=view["private_metadata"],
                                text=f"{body['user']['id']}: {view['state']['values']['why']['reason']['value']}")
    return app

def card_to_click(client):
    return client.chat_postMessage(channel=fake["deploys"], text="Deploy?", blocks=card("approve", "reject"))["ts"]

def click(ts, action, **how):
    return control("click", channel=fake["deploys"], ts=ts, action_id=action, user=fake["ada"], **how)

def shown(ts):
    return next(message for message in control("messages", channel=fake["deploys"]) if message["ts"] == ts)

def approved(how, client):
    ts = card_to_click(client)
    answer = click(ts, "approve")
    message = until("the message is updated", lambda: (found := shown(ts))["edits"] and found)
    print(how, "click", answer["is_acked"], message["text"], len(message["blocks"]))

def rejected(how, client):
    ts, before = card_to_click(client), len(control("views"))
    acked = click(ts, "reject")["is_acked"]
    view = until("a modal is open", lambda: control("views")[before:])[0]
    answer = control("submit_view", view=view["id"], values={"why": {"reason": {"type": "plain_text_input", "value": "too late"}}})
    replies = until("the reason is told", lambda: [m for m in control("messages", channel=fake["deploys"]) if m["thread_ts"] == ts])
    print(how, "modal", acked, answer["is_acked"], replies[0]["text"])

def socket_mode(app, client):
    # An interval of 10 seconds would only take longer.
    handler = SocketModeHandler(app, fake["app_token"], ping_interval=1)
    handler.connect()
    control("connections", until=1)
    approved("socket", client)
    rejected("socket", client)
    for end, how in (("disconnect", {"reason": "refresh_requested"}), ("drop_socket", {})):
        old = control("connections")[0]
        control(end, connection=old, **how)
        until("there is another socket", lambda: (now := control("connections")) and old not in now)
        print("socket", end)
        approved("socket", client)
    handler.close()

def http(app, client):
    class Quiet(WSGIRequestHandler):
        def log_message(self, *_):
            pass
    server = make_server("127.0.0.1", 0, SlackRequestHandler(app), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    control("interactivity", url=f"http://127.0.0.1:{server.server_port}/slack/events")
    approved("http", client)
    rejected("http", client)
    ts = card_to_click(client)
    for lie in ({"secret": "0" * 32}, {"offset": -600}):
        print("http forged", click(ts, "approve", **lie)["status"], shown(ts)["edits"])
    server.shutdown()

program = subprocess.Popen([os.path.abspath(sys.argv[1])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
fake = json.loads(program.stdout.readline())
client = WebClient(token=fake["bot_token"], base_url=fake["api_url"])
client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
web_api(client)
rate_limit(client)
app = bolt(client)
socket_mode(app, client)
http(app, client)
program.stdin.close()
print("ended", program.wait(PATIENCE))
