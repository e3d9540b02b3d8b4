//! The fields of a payload: there and as they must be, or not there at all, and nothing between.

use std::str::FromStr;

use serde_json::{Map, Value};

/// The path of a field, of which the last part is its name. Errors name it by that.
type Path = &'static str;

/// What is not as it must be.
///
/// ```
/// use approvals_chat::{Fields, Malformed};
///
/// let said = serde_json::json!({"user": {"id": 7}});
/// let user = Fields::of(&said).unwrap().needs("user")?;
/// assert_eq!(user.text("user.id"), Err(Malformed::Wrong("user.id")));
/// assert_eq!(user.needs("user.team").unwrap_err().to_string(), "`user.team` is missing");
/// # Ok::<(), Malformed>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Malformed {
    /// It has to be there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// It is there, and something else.
    #[error("`{0}` is not what stands there otherwise")]
    Wrong(&'static str),
    /// The same is said in two places, and not the same.
    #[error("`{0}` and `{1}` differ")]
    Differ(&'static str, &'static str),
}

/// An object. A field that is `null` is taken as not there, which is how services leave things out. [`Malformed`] has an
/// example.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The fields of a value that is an object.
    #[must_use]
    pub fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    fn get(self, path: Path) -> Option<&'a Value> {
        let name = path.rsplit('.').next().unwrap_or(path);
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn read<T>(
        self,
        path: Path,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Malformed> {
        let Some(value) = self.get(path) else { return Ok(None) };
        read(value).map(Some).ok_or(Malformed::Wrong(path))
    }

    /// A text, if there is one.
    pub fn text(self, path: Path) -> Result<Option<&'a str>, Malformed> {
        self.read(path, Value::as_str)
    }

    /// A yes or no; no, if it is not there.
    pub fn flag(self, path: Path) -> Result<bool, Malformed> {
        Ok(self.read(path, Value::as_bool)?.unwrap_or(false))
    }

    /// A text that is spelt like that, if there is one.
    pub fn id<T: FromStr>(self, path: Path) -> Result<Option<T>, Malformed> {
        self.read(path, |value| value.as_str()?.parse().ok())
    }

    /// The same where it must be there.
    pub fn needs_id<T: FromStr>(self, path: Path) -> Result<T, Malformed> {
        self.id(path)?.ok_or(Malformed::Missing(path))
    }

    /// A list, which must be there.
    pub fn list(self, path: Path) -> Result<&'a [Value], Malformed> {
        let list = self.read(path, Value::as_array)?;
        list.map(Vec::as_slice).ok_or(Malformed::Missing(path))
    }

    /// An object, if there is one.
    pub fn part(self, path: Path) -> Result<Option<Self>, Malformed> {
        self.read(path, |value| value.as_object().map(Self))
    }

    /// The same where it must be there.
    pub fn needs(self, path: Path) -> Result<Self, Malformed> {
        self.part(path)?.ok_or(Malformed::Missing(path))
    }

    /// The only field there is, which must have this name, and be an object.
    pub fn the_one(self, name: &str, path: Path) -> Result<Self, Malformed> {
        let one = self.0.get(name).and_then(Value::as_object).filter(|_one| self.0.len() == 1);
        one.map(Self).ok_or(Malformed::Wrong(path))
    }
}

/// What is said in one place or two, which must not contradict each other.
pub fn agreed<T: PartialEq>(
    (one, here): (&'static str, Option<T>),
    (other, there): (&'static str, Option<T>),
) -> Result<T, Malformed> {
    match (here, there) {
        (Some(here), Some(there)) if here != there => Err(Malformed::Differ(one, other)),
        (Some(said), _) | (None, Some(said)) => Ok(said),
        (None, None) => Err(Malformed::Missing(one)),
    }
}
