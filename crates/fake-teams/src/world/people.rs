//! People, of the tenant and of others.

use serde_json::{Value, json};

use super::{MemberId, office};

/// Somebody who can be in a conversation. [`World`](crate::World) has an example.
#[derive(Clone, Debug)]
pub struct Person {
    /// `29:…`: who this is for the bot.
    pub id: String,
    /// Who this is in the directory, a GUID; nobody has one in every case.
    pub aad_object_id: Option<String>,
    /// The tenant that the person belongs to.
    pub tenant: String,
    /// What is shown; anybody may call themself anything.
    pub name: String,
    /// How the person logs in; anonymous ones do not.
    pub user_principal_name: Option<String>,
    /// `user`, `guest` or `anonymous`.
    pub user_role: String,
    /// Whether the bot may begin a conversation with the person.
    pub has_bot: bool,
}

impl Person {
    /// A full member of the tenant, with whom the bot may talk.
    #[must_use]
    pub fn new(id: &str, aad_object_id: &str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            aad_object_id: Some(aad_object_id.to_owned()),
            tenant: office::TENANT.to_owned(),
            name: name.to_owned(),
            user_principal_name: Some(format!("{}@office.example", name.to_lowercase())),
            user_role: "user".to_owned(),
            has_bot: true,
        }
    }

    /// Whether this id means this person: that of the bot, or that of the directory.
    pub(crate) fn is(&self, id: &str) -> bool {
        self.id == id || self.aad_object_id.as_deref() == Some(id)
    }

    /// Who did something, as activities say it.
    pub(crate) fn to_account(&self) -> Value {
        let mut account = json!({"id": self.id, "name": self.name});
        if let Some(id) = &self.aad_object_id {
            account["aadObjectId"] = json!(id);
        }
        account
    }

    /// As a member of a conversation.
    pub(crate) fn to_member(&self, named: MemberId) -> Value {
        let mut member = json!({
            "id": self.id, "name": self.name, "tenantId": self.tenant, "userRole": self.user_role,
        });
        if let Some(id) = &self.aad_object_id {
            if named != MemberId::AadObjectId {
                member["objectId"] = json!(id);
            }
            if named != MemberId::ObjectId {
                member["aadObjectId"] = json!(id);
            }
        }
        if let Some(name) = &self.user_principal_name {
            member["userPrincipalName"] = json!(name);
            member["email"] = json!(name);
            member["givenName"] = json!(self.name);
            member["surname"] = json!("Example");
        }
        member
    }
}
