//! Users and their groups.

use serde_json::{Value, json};

use super::office;

/// A user. [`World`](crate::World) has an example.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "so has Slack's")]
pub struct User {
    /// `U…` or `W…`
    pub id: String,
    /// The workspace that the user belongs to.
    pub team_id: String,
    /// The organization that the user belongs to.
    pub enterprise_id: Option<String>,
    /// What the user calls themself; anybody may call themself anything.
    pub name: String,
    /// The name of the person.
    pub real_name: String,
    /// A program.
    pub is_bot: bool,
    /// Deactivated.
    pub deleted: bool,
    /// A guest of several channels.
    pub is_restricted: bool,
    /// A guest of one channel.
    pub is_ultra_restricted: bool,
    /// Of another organization, met in a shared channel.
    pub is_stranger: bool,
    /// Whether the app can look this user up.
    pub is_visible: bool,
}

impl User {
    /// A full member of the office.
    #[must_use]
    pub fn new(id: &str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            team_id: office::TEAM.to_owned(),
            enterprise_id: None,
            name: name.to_owned(),
            real_name: name.to_owned(),
            is_bot: false,
            deleted: false,
            is_restricted: false,
            is_ultra_restricted: false,
            is_stranger: false,
            is_visible: true,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut user = json!({
            "id": self.id, "team_id": self.team_id, "name": self.name, "deleted": self.deleted,
            "real_name": self.real_name, "tz": "Europe/Amsterdam", "updated": 1_502_138_686,
            "profile": {"real_name": self.real_name, "display_name": self.name, "team": self.team_id},
        });
        if self.deleted {
            // Of a deactivated user, Slack tells little more.
            return user;
        }
        let flags = json!({
            "is_bot": self.is_bot, "is_app_user": false, "is_admin": false, "is_owner": false, "is_primary_owner": false,
            "is_restricted": self.is_restricted, "is_ultra_restricted": self.is_ultra_restricted,
        });
        for (name, flag) in flags.as_object().into_iter().flatten() {
            user[name] = flag.clone();
        }
        if self.is_stranger {
            user["is_stranger"] = json!(true);
        }
        if let Some(enterprise) = &self.enterprise_id {
            user["enterprise_user"] = json!({
                "id": self.id, "enterprise_id": enterprise, "enterprise_name": "Fake", "is_admin": false,
                "is_owner": false, "teams": [self.team_id],
            });
        }
        user
    }
}

/// A user group. [`World`](crate::World) has an example.
#[derive(Clone, Debug)]
pub struct Group {
    /// `S…`
    pub id: String,
    /// The workspace that it belongs to.
    pub team_id: String,
    /// What is typed after the `@`.
    pub handle: String,
    /// Its members.
    pub users: Vec<String>,
    /// Whether it is switched off.
    pub is_disabled: bool,
}

impl Group {
    /// A group of the office.
    #[must_use]
    pub fn new<const N: usize>(id: &str, handle: &str, users: [&str; N]) -> Self {
        Self {
            id: id.to_owned(),
            team_id: office::TEAM.to_owned(),
            handle: handle.to_owned(),
            users: users.map(str::to_owned).to_vec(),
            is_disabled: false,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id, "team_id": self.team_id, "is_usergroup": true, "name": self.handle, "handle": self.handle,
            "description": "", "is_external": false, "date_create": 1_446_746_793,
            "date_delete": if self.is_disabled { 1_446_746_794 } else { 0 },
            "user_count": self.users.len(), "prefs": {"channels": [], "groups": []},
        })
    }
}
