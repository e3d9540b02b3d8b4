//! What stands below the help of each command: examples, and exit statuses.

pub(super) const TOP: &str = "\
Examples:
  approvals keys new keys --origin example.com/shop/prod
  approvals pending approvals.db
  approvals show 01980a4c approvals.db
  approvals policy check policy.toml
  approvals log verify approvals.db --vkey log.vkey --seen yesterday.note

Exit status:
  0  done; for what is checked: everything holds
  1  it does not hold: a ledger is damaged, a policy does not load, somebody may not
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const KEYS_NEW: &str = "\
Each key has one purpose: log.pem signs the heads of the log, recorder.pem signs
decisions on behalf of channels, grant.pem signs grants. Whoever has log.pem can
rewrite the whole log. Files are never replaced, and no secret is printed.

The verifier key (vkey) is made of the log's name and the public log key. Give it
to those who are to verify the log.

Examples:
  approvals keys new keys
  approvals keys new keys --origin example.com/shop/prod

Exit status:
  0  made
  2  usage, or the keys could not be written (or are there already)";

pub(super) const KEYS_SHOW: &str = "\
The verifier key (vkey) is made of the log's name and the public log key. Keep it
where whoever runs the log cannot change it: what is verified against a key that the
log's own keeper hands out proves less.

Examples:
  approvals keys show keys
  approvals keys show keys --origin example.com/shop/prod --vkey > log.vkey
  approvals log verify approvals.db --vkey log.vkey

Exit status:
  0  printed
  2  usage, or the keys could not be read";

pub(super) const PENDING: &str = "\
What was started and has not finished may still be running. If its process is
gone, what it did is unknown: nothing is run again by itself.

Emergencies that nobody has reviewed, stops in force and standing grants are listed
as well. The log is verified while it is read, against the key that is in the file.

Examples:
  approvals pending
  approvals pending shop/approvals.db --json
  approvals pending --unknown
  approvals pending --unreviewed

Exit status:
  0  listed, even if nothing is waiting
  1  the ledger is tampered with or damaged
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const SHOW: &str = "\
The card and the arguments are those that reviewers were shown. Every signature is
verified with the keys that the log itself names. Text that others wrote stands in
quotes, with everything but plain ASCII as escapes.

Examples:
  approvals show 01980a4c approvals.db
  approvals show 01980a4c-5b1e-7d11-8f43-0b2a6c1d9e55 --ledger approvals.db --json

Exit status:
  0  shown, and everything holds
  1  the ledger is tampered with or damaged, or a signature does not hold
  2  usage, no such request, or a file that cannot be read or is no ledger";

pub(super) const LOG: &str = "\
Examples:
  approvals log verify approvals.db --vkey log.vkey --seen yesterday.note
  approvals log export approvals.db mirror
  approvals log checkpoint approvals.db > today.note

Exit status:
  0  done; for what verifies: everything holds
  1  tampered with or damaged: the message names the events
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const VERIFY: &str = "\
Hashes every entry anew, compares the root with every signed checkpoint, checks that
each event can follow those before it, and verifies every decision and grant.

A ledger alone cannot show that its newest events were cut off, or that whoever has
the log key has rewritten all of it. Only checkpoints that are kept elsewhere can:
see `approvals log checkpoint`, and give them with --seen.

Examples:
  approvals log verify
  approvals log verify approvals.db --vkey log.vkey --seen yesterday.note

Exit status:
  0  intact
  1  tampered with or damaged: the message names the events
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const EXPORT: &str = "\
Writes `checkpoint`, `log.vkey`, `tile/` and `tile/entries/` (C2SP tlog-tiles), and
`attachments/<digest>` for documents too large for their entry. Erasable values are
never written. The log is verified on the way, and `checkpoint` is written last.

Files are never changed: an export that was tampered with is refused.

Examples:
  approvals log export approvals.db mirror

Exit status:
  0  exported
  1  the ledger or the earlier export is tampered with or damaged
  2  usage, a file that cannot be read or is no ledger, or a folder of something else";

pub(super) const CHECKPOINT: &str = "\
Keep it where whoever can write the ledger cannot: another host, a mail, a printout.

Examples:
  approvals log checkpoint approvals.db > today.note
  approvals log verify approvals.db --seen today.note

Exit status:
  0  printed
  1  the newest checkpoint is tampered with or damaged
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const LIST: &str = "\
The newest stand last; what each is done to, if that is known, stands below it. What
does not fit into a line ends in three dots: `--json` has all of it. The log is verified
while it is read, against the key in the file.

Examples:
  approvals list
  approvals list shop/approvals.db --outcome rejected --since 7d
  approvals list --action 's3.*' --requester agent:night --json

Exit status:
  0  listed, even if there is nothing
  1  the ledger is tampered with or damaged
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const REPORT: &str = "\
Decisions are timed from when the card was presented in the reviewer's channel. Times
and counts say nothing about anybody alone: they show where to look.

Examples:
  approvals report
  approvals report shop/approvals.db --since 30d --quick 5 --json

Exit status:
  0  told
  1  the ledger is tampered with or damaged
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const EVENTS: &str = "\
Keys, policies, stops, delegations and standing grants, oldest first. Every signature
is verified with the keys that the log itself names.

Examples:
  approvals log events approvals.db
  approvals log events --ledger approvals.db --json

Exit status:
  0  listed, and everything holds
  1  the ledger is tampered with or damaged
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const POLICY: &str = "\
Examples:
  approvals policy check policy.toml
  approvals policy test policy.toml
  approvals policy explain policy.toml call.json
  approvals policy diff old.toml new.toml --over approvals.db

Exit status:
  0  it loads, its tests pass, nothing gets looser as far as that was looked at
  1  it does not load, a test fails, or something gets looser, or may
  2  usage, or a file that cannot be read";

pub(super) const CHECK: &str = "\
A policy loads only if all of its tests pass. What loads and is probably a mistake is
told as a doubt; doubts do not change the exit status.

Examples:
  approvals policy check policy.toml
  approvals policy check policies/*.toml --json

Exit status:
  0  all of them load, and their tests pass
  1  one does not: the message says where, and how to mend it
  2  usage, or a file that cannot be read";

pub(super) const TEST: &str = "\
Examples:
  approvals policy test policy.toml
  approvals policy test policy.toml --json

Exit status:
  0  every test passes
  1  a test fails, or the file does not load
  2  usage, or a file that cannot be read";

pub(super) const EXPLAIN: &str = "\
The call is JSON; `-` reads it from standard input:

  {
    \"action\": \"s3.export\",
    \"args\": { \"rows\": 12000 },
    \"risk\": \"high\",
    \"resource\": \"s3://customers\",
    \"tags\": [\"pii\"],
    \"review_required\": true,
    \"facts\": { \"env.name\": \"prod\" },
    \"origin\": \"example.com/shop/prod\",
    \"requester\": {
      \"id\": \"agent:night\",
      \"kind\": \"agent\",
      \"groups\": [\"batch\"],
      \"on_behalf_of\": [\"u:mira\"]
    },
    \"break_glass\": \"outage 7\",
    \"now\": \"2026-01-31T08:00:00Z\"
  }

Only `action` must be there. What is left out is taken for this:
  risk          high
  origin        test
  requester     an agent `agent:test` in no group, for nobody; its kind is agent,
                human or service, and on_behalf_of has ids of people, nearest first
  break_glass   no emergency
  now           the time of this host
  all others    none
Unknown keys are refused.

Examples:
  approvals policy explain policy.toml call.json
  approvals policy explain policy.toml - --json < call.json

Exit status:
  0  explained, whatever the verdict
  1  the policy does not load
  2  usage, a file that cannot be read, or no call in it";

pub(super) const DIFF: &str = "\
Rules, words and obligations that were added, removed or changed. With --over, every
request of the ledger is ruled on by both, with the facts that were recorded and at
the time when it was asked. Looser are those that are denied or reviewed less, or of
which it cannot be shown that they are reviewed as strictly; they come first.

Without --over, only the words are compared: an obligation that is not as strict as
the one of its name was, a denial that is gone or not the same, and a rule that
requires less may be looser. That conditions have changed, or that a rule was added or
removed that does not deny, says nothing without calls: for that, give --over.

Examples:
  approvals policy diff old.toml new.toml
  approvals policy diff old.toml new.toml --over approvals.db --json

Exit status:
  0  no recorded request gets looser; without --over, none of those words does, which
     is not to say that no call gets looser
  1  some do, or may; or a policy does not load, or the ledger is damaged
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const PEOPLE: &str = "\
Examples:
  approvals people check people.toml

Exit status:
  0  it loads; what is probably a mistake in it is told as a doubt
  1  it does not: the message says where, and how to mend it
  2  usage, or a file that cannot be read";

pub(super) const PEOPLE_CHECK: &str = "\
A file of people says who is who:

  version = 1

  [person.\"u:mira\"]
  kind = \"human\"
  groups = [\"ops\"]
  since = { ops = \"2026-01-01T00:00:00Z\" }
  also_known_as = [\"u:mira-admin\"]
  identities = [\"os:uid:1000\", \"slack:T1/U42\"]

Examples:
  approvals people check people.toml
  approvals people check people.toml --json

Exit status:
  0  it loads; what is probably a mistake in it is told as a doubt
  1  it does not: the message says where, and how to mend it
  2  usage, or a file that cannot be read";

pub(super) const GATED: &str = "\
Reads sources, and runs nothing: every function with `#[requires_approval]`, as it is
written there, also under another name or `cfg_attr`. What a macro makes is not seen;
macros that name the attribute are warned of. An action that is run with `Gate::run`
instead has no attribute and is not listed.

Keep the list beside the sources and check it, so that no function loses its gate, its
risk or a bound parameter unnoticed. New functions and other lines are no difference.

Examples:
  approvals gated
  approvals gated crates/shop/src --json > gated.json
  approvals gated crates/shop/src --expect gated.json

Exit status:
  0  listed, and nothing is missing
  1  something is gated no more as it was, or a source cannot be parsed
  2  usage, or a file that cannot be read, or no sources";

pub(super) const RESOLVE: &str = "\
Whoever runs this is known by the effective user id of the process, as `os:uid:1000`,
which the file of people maps to a person. There is no other way to say who one is;
below `sudo` one is whom it runs the program as.

The files in --keys sign what is written: that an agent cannot read them is what keeps
it from writing here. Run this as a user of whom agents are not. The files must belong
to this user or to root. A file of people that others can write is refused, and so is
one in a folder that they can write, unless its sticky bit is set.

Only people who were asked about the request may say so; if the policy allowed it and
nobody was asked, everybody in the file of people. Never who asked for it, nor those
it was asked for.

Examples:
  approvals resolve 01980a4c approvals.db --keys keys --people people.toml \\
    --done --reason 'the export is in the bucket'
  approvals resolve 01980a4c approvals.db --keys keys --people people.toml \\
    --not-done --reason 'nothing arrived'

Exit status:
  0  recorded
  1  this person may not, or there is nothing to say; or the ledger is damaged
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const REVIEW: &str = "\
Who says so is known as for `approvals resolve`; only a person of the group that the
policy names, who neither asked nor approved, may judge. It does not undo anything.

Examples:
  approvals pending --unreviewed
  approvals review 01980a4c approvals.db --keys keys --people people.toml \\
    --justified --reason 'the outage was real, see incident 7'

Exit status:
  0  recorded
  1  this person may not, or there is nothing to judge; or the ledger is damaged
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const STOP: &str = "\
From then on nothing of that kind starts, in any process that has the ledger, until
people agree to lift it. What has started goes on.

Who says so is known as for `approvals resolve`. Everybody in the file of people may
stop things; a policy's rule about `approvals.stop` is not looked at here. Lifting a
stop takes people's consent: a rule of the policy about `approvals.lift`, and
`Desk::lift` in the program with the gate.

A log that has no request of that action or principal is warned of: it may be a slip.

Examples:
  approvals stop approvals.db --keys keys --people people.toml \\
    --principal agent:night --reason 'it asks for odd things'
  approvals stop approvals.db --keys keys --people people.toml \\
    --everything --reason 'incident 7'

Exit status:
  0  stopped
  1  this person is not known; or the ledger is damaged
  2  usage, or a file that cannot be read or is no ledger";

pub(super) const RETIRE: &str = "\
The id is that of the request by which the grant was issued: `approvals pending` lists
it. Who says so is known as for `approvals resolve`; all who were asked about it may.

Examples:
  approvals retire 01980a4c approvals.db --keys keys --people people.toml \\
    --reason 'the migration is over'

Exit status:
  0  recorded
  1  this person may not, or there is no such grant, or it is retired already; or the
     ledger is damaged
  2  usage, or a file that cannot be read or is no ledger";
