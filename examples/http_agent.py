#!/usr/bin/env python3
"""An agent in Python: `deploy` runs only once people have approved exactly that call, and at most once.

APPROVALS_URL=https://approvals.example.org APPROVALS_TOKEN=apr_req_… python3 http_agent.py 7
"""
import json, os, secrets, sys, time
from urllib import error, request as http

class Denied(Exception):
    """People, or the policy, have said no; the words are for whoever called."""

class NoRedirect(http.HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None  # the token is for one server

OPENER = http.build_opener(NoRedirect)

def call(method, path, body=None, key=None):
    """One call of the API. Each may be sent again: it changes nothing, has a key, or says what it has said before."""
    headers = {"Authorization": "Bearer " + os.environ["APPROVALS_TOKEN"], "Content-Type": "application/json"}
    headers |= {"Idempotency-Key": key} if key else {}
    data = json.dumps(body).encode() if body is not None else None
    asked = http.Request(os.environ["APPROVALS_URL"].rstrip("/") + path, data, headers, method=method)
    for pause in (0.2, 1, 5, None):
        try:
            with OPENER.open(asked, timeout=60) as answer:
                return json.load(answer)
        except error.HTTPError as problem:
            if problem.code < 500 or pause is None:
                is_told = problem.headers.get_content_type() == "application/problem+json"
                raise Denied(json.load(problem)["detail"] if is_told else str(problem)) from None
        except (OSError, ValueError):
            if pause is None:
                raise
        time.sleep(pause)

def gated(action, arguments, body):
    """Asks for the action, waits for people, and runs `body` with what they have approved."""
    asked = {"action": action, "arguments": arguments}
    request = call("POST", "/v1/requests", asked, key=secrets.token_hex(16))
    here = "/v1/requests/" + request["id"]
    while request["phase"] == "pending":
        request = call("GET", here + "?wait=25")
    started = call("POST", here + "/start", asked, key=secrets.token_hex(16))
    told = "failed"
    try:
        result = body(**json.loads(started["document"])["arguments"])
        told = "succeeded"
        return result
    finally:
        call("POST", here + "/finish", {"fence": started["fence"], "told": told})

if __name__ == "__main__":
    try:
        gated("app.deploy", {"version": int(sys.argv[1])}, lambda version: print("deployed version", version))
    except Denied as denied:
        sys.exit(f"not deployed: {denied}")
