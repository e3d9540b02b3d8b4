//! The entity types of the schema.

use std::collections::HashSet;

use approvals_core::{ActionName, Principal, PrincipalKind};
use cedar_policy::{Entity, EntityId, EntityTypeName, EntityUid, ParseErrors};

use crate::error::CedarError;

/// The entity types, parsed once.
#[derive(Clone, Debug)]
pub(crate) struct Types {
    action: EntityTypeName,
    agent: EntityTypeName,
    group: EntityTypeName,
    human: EntityTypeName,
    resource: EntityTypeName,
    service: EntityTypeName,
}

impl Types {
    pub(crate) fn new() -> Result<Self, CedarError> {
        let named = |name: &str| {
            name.parse().map_err(|errors: ParseErrors| CedarError::Schema(errors.to_string()))
        };
        Ok(Self {
            action: named("Action")?,
            agent: named("Agent")?,
            group: named("Group")?,
            human: named("Human")?,
            resource: named("Resource")?,
            service: named("Service")?,
        })
    }

    pub(crate) fn action(&self, name: &ActionName) -> EntityUid {
        uid(&self.action, name.as_str())
    }

    pub(crate) fn resource(&self, text: &str) -> EntityUid {
        uid(&self.resource, text)
    }

    pub(crate) fn principal(&self, principal: &Principal) -> EntityUid {
        let kind = match principal.kind() {
            PrincipalKind::Agent => &self.agent,
            PrincipalKind::Human => &self.human,
            PrincipalKind::Service => &self.service,
        };
        uid(kind, principal.id().as_str())
    }

    /// The principal, in its groups.
    pub(crate) fn entity(&self, principal: &Principal) -> Entity {
        let groups = principal.groups().iter().map(|group| uid(&self.group, group.as_str()));
        Entity::new_no_attrs(self.principal(principal), groups.collect::<HashSet<_>>())
    }
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}
