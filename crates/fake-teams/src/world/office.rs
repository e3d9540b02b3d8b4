//! A small office, in which most tests take place.

use std::collections::BTreeMap;

use super::{Bot, Conversation, Kind, Person, Settings, Team, World};
use crate::keys::{Pair, SigningKey};

/// The tenant.
pub const TENANT: &str = "0ff1ce00-7e4a-4b1e-9d3c-000000000001";
/// Another tenant.
pub const OTHER_TENANT: &str = "0ff1ce00-7e4a-4b1e-9d3c-000000000002";
/// The app that the bot is.
pub const BOT: &str = "b07b07b0-3f5a-4c6d-8e2b-000000000001";
/// The team.
pub const TEAM: &str = "19:fakeTeamGeneralChannel0000000000000000001@thread.tacv2";
/// The team in the directory.
pub const GROUP: &str = "6a0c9b3e-51d7-4f08-a6f2-000000000001";
/// A channel with the bot and everybody in it but [`ANONYMOUS`] and [`GONE`].
pub const DEPLOYS: &str = "19:fakeDeploys00000000000000000000000000001@thread.tacv2";
/// A channel with the same people, and without the bot.
pub const RANDOM: &str = "19:fakeRandom000000000000000000000000000001@thread.tacv2";
/// A group chat with the bot, Ada, Bob, a guest, somebody of another tenant, and somebody anonymous.
pub const LEADS: &str = "19:fa4e0000000000000000000000000001@thread.v2";

/// A member.
pub const ADA: &str = "29:1AdaXKJMvc5GBtc2JwZq0oj8tHZmzrQgFmB39ATiQWA85gQtHieVkKilBZ9XHoq9j7";
/// Ada in the directory.
pub const ADA_OBJECT: &str = "ada00000-2c4b-4175-8582-000000000001";
/// Another member.
pub const BOB: &str = "29:1BobPFoGsdyEYGjKAU8BFKbHhcUgJxgxVwBpbxnkcgXZkmH3TTRHBuPGVdS3RPTEb";
/// Bob in the directory.
pub const BOB_OBJECT: &str = "b0b00000-2c4b-4175-8582-000000000001";
/// A member of nothing in particular.
pub const CAROL: &str = "29:1CarolwR7IdIRIoerMIWbewMi75JA3scaMuxvFon9eRQW2Nix5loMDo0362st2IaRVR";
/// Carol in the directory.
pub const CAROL_OBJECT: &str = "ca401000-2c4b-4175-8582-000000000001";
/// A guest of the tenant.
pub const GUEST: &str = "29:1GuestI9IsSx0OIy2rQ7Xz1lcaPKlO9eqmBRTBuW6XzkFtcjqxTjPaCMij8BVMdBcL9";
/// The guest in the directory.
pub const GUEST_OBJECT: &str = "60e57000-2c4b-4175-8582-000000000001";
/// Somebody of [`OTHER_TENANT`], who is met in shared channels and chats.
pub const STRANGER: &str =
    "29:1StrangerUX7p8Fkx7p93MZlBFS71swTB9juQOCfnXf2L3wxOUITCcIGpFcRXJiFjLDV";
/// The stranger in the directory of the other tenant.
pub const STRANGER_OBJECT: &str = "57a46e00-2c4b-4175-8582-000000000001";
/// Somebody who came in by a link, and is in no directory.
pub const ANONYMOUS: &str =
    "29:1AnonGcS4EyBoSI8A88XmWBN7NJFyMqe3QGnJdgLfFGkJnVelzRGos0bPbpsfJjcbAD2";
/// Somebody who left, and is in no conversation any more.
pub const GONE: &str = "29:1GoneURzNQM1x1PNMr1D7L5lFe6qF6gEfAbkdG8BUxOW2mTKryQqEZtBTqDt10Mghkzj";
/// Who left, in the directory.
pub const GONE_OBJECT: &str = "60e00000-2c4b-4175-8582-000000000001";
/// A member of whom the directory's id is not told.
pub const NAMELESS: &str =
    "29:1NamelessbSnHZ7Js2STWrgk6ScEErLk1Lp2zQuD5H2qQ960rtvstKp8tKLl3r8b6DoW0";

impl World {
    /// A small office: the constants of [`office`](crate::office) say who and what is in it.
    #[must_use]
    pub fn office() -> Self {
        let key = SigningKey::new("fake-key-0", Pair::First);
        Self {
            tenant: TENANT.to_owned(),
            bot: Bot {
                id: BOT.to_owned(),
                name: "Approvals".to_owned(),
                secret: "fake~secret.of-the-bot_0001".to_owned(),
            },
            bot_endpoint: None,
            team: Team { id: TEAM.to_owned(), group: GROUP.to_owned(), name: "Office".to_owned() },
            people: people(),
            conversations: conversations(),
            messages: Vec::new(),
            signs_with: key.kid.clone(),
            keys: vec![key],
            settings: Settings::default(),
            tokens: Vec::new(),
            writes: BTreeMap::new(),
            last_id: 0,
            counter: 0,
        }
    }
}

fn people() -> Vec<Person> {
    let member = Person::new;
    vec![
        member(ADA, ADA_OBJECT, "Ada"),
        member(BOB, BOB_OBJECT, "Bob"),
        member(CAROL, CAROL_OBJECT, "Carol"),
        Person {
            user_role: "guest".to_owned(),
            user_principal_name: Some("gina_partner.example#EXT#@office.example".to_owned()),
            has_bot: false,
            ..member(GUEST, GUEST_OBJECT, "Gina")
        },
        Person {
            tenant: OTHER_TENANT.to_owned(),
            user_principal_name: Some("steve@other.example".to_owned()),
            has_bot: false,
            ..member(STRANGER, STRANGER_OBJECT, "Steve")
        },
        Person {
            aad_object_id: None,
            user_principal_name: None,
            user_role: "anonymous".to_owned(),
            has_bot: false,
            ..member(ANONYMOUS, "", "Anon1 (Guest)")
        },
        Person { has_bot: false, ..member(GONE, GONE_OBJECT, "Gordon") },
        Person { aad_object_id: None, has_bot: false, ..member(NAMELESS, "", "Nemo") },
    ]
}

fn conversations() -> Vec<Conversation> {
    let everybody = [ADA, BOB, CAROL, GUEST, STRANGER, NAMELESS];
    let mut random = Conversation::new(RANDOM, "Random", Kind::Channel, everybody);
    random.is_installed = false;
    vec![
        Conversation::new(DEPLOYS, "Deploys", Kind::Channel, everybody),
        random,
        Conversation::new(LEADS, "Leads", Kind::GroupChat, [ADA, BOB, GUEST, STRANGER, ANONYMOUS]),
    ]
}
