use super::*;
use crate::policy::policy::Verdict;
use crate::record::scene::*;
use crate::record::state::Started;
use crate::review::grant::Claims;
use crate::review::statement::{Resolution, Says};

/// The act of lifting a stop of the principal `x`.
fn lift() -> OwnAct {
    OwnAct::lift(Digest::ZERO, &Stop::Principal("x".parse().unwrap()), "an outage")
}

/// A request for it by `p` on behalf of these, that started at second 5.
fn document(on_behalf_of: &str) -> Document {
    let arguments = Value::Object(lift().arguments);
    let json = format!(
        r#"{{"action":"approvals.lift","arguments":{arguments},"log":"l","on_behalf_of":[{on_behalf_of}],
             "redacted":{{}},"requester":"p","risk":"critical","unbound":[]}}"#
    );
    Document::parse(json.as_bytes()).unwrap()
}

fn started() -> State {
    let mut state = asked(review(two_of_ops()));
    state.phase = Phase::Started;
    state.last_at = at(5);
    state.started = Some(Started { at: at(5), attempt: None, fence: 1 });
    state.grant = Some(claims(state.request().unwrap(), &["q"], at(4)));
    state
}

fn is_carried_out(state: &State, second: i64) -> bool {
    lift().is_carried_out(state, &document("\"x\""), true, at(second))
}

#[test]
fn an_act_takes_effect_while_its_body_runs() {
    let state = started();
    assert!(!is_carried_out(&state, 4) && is_carried_out(&state, 5) && is_carried_out(&state, 50));
    let ended = |phase: Outcome| State { phase: Phase::Ended(phase), last_at: at(9), ..started() };
    let done = ended(Outcome::Executed(Execution::Succeeded));
    assert!(is_carried_out(&done, 9), "what was under way when it ended");
    assert!(!is_carried_out(&done, 10));
    let resolved = ended(Outcome::Resolved(Resolution::Done));
    assert!(is_carried_out(&resolved, 9) && !is_carried_out(&resolved, 10));
    for never in [
        ended(Outcome::Executed(Execution::Changed)),
        ended(Outcome::Executed(Execution::NotRun)),
        State { phase: Phase::Granted, ..started() },
        State { started: None, ..started() },
    ] {
        assert!(!is_carried_out(&never, 9), "{:?}", never.phase());
    }
}

#[test]
fn an_act_takes_the_consent_of_people_where_it_needs_it() {
    let alone = State { grant: None::<Claims>, ..started() };
    assert!(!is_carried_out(&alone, 6));
    assert!(lift().is_carried_out(&alone, &document("\"x\""), false, at(6)));
}

#[test]
fn an_act_is_what_its_document_says_and_nothing_hidden_beside_it() {
    let state = started();
    let is = |document: &Document| lift().is_carried_out(&state, document, true, at(6));
    let right = || document("\"x\"");
    assert!(is(&right()) && is(&document("\"y\",\"x\"")));
    assert!(is(&Document { requester: "x".parse().unwrap(), ..document("") }), "asked for by x");
    assert!(!is(&document("")) && !is(&document("\"y\"")), "x might decide about it");
    let mut other = right();
    other.arguments.insert("stopped_because".into(), "nothing".into());
    assert!(!is(&other));
    assert!(!is(&Document { action: "approvals.policy".parse().unwrap(), ..right() }));
    assert!(!is(&Document { unbound: vec!["y".into()], ..right() }));
    let hidden = [("y".to_owned(), Digest::ZERO)].into_iter().collect();
    assert!(!is(&Document { redacted: hidden, ..right() }));
}

#[test]
fn what_changes_the_log_for_all_has_an_act_behind_it() {
    let stop = Says::Stop { scope: Stop::Everything };
    let stated = What::Stated { envelope: envelope(&statement(person("p"), stop)) };
    let control = Control::default().apply(&stated, at(1)).unwrap();
    let (stop, _, _) = control.stops().next().unwrap();
    let lifted = What::Lifted { stop, request: id() };
    let act = OwnAct::lift(stop, &Stop::Everything, "I looked");
    assert_eq!(OwnAct::behind(&lifted, &control), Some((id(), act, true)));
    assert_eq!(OwnAct::behind(&lifted, &Control::default()), None, "no such stop");
    assert_eq!(OwnAct::behind(&stated, &control), None);

    let loads = |replaces, guarded, request| What::PolicyLoaded {
        policy: Digest::ZERO,
        replaces,
        guarded,
        request,
    };
    assert_eq!(OwnAct::behind(&loads(None, true, None), &control), None);
    let guarded = control.apply(&loads(None, true, None), at(2)).unwrap();
    let next = loads(Some(Digest::ZERO), false, Some(id()));
    let act = OwnAct::replace_policy(Some(Digest::ZERO), Digest::ZERO, false);
    assert_eq!(OwnAct::behind(&next, &guarded), Some((id(), act.clone(), true)));
    assert_eq!(OwnAct::behind(&next, &Control::default()), Some((id(), act, false)));
}

#[test]
fn the_reason_that_somebody_gives_for_an_act_is_in_what_is_asked() {
    let describe = |act: &OwnAct| {
        let mut call = Description::new(4096, std::collections::BTreeMap::new());
        act.describe(&mut call).unwrap();
        let intake = call.seal("l", &act.requester(person("p"))).unwrap();
        intake.document().unwrap()
    };
    assert_eq!(describe(&lift()).reason, None);
    let document = describe(&lift().because("it is over"));
    assert_eq!(document.reason.as_deref(), Some("it is over"));
    assert!(lift().is(&document), "it is the same act, whatever the reason");
}

#[test]
fn nobody_decides_about_an_act_that_is_for_them() {
    let people = |person: Principal| -> Vec<String> {
        lift().requester(person).everybody().map(|one| one.id().to_string()).collect()
    };
    assert_eq!(people(person("p")), ["p", "x"]);
    assert_eq!(people(person("x")), ["x"]);
    let Verdict::Review(instead_of) = review(two_of_ops()) else { panic!("a review") };
    let action = "service.restart".parse().unwrap();
    let terms = StandingTerms::new("a".parse().unwrap(), action, instead_of, 1, at(9));
    let act = OwnAct::standing(&terms.on_behalf_of("o".parse().unwrap()));
    let people: Vec<_> = act.for_whom.iter().map(PrincipalId::as_str).collect();
    assert_eq!(people, ["a", "o"]);
    assert_eq!(act.arguments["until"], at(9).to_string());
}
