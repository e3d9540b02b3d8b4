//! A [`Policy`](approvals_core::Policy) on the [Cedar](https://www.cedarpolicy.com) engine, for those who outgrow
//! [`Rules`](approvals_core::Rules).
//!
//! A [`CedarPolicy`] has two texts: a vocabulary in TOML (actions, facts, obligations, the terms of an emergency;
//! what [`Vocabulary`](approvals_core::Vocabulary) reads), and policies in Cedar over those words.
//!
//! ```
//! # mod approvals { pub use approvals_cedar::*; pub use approvals_core::*; }
//! use approvals::CedarPolicy;
//!
//! let words = r#"
//! version = 1
//! default = "deny"
//!
//! [action."s3.export"]
//! args = { bucket = "string", rows = "integer" }
//!
//! [facts]
//! "env.name" = "string"
//!
//! [obligation.two-data-owners]
//! quorum = [{ group = "data-owners", count = 2 }]
//! "#;
//!
//! let policies = r#"
//! @id("exports")
//! permit (principal, action == Action::"s3.export", resource);
//!
//! @id("many-rows")
//! @requires("two-data-owners")
//! forbid (principal, action == Action::"s3.export", resource)
//! when { context.facts["env.name"] == "prod" && context.args.rows > 10000 }
//! unless { context.satisfied.contains("two-data-owners") };
//! "#;
//!
//! use approvals::{Document, FactSet, Facts, Policy, Principal, Requester, Timestamp, Verdict};
//!
//! let policy = CedarPolicy::new(words, policies)?;
//! let agent = Requester::new(Principal::agent("agent:night-shift")?);
//! let facts = FactSet::from([("env.name".parse()?, "prod".into())]);
//! let ruling = |rows: u32| {
//!     let call = format!(
//!         r#"{{"action":"s3.export","arguments":{{"bucket":"b","rows":{rows}}},"log":"example.org/t/prod",
//!         "on_behalf_of":[],"redacted":{{}},"requester":"agent:night-shift","risk":"high","unbound":[]}}"#
//!     );
//!     let call = Document::parse(call.as_bytes()).expect("it is a document");
//!     policy.rule(&Facts::new(&call, &agent, Timestamp::from_millis(0)).with(&facts))
//! };
//! assert_eq!(ruling(10_000)?.verdict, Verdict::Allow);
//! let Verdict::Review(asked) = ruling(10_001)?.verdict else { panic!("it is reviewed") };
//! assert!(asked.iter().map(|one| one.name.as_str()).eq(["two-data-owners"]));
//!
//! let typo = policies.replace("@requires", "@require");
//! assert!(CedarPolicy::new(words, &typo).unwrap_err().to_string().contains("`@require` means nothing"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How a review is asked for
//! By a `forbid` that names the obligation twice: in `@requires`, and in
//! `unless { context.satisfied.contains("…") }`. Cedar is asked first with nothing satisfied. What stands in the way
//! is collected, and Cedar is asked again with all of it satisfied: if that allows the call, exactly those obligations
//! are the review; if not, the call is denied. A `permit` never asks: another `permit` beside it would
//! allow the same call without asking, while a `forbid` can only tighten.
//!
//! # What a policy can look at
//! | | |
//! |---|---|
//! | `principal` | the requester: an `Agent`, `Human` or `Service`, `in` each `Group` it is in |
//! | `action` | `Action::"s3.export"`; each declared action, and no other |
//! | `resource` | `Resource::"…"`, as the call names it; `Resource::""` if it names none |
//! | `context.args` | the declared arguments, but those of type `any`; what is optional needs `has` |
//! | `context.facts` | the declared facts, as in `context.facts["env.name"]` |
//! | `context.risk`, `context.origin` | texts |
//! | `context.tags`, `context.review_required` | what the action's author says of it: texts, and a boolean |
//! | `context.on_behalf_of` | the ids of those whom the requester acts for |
//! | `context.owner` | the last person among them, for whom all of it happens, if there is one, `in` the groups of that person |
//! | `context.resource` | what the call names, if it does, as a text for `like` |
//!
//! The emergency signal is not there: a `forbid` that looks at it would be one that any caller switches off.
//!
//! # What is refused when it is loaded
//! Cedar's own strict validation, warnings included, over a schema that is made from the vocabulary. And what Cedar
//! does not check:
//!
//! - Each policy has an `@id` of its own. Other annotations are `@requires`, on a `forbid`, and `@reason`, on a
//!   `forbid` that denies; a misspelt one is refused.
//! - The obligation in `@requires` is declared, and `context.satisfied` stands nowhere else.
//! - What the agent's side writes (arguments, resource, tags, `review_required`) is not looked at where it loosens: in a `permit`, or in the
//!   `unless` of a `forbid`. Turned around, as the `when` of a `forbid`, it tightens.
//! - No templates; at most 1 MiB of text, and 500 operators in one policy, nested 32 deep.
//! - What `[break_glass]` lists is there, and is a `forbid` without `@requires`.
//!
//! # What happens in an emergency
//! If every `forbid` that denies the call is listed in `[break_glass]`, Cedar is asked again without the listed ones.
//! What still stands in the way is asked for, and so is what `[break_glass]` requires. A denial that is not listed
//! holds.
//!
//! # Acts on the approvals themselves
//! Actions whose names begin with `approvals.` are decided only by policies that name them, never by those about
//! any action. They must be declared like any other. Facts are all optional there, because no provider is asked.
//!
//! # What it cannot do
//! Cedar has no memory, no sums over sets, no counting and no loops: how many people agreed, what was spent in the
//! last hour and what happened before are facts that a provider states, or obligations that the gate counts. It has
//! no fractions here, and no clock: "in working hours" is a fact as well.
//!
//! Errors deny. Cedar alone would go on without a policy that fails, so that a `forbid` that overflows allows the
//! call; here one failing policy denies it, whatever the others say. A call that is not of the declared types is denied
//! before Cedar is asked.
//!
//! # What it costs
//! Compiling it takes some 90 crates more, and four times the processor time of the rest of core: six minutes where
//! core alone takes under two. Policies are kept sorted by action, because Cedar goes through all of a set each time.

mod error;
mod place;
mod types;
mod schema;
mod reads;
mod measure;
mod known;
mod lint;
mod bucket;
mod load;
mod request;
mod policy;

pub use crate::error::CedarError;
pub use crate::policy::CedarPolicy;
