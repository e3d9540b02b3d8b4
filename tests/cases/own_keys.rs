//! Decisions that reviewers sign with keys of their own: passkeys (T43, T44).

use std::sync::Arc;

use approvals::*;
use approvals_testkit::SoftPasskey;
use async_trait::async_trait;

use crate::world::*;

const SITE: &str = "approvals.example.com";

/// A channel whose reviewers have keys.
#[derive(Clone, Debug)]
struct Web;

#[async_trait]
impl Approver for Web {
    fn channel(&self) -> &'static str {
        "web"
    }

    async fn present(&self, _card: &Card, _desk: &Desk) -> Result<Presented, ApproverError> {
        Ok(Presented::new())
    }

    fn assurance(&self) -> Assurance {
        Assurance::ReviewerKey
    }
}

fn signed_by(count: u32) -> Obligation {
    let mut one = ask(count, "ops");
    one.assurance = Assurance::ReviewerKey;
    one
}

/// People with keys: ann and bob; cyd has none. Something waits for `count` of them.
struct Keyed {
    world: World,
    ann: SoftPasskey,
    bob: SoftPasskey,
    request: RequestId,
}

fn web(name: &str) -> ChannelIdentity {
    identity("web", name)
}

async fn enrol(world: &World, name: &str) -> SoftPasskey {
    let (desk, passkey) = (world.gate.desk(), SoftPasskey::new(SITE));
    let tomorrow = world.clock.now().after(MINUTE * 60 * 24);
    let invitation =
        desk.invite(&identity("os", "cyd"), &web(name), tomorrow, "new").await.unwrap();
    assert_eq!(desk.enrol(&invitation, passkey.key()).await.unwrap(), web(name));
    passkey
}

async fn keyed(obligation: Obligation) -> Keyed {
    let policy = asks([obligation]);
    let world = World::with(|gate| gate.policy(policy).approver(Web)).await;
    let (ann, bob) = (enrol(&world, "ann").await, enrol(&world, "bob").await);
    let request = world.submit(deploy()).await;
    Keyed { world, ann, bob, request }
}

impl Keyed {
    fn yes(&self) -> Ballot {
        Ballot::approve(&self.world.card()).unwrap()
    }

    fn no(&self, why: &str) -> Ballot {
        Ballot::reject(&self.world.card(), why).unwrap()
    }

    async fn challenge(&self, name: &str, ballot: &Ballot) -> Result<Challenge, Refusal> {
        let nonce: [u8; 32] = *Digest::of("nonce", &entropy()).as_bytes();
        match self.world.gate.desk().challenge(&web(name), ballot, &nonce).await {
            Ok(challenge) => Ok(challenge),
            Err(DeskError::Refused(refusal)) => Err(refusal),
            Err(error) => panic!("{error:?}"),
        }
    }

    async fn decide(&self, name: &str, ballot: Ballot) -> Result<Phase, Refusal> {
        self.world.vote(&web(name), ballot).await
    }

    /// Everything as it should be.
    async fn sign(&self, name: &str, with: &SoftPasskey, ballot: Ballot) -> Result<Phase, Refusal> {
        let challenge = self.challenge(name, &ballot).await?;
        self.decide(name, ballot.signed(with.sign(&challenge))).await
    }

    async fn is_pending(&self) -> bool {
        *self.world.state(self.request).await.phase() == Phase::Pending
    }
}

fn entropy() -> Vec<u8> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed).to_le_bytes().to_vec()
}

#[tokio::test(start_paused = true)]
async fn what_is_signed_with_reviewers_own_keys_runs_and_a_stranger_can_check_it() {
    let keyed = keyed(signed_by(2)).await;
    assert_eq!(keyed.sign("ann", &keyed.ann, keyed.yes()).await, Ok(Phase::Pending));
    assert_eq!(keyed.sign("bob", &keyed.bob, keyed.yes()).await, Ok(Phase::Granted));
    assert_eq!(keyed.world.pick_up(deploy()).await, Ok(()));
    keyed.world.ran.assert_ran_once();

    let trail = keyed.world.trail().await;
    let state = trail.states().find(|(id, _)| *id == keyed.request).unwrap().1;
    for decision in state.decisions() {
        assert_eq!(decision.assurance, Assurance::ReviewerKey);
        let key = trail.control().keys_of(&decision.identity).next().unwrap();
        assert_eq!(key.verify(decision.proof.as_ref().unwrap()), Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn where_keys_are_asked_for_nothing_else_approves_and_rejecting_takes_none() {
    let keyed = keyed(signed_by(1)).await;
    let attested = keyed.decide("ann", keyed.yes()).await;
    assert_eq!(attested, Err(Refusal::Ineligible(Ineligible::Assurance)));
    assert_eq!(keyed.world.approve("ann").await, Err(Refusal::Ineligible(Ineligible::Assurance)));
    assert_eq!(keyed.challenge("cyd", &keyed.yes()).await, Err(Refusal::NoKey));
    let ended = keyed.decide("cyd", keyed.no("no")).await;
    assert!(matches!(ended, Ok(Phase::Ended(_))), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn t43_a_signature_that_is_replayed_or_for_something_else_is_refused() {
    let keyed = keyed(signed_by(2)).await;
    let yes = keyed.yes();
    let challenge = keyed.challenge("ann", &yes).await.unwrap();
    let proof = keyed.ann.sign(&challenge);

    // For another verdict, another reason, another person; over a challenge that nobody gave.
    let no = keyed.no("no").signed(proof.clone());
    assert_eq!(keyed.decide("ann", no).await, Err(Refusal::NotChallenged));
    let mut because = keyed.yes();
    because.reason = Some("so be it".into());
    assert_eq!(
        keyed.decide("ann", because.signed(proof.clone())).await,
        Err(Refusal::NotChallenged)
    );
    let by_bob = keyed.decide("bob", keyed.yes().signed(proof.clone())).await;
    assert_eq!(by_bob, Err(Refusal::NotSigned(PasskeyError::Credential)));
    let made_up = keyed.yes().signed(keyed.ann.sign_bytes(&[9; 32]));
    assert_eq!(keyed.decide("ann", made_up).await, Err(Refusal::NotChallenged));
    // Bob's key over Ann's challenge, as Ann and as himself.
    let by_bob = keyed.bob.sign(&challenge);
    let as_ann = keyed.decide("ann", keyed.yes().signed(by_bob.clone())).await;
    assert_eq!(as_ann, Err(Refusal::NotSigned(PasskeyError::Credential)));
    assert_eq!(keyed.decide("bob", keyed.yes().signed(by_bob)).await, Err(Refusal::NotChallenged));
    assert!(keyed.is_pending().await);

    // Once, and never again: neither about this request nor about another.
    assert_eq!(keyed.decide("ann", keyed.yes().signed(proof.clone())).await, Ok(Phase::Pending));
    assert_eq!(keyed.decide("ann", keyed.yes().signed(proof.clone())).await, Err(Refusal::Twice));
    let other = deploy().key("other").unwrap();
    keyed.world.gate.submit(other).await.unwrap();
    settle().await;
    let about_another = keyed.decide("ann", keyed.yes().signed(proof)).await;
    assert_eq!(about_another, Err(Refusal::NotChallenged));
    keyed.world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn t43_a_challenge_is_good_for_five_minutes() {
    let keyed = keyed(signed_by(1)).await;
    let challenge = keyed.challenge("ann", &keyed.yes()).await.unwrap();
    tokio::time::sleep(MINUTE * 5).await;
    let late = keyed.yes().signed(keyed.ann.sign(&challenge));
    assert_eq!(keyed.decide("ann", late).await, Err(Refusal::NotChallenged));
    assert_eq!(keyed.sign("ann", &keyed.ann, keyed.yes()).await, Ok(Phase::Granted));
}

#[tokio::test(start_paused = true)]
async fn t44_who_was_not_verified_or_is_on_another_site_has_signed_nothing() {
    let keyed = keyed(signed_by(1)).await;
    let nonce = [5; 32];
    let desk = keyed.world.gate.desk();
    desk.challenge(&web("ann"), &keyed.yes(), &nonce).await.unwrap();
    let absent = keyed.yes().signed(keyed.ann.sign_unverified(&nonce));
    assert_eq!(
        keyed.decide("ann", absent).await,
        Err(Refusal::NotSigned(PasskeyError::Unverified))
    );
    let elsewhere = SoftPasskey::new("evil.example").sign_bytes(&nonce);
    let elsewhere = keyed.decide("ann", keyed.yes().signed(elsewhere)).await;
    assert_eq!(elsewhere, Err(Refusal::NotSigned(PasskeyError::Credential)));
    assert!(keyed.is_pending().await);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_challenged_about_what_they_may_not_decide() {
    let keyed = keyed(signed_by(1)).await;
    enrol(&keyed.world, "cyd").await;
    keyed.world.people.human("cyd", &["elsewhere"]);
    let stranger = keyed.challenge("cyd", &keyed.yes()).await;
    assert_eq!(stranger, Err(Refusal::Ineligible(Ineligible::NotAsked)));
    let mut other = keyed.yes();
    other.card = Digest::of("card", b"");
    assert_eq!(keyed.challenge("ann", &other).await, Err(Refusal::OtherDigest));
    keyed.sign("bob", &keyed.bob, keyed.no("no")).await.unwrap();
    assert_eq!(keyed.challenge("ann", &keyed.yes()).await, Err(Refusal::Over));
}

#[tokio::test(start_paused = true)]
async fn an_approval_by_a_key_that_is_retired_before_it_is_used_runs_nothing() {
    let keyed = keyed(signed_by(1)).await;
    assert_eq!(keyed.sign("ann", &keyed.ann, keyed.yes()).await, Ok(Phase::Granted));
    let credential = keyed.ann.key().credential();
    keyed.world.gate.desk().retire_key(&web("bob"), &credential, "Ann lost it").await.unwrap();
    let denied = keyed.world.pick_up(deploy()).await;
    assert!(matches!(denied, Err(Denied::Revoked { .. })), "{denied:?}");
    assert_eq!(keyed.world.ran.count(), 0);
    assert_eq!(keyed.challenge("ann", &keyed.yes()).await, Err(Refusal::NoKey));
    keyed.world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn an_invitation_is_for_one_person_and_one_key() {
    let keyed = keyed(signed_by(1)).await;
    let (desk, now) = (keyed.world.gate.desk(), keyed.world.clock.now());
    let refused = |error: DeskError| {
        let DeskError::Refused(refusal) = error else { panic!("{error:?}") };
        refusal
    };
    // Machines invite nobody and are not invited, and nobody invites whom the directory does not know.
    keyed.world.people.set("ci", Principal::service("svc:ci").unwrap());
    let (ci, tomorrow) = (identity("os", "ci"), now.after(MINUTE * 60 * 24));
    let by_machine = desk.invite(&ci, &web("ann"), tomorrow, "new").await.map_err(refused);
    assert_eq!(by_machine, Err(Refusal::Ineligible(Ineligible::NotHuman)));
    let machine = desk.invite(&web("ann"), &web("ci"), tomorrow, "new").await.map_err(refused);
    assert_eq!(machine, Err(Refusal::Ineligible(Ineligible::NotHuman)));
    let stranger = desk.invite(&web("ann"), &web("eve"), tomorrow, "new").await.map_err(refused);
    assert_eq!(stranger, Err(Refusal::Unmapped(web("eve"))));

    let soon = desk.invite(&web("ann"), &web("bob"), now.after(MINUTE), "new").await.unwrap();
    tokio::time::sleep(MINUTE).await;
    assert_eq!(desk.invited(&soon).await.unwrap(), None);
    let late = desk.enrol(&soon, SoftPasskey::new(SITE).key()).await.map_err(refused);
    assert_eq!(late, Err(Refusal::NotInvited));
    let made_up = Invitation::generate().unwrap();
    let nobody = desk.enrol(&made_up, SoftPasskey::new(SITE).key()).await.map_err(refused);
    assert_eq!(nobody, Err(Refusal::NotInvited));

    // Two who come with the same invitation at the same time: one of them.
    let good = desk.invite(&web("ann"), &web("bob"), tomorrow, "new").await.unwrap();
    let key = || SoftPasskey::new(SITE).key();
    let (one, other) = tokio::join!(desk.enrol(&good, key()), desk.enrol(&good, key()));
    assert!(one.is_ok() != other.is_ok());
    assert_eq!(desk.keys_of(&web("bob")).await.unwrap().len(), 2);
}

/// Another process, which has seen none of it, believes the same.
#[tokio::test(start_paused = true)]
async fn another_process_believes_signed_decisions_by_the_log_alone() {
    let keyed = keyed(signed_by(1)).await;
    assert_eq!(keyed.sign("ann", &keyed.ann, keyed.yes()).await, Ok(Phase::Granted));
    let people = keyed.world.people.clone();
    let policy = asks([signed_by(1)]);
    let ledger = Arc::clone(&keyed.world.ledger);
    let other = World::on(ledger, people, |gate| gate.policy(policy).approver(Web)).await;
    assert_eq!(other.pick_up(deploy()).await, Ok(()));
    other.ran.assert_ran_once();
}
