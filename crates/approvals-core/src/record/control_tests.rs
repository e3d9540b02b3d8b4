use std::collections::BTreeMap;

use super::*;
use crate::policy::policy::Verdict;
use crate::record::scene::*;
use crate::review::decision::Choice;
use crate::review::standing::StandingTerms;

fn act(number: u8) -> RequestId {
    format!("00000000-0000-4000-8000-0000000001{number:02}").parse().unwrap()
}

fn policy(name: &str) -> Digest {
    Digest::of("policy", name.as_bytes())
}

fn loads(name: &str, replaces: Option<&str>, guarded: bool, request: Option<u8>) -> What {
    let (policy, replaces) = (policy(name), replaces.map(policy));
    What::PolicyLoaded { policy, replaces, guarded, request: request.map(act) }
}

fn stated(who: Principal, says: Says) -> What {
    What::Stated { envelope: envelope(&statement(who, says)) }
}

fn then(control: &Control, second: i64, what: &What) -> Control {
    control.clone().apply(what, at(second)).unwrap()
}

fn follows(control: &Control, second: i64, what: &What) -> bool {
    control.clone().apply(what, at(second)).is_ok()
}

/// What one of `ops` is asked about.
fn asked_of_ops() -> Obligations {
    let Verdict::Review(obligations) = review(two_of_ops()) else { panic!("a review") };
    obligations
}

fn terms(uses: u32) -> StandingTerms {
    let (agent, action) = ("a".parse().unwrap(), "service.restart".parse().unwrap());
    let terms = StandingTerms::new(agent, action, asked_of_ops(), uses, at(100));
    terms.on_behalf_of("o".parse().unwrap())
}

fn issues(request: u8, uses: u32) -> What {
    What::StandingIssued { request: act(request), terms: terms(uses) }
}

fn uses(standing: u8, call: u8) -> What {
    What::StandingUsed { standing: act(standing), request: act(call) }
}

fn call(action: &str) -> Document {
    let json = format!(
        r#"{{"action":"{action}","arguments":{{}},"log":"l","on_behalf_of":["o"],"redacted":{{}},
             "requester":"a","risk":"low","unbound":[]}}"#
    );
    Document::parse(json.as_bytes()).unwrap()
}

#[test]
fn a_policy_replaces_the_one_before_it_and_a_guarded_one_with_consent() {
    let control = then(&Control::default(), 1, &loads("p", None, false, None));
    assert_eq!(control.policy().map(|one| (one.digest, one.guarded)), Some((policy("p"), false)));
    assert!(!follows(&control, 2, &loads("q", None, false, None)));
    let control = then(&control, 2, &loads("q", Some("p"), true, None));
    assert!(control.policy().is_some_and(|one| one.guarded));
    assert!(!follows(&control, 3, &loads("r", Some("q"), false, None)), "nobody agreed");
    let control = then(&control, 3, &loads("r", Some("q"), false, Some(1)));
    let back = loads("q", Some("r"), false, Some(1));
    assert!(!follows(&control, 4, &back), "what was agreed to once is done once");
    assert!(!follows(&control, 2, &loads("q", Some("r"), false, None)), "an older event");
    assert_eq!((control.version(), control.time(at(0))), (3, at(3)));
}

#[test]
fn a_stop_hits_its_action_or_its_principal_by_any_name_until_it_is_lifted() {
    let stop = |scope| stated(person("p"), Says::Stop { scope });
    let of = |id: &str| stop(Stop::Principal(id.parse().unwrap()));
    let named = Principal::agent("a").unwrap().also_known_as(["alias"]).unwrap();
    let requester = Requester::new(named).on_behalf_of(person("o"));
    let action = |name: &str| name.parse::<ActionName>().unwrap();
    let hits = |what: &What, name: &str| {
        then(&Control::default(), 1, what).stop_of(&action(name), &requester).is_some()
    };
    assert!(hits(&stop(Stop::Everything), "app.deploy"));
    assert!(!hits(&stop(Stop::Everything), "approvals.lift"), "or it could not be lifted");
    assert!(hits(&of("a"), "x") && hits(&of("alias"), "x") && hits(&of("o"), "x"));
    assert!(!hits(&of("b"), "x"));
    let deploys = stop(Stop::Action(action("app.deploy")));
    assert!(hits(&deploys, "app.deploy") && !hits(&deploys, "app.restart"));

    let control = then(&Control::default(), 1, &deploys);
    let (stop, _, said) = control.stops().next().unwrap();
    assert_eq!(said.reason, "I looked");
    let lifts = |stop, number| What::Lifted { stop, request: act(number) };
    assert!(!follows(&control, 2, &lifts(Digest::ZERO, 1)), "there is no such stop");
    let lifted = then(&control, 2, &lifts(stop, 1));
    assert_eq!(lifted.stop_of(&action("app.deploy"), &requester), None);
    assert!(!follows(&lifted, 3, &deploys), "what was said once is not said again");
}

fn lends(to: &str, groups: &[&str], until: i64) -> Says {
    let groups = groups.iter().map(|group| group.parse().unwrap()).collect();
    Says::Delegate { to: to.parse().unwrap(), groups, until: at(until) }
}

#[test]
fn a_vote_is_lent_by_a_person_to_another_for_groups_of_ones_own_and_for_a_while() {
    let none = Control::default();
    let control = then(&none, 1, &stated(person("p"), lends("q", &["ops"], 50)));
    let lent = |who: &str, second| control.lent_to(&person(who), at(second)).count();
    assert_eq!((lent("q", 49), lent("q", 50), lent("r", 49), lent("p", 49)), (1, 0, 0, 0));
    assert_eq!(control.delegations().len(), 1);

    let alias = person("p").also_known_as(["p2"]).unwrap();
    let bot = Principal::service("ci").unwrap().member_of(["ops"]).unwrap();
    for (who, says) in [
        (alias.clone(), lends("p2", &["ops"], 50)),
        (person("p"), lends("p", &["ops"], 50)),
        (bot, lends("q", &["ops"], 50)),
        (person("p"), lends("q", &["ops", "dba"], 50)),
    ] {
        assert!(!follows(&none, 1, &stated(who.clone(), says)), "{who:?}");
    }
    let other = then(&control, 2, &stated(person("p"), lends("r", &["ops"], 60)));
    assert_eq!(other.delegations().len(), 1, "the second stands in the place of the first");
    assert_eq!(other.lent_to(&person("r"), at(3)).count(), 1);
    let both = then(&control, 2, &stated(person("s"), lends("q", &["ops"], 60)));
    let back = then(&both, 3, &stated(alias, Says::Undelegate));
    let givers: Vec<_> = back.delegations().iter().map(|one| one.from.as_str()).collect();
    assert_eq!(givers, ["s"], "taken back under another name, and nobody else's");
}

#[test]
fn a_lent_vote_holds_as_long_as_it_is_lent_to_that_person_for_those_groups() {
    let control = then(&Control::default(), 1, &stated(person("p"), lends("q", &["ops"], 50)));
    let state = asked(review(two_of_ops()));
    let given = |by: &str, lender: Option<Principal>| Decision {
        delegator: lender,
        ..decision(&state, person(by), Choice::Approve, at(2))
    };
    assert!(control.still_lends(&given("r", None)), "ones own");
    assert!(control.still_lends(&given("q", Some(person("p")))));
    assert!(!control.still_lends(&given("r", Some(person("p")))), "to somebody else");
    assert!(!control.still_lends(&given("q", Some(person("s")))), "by somebody else");
    let more = person("p").member_of(["dba"]).unwrap();
    assert!(!control.still_lends(&given("q", Some(more))), "for more groups");
}

#[test]
fn a_standing_grant_answers_so_many_calls_in_its_time_until_it_is_retired() {
    let control = then(&Control::default(), 1, &issues(1, 2));
    assert!(!follows(&control, 2, &issues(1, 2)), "issued once");
    let (document, asked) = (call("service.restart"), asked_of_ops());
    let found = |control: &Control, second| control.standing_for(&document, &asked, at(second));
    assert_eq!(found(&control, 99), Some(act(1)));
    assert_eq!(found(&control, 100), None, "its time is over");
    assert_eq!(control.standing_for(&call("app.deploy"), &asked, at(2)), None);

    assert!(!follows(&control, 2, &uses(9, 2)), "there is none");
    assert!(!follows(&control, 100, &uses(1, 2)));
    let once = then(&control, 2, &uses(1, 2));
    assert!(!follows(&once, 3, &uses(1, 2)), "the same call again");
    let twice = then(&once, 3, &uses(1, 3));
    assert_eq!((found(&once, 4), found(&twice, 4)), (Some(act(1)), None), "two uses");
    assert!(!follows(&twice, 4, &uses(1, 4)));

    let mut used = request(Verdict::Review(asked.clone()));
    let finds =
        |control: &Control, used: &Request, second| control.used_for(&document, used, at(second));
    assert_eq!(finds(&twice, &used, 4), None, "not for this call");
    used.id = act(3);
    assert_eq!(finds(&twice, &used, 4), Some(act(1)));
    assert_eq!(finds(&twice, &used, 100), None);

    let retires = |standing| stated(person("p"), Says::Retire { standing: act(standing) });
    assert!(!follows(&control, 4, &retires(9)));
    let over = then(&then(&once, 3, &uses(1, 3)), 4, &retires(1));
    assert_eq!(finds(&over, &used, 5), None);
    let unused = then(&once, 4, &retires(1));
    assert_eq!(found(&unused, 5), None);
    assert!(!follows(&unused, 5, &uses(1, 5)));
    assert_eq!(unused.may_retire(act(1)), Err(Refusal::RetiredAlready));
    assert_eq!(unused.may_retire(act(9)), Err(Refusal::NoStanding));
    let all: BTreeMap<_, _> = unused.standing().collect();
    assert!(all[&act(1)].retired);
}

#[test]
fn what_is_about_a_request_belongs_to_no_log() {
    let control = Control::default();
    let says = Says::Review { request: id(), justified: true };
    assert!(!follows(&control, 1, &stated(person("p"), says)));
    assert!(!follows(&control, 1, &What::Closed { cause: Cause::Withdrawn }));
}
