//! Which fields fill which role: `{"job": ["job_id"], "level": ["level", "severity"]}`.

use domain::system::Role;
use serde_json::{Value, json};

use super::words::{ROLES, role_named};
use crate::json::Json;
use crate::shape::{Notes, Path, Shape, did_you_mean, wrong_kind};

/// Roles with their fields, best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RoleMap(pub(crate) Vec<(Role, Vec<String>)>);

/// All roles but the duration, whose fields need a unit.
fn names() -> Vec<&'static str> {
    ROLES.iter().filter(|(_, role)| *role != Role::Duration).map(|(it, _)| *it).collect()
}

impl Shape for RoleMap {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let Some(members) = value.as_object() else {
            wrong_kind(notes, at, value, "an object of roles");
            return None;
        };
        let mut roles = Vec::new();
        for (name, value) in members {
            let at = at.key(name);
            let fields = Vec::<String>::read(value, at, notes);
            match role_named(name) {
                Some(Role::Duration) => {
                    notes.mistake(
                        at,
                        "needs units",
                        "write logs.durations: [{\"field\": …, \"unit\": \"ms\"}] instead",
                    );
                }
                Some(role) => roles.extend(fields.map(|it| (role, it))),
                None => notes.mistake(at, "is not a role", did_you_mean(name, &names())),
            }
        }
        Some(Self(roles))
    }

    fn missing() -> Option<Self> {
        Some(Self::default())
    }

    fn schema() -> Value {
        json!({
            "type": "object",
            "propertyNames": { "enum": names() },
            "additionalProperties": Vec::<String>::schema(),
        })
    }
}
