//! Who does what: the ways in which an interaction begins.

use serde_json::Value;

use super::{Answer, Interaction, activity};
use crate::fake::FakeTeams;
use crate::world::{Kind, World};

impl FakeTeams {
    /// A person clicks the button with this verb, of the card that the person sees.
    ///
    /// # Panics
    /// If there is no such message or button.
    #[must_use]
    pub fn click(&self, conversation: &str, id: &str, verb: &str, user: &str) -> Interaction {
        let click = self.try_click(conversation, id, verb, user);
        click.unwrap_or_else(|why| panic!("nobody can click there: {why}"))
    }

    /// The same, where it may be that there is no such message or button.
    pub fn try_click(
        &self,
        conversation: &str,
        id: &str,
        verb: &str,
        user: &str,
    ) -> Result<Interaction, String> {
        self.invoke((conversation, id), user, |card| activity::button(card, verb))
    }

    /// The client of a person asks for a newer card by itself, as the card's `refresh` says.
    ///
    /// # Panics
    /// If there is no such message, or if its card does not say so.
    #[must_use]
    pub fn refresh(&self, conversation: &str, id: &str, user: &str) -> Interaction {
        let refresh = self.invoke((conversation, id), user, |card| card["refresh"].get("action"));
        refresh.unwrap_or_else(|why| panic!("nothing is refreshed there: {why}")).automatic()
    }

    /// A person writes something. In a channel and in a group chat the bot is named, or it would not be told.
    ///
    /// # Panics
    /// If there is no such conversation or person.
    #[must_use]
    pub fn say(&self, conversation: &str, user: &str, text: &str) -> Interaction {
        self.begin(|world, service| activity::say(world, service, conversation, user, text))
    }

    /// The bot is in the conversation from now on, and is told so twice, as Teams does: that its app was installed, and
    /// that it is a member.
    pub async fn install(&self, conversation: &str) -> [Answer; 2] {
        self.edit(|world| move_bot(world, conversation, true));
        let told = self.installation_update(conversation, "add").send().await;
        [told, self.conversation_update(conversation, true).send().await]
    }

    /// The bot is no longer in the conversation, and is told so twice.
    pub async fn uninstall(&self, conversation: &str) -> [Answer; 2] {
        self.edit(|world| move_bot(world, conversation, false));
        let told = self.installation_update(conversation, "remove").send().await;
        [told, self.conversation_update(conversation, false).send().await]
    }

    /// What is told of the app: `add`, `remove`, or another action. Nothing else happens.
    ///
    /// # Panics
    /// If there is no such conversation, or nobody in it.
    #[must_use]
    pub fn installation_update(&self, conversation: &str, action: &str) -> Interaction {
        self.begin(|world, service| activity::installation(world, service, conversation, action))
    }

    /// What is told of the bot as a member. Nothing else happens.
    ///
    /// # Panics
    /// If there is no such conversation, or nobody in it.
    #[must_use]
    pub fn conversation_update(&self, conversation: &str, is_added: bool) -> Interaction {
        self.begin(|world, service| activity::membership(world, service, conversation, is_added))
    }

    /// Any activity, as if Teams had made it.
    #[must_use]
    pub fn interaction(&self, activity: Value) -> Interaction {
        Interaction::new(&self.shared, activity, Value::Null)
    }

    fn begin(&self, make: impl FnOnce(&mut World, &str) -> Result<Value, String>) -> Interaction {
        let service = self.service_url();
        let activity = self.edit(|world| make(world, &service));
        self.interaction(activity.unwrap_or_else(|why| panic!("that cannot happen: {why}")))
    }

    fn invoke(
        &self,
        message: (&str, &str),
        user: &str,
        pick: impl Fn(&Value) -> Option<&Value>,
    ) -> Result<Interaction, String> {
        let service = self.service_url();
        let (activity, action) =
            self.edit(|world| activity::invoke(world, &service, message, user, pick))?;
        Ok(Interaction::new(&self.shared, activity, action))
    }
}

fn move_bot(world: &mut World, conversation: &str, is_installed: bool) {
    let place = world.conversation(conversation);
    place.is_installed = is_installed;
    if place.kind == Kind::Personal {
        for member in place.members.clone() {
            world.person(&member).has_bot = is_installed;
        }
    }
}
