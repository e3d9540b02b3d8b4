//! Limits and lifetimes: Microsoft's own, unless a test says otherwise.

use std::time::Duration;

/// What the directory's id of a member is called: Microsoft's pages and its clients differ. [`Settings`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberId {
    /// `objectId`, as its pages show it.
    ObjectId,
    /// `aadObjectId`, as in activities, and as its clients read it.
    AadObjectId,
    /// Both of them.
    Both,
}

/// Limits and lifetimes.
///
/// ```
/// use std::time::Duration;
/// use fake_teams::MemberId;
///
/// let mut settings = fake_teams::Settings::default();
/// settings.member_id = MemberId::Both;
/// settings.token_life = Duration::from_secs(1);
/// settings.posts_per_second = Some(7);
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long an access token is good.
    pub token_life: Duration,
    /// How long the token that comes with an activity is good.
    pub signature_life: Duration,
    /// How long a click may stay without an answer before the person sees an error. Teams: 10 to 15 seconds, as
    /// measured.
    pub answer_within: Duration,
    /// How much may be written into one conversation in a second; no limit where there is none. Teams: 7.
    pub posts_per_second: Option<usize>,
    /// What an activity may be, counted in UTF-16. Teams: about 100 KB.
    pub activity_bytes: usize,
    /// Whether an activity with a text and an attachment becomes two messages, and is answered without an id: so says
    /// Microsoft's page on messages of bots.
    pub splits_messages: bool,
    /// How members are shown with the directory's id.
    pub member_id: MemberId,
    /// How many members a page has where nothing is said; between 50 and 500 where it is.
    pub page_size: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token_life: Duration::from_secs(3599),
            signature_life: Duration::from_secs(3600),
            answer_within: Duration::from_secs(10),
            posts_per_second: None,
            activity_bytes: 100 * 1024,
            splits_messages: true,
            member_id: MemberId::ObjectId,
            page_size: 200,
        }
    }
}
