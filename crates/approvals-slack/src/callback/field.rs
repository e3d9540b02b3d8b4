//! The fields of a payload: there and as they must be, or not there at all, and nothing between.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::CallbackError;

/// The path of a field, of which the last part is its name. Errors name it by that.
type Path = &'static str;

/// An object. A field that is `null` is taken as not there, which is how Slack leaves things out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn get(self, path: Path) -> Option<&'a Value> {
        let name = path.rsplit('.').next().unwrap_or(path);
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn read<T>(
        self,
        path: Path,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, CallbackError> {
        let Some(value) = self.get(path) else { return Ok(None) };
        read(value).map(Some).ok_or(CallbackError::Wrong(path))
    }

    pub(super) fn text(self, path: Path) -> Result<Option<&'a str>, CallbackError> {
        self.read(path, Value::as_str)
    }

    pub(super) fn flag(self, path: Path) -> Result<bool, CallbackError> {
        Ok(self.read(path, Value::as_bool)?.unwrap_or(false))
    }

    pub(super) fn id<T: FromStr>(self, path: Path) -> Result<Option<T>, CallbackError> {
        self.read(path, |value| value.as_str()?.parse().ok())
    }

    pub(super) fn needs_id<T: FromStr>(self, path: Path) -> Result<T, CallbackError> {
        self.id(path)?.ok_or(CallbackError::Missing(path))
    }

    pub(super) fn list(self, path: Path) -> Result<&'a [Value], CallbackError> {
        let list = self.read(path, Value::as_array)?;
        list.map(Vec::as_slice).ok_or(CallbackError::Missing(path))
    }

    pub(super) fn part(self, path: Path) -> Result<Option<Self>, CallbackError> {
        self.read(path, |value| value.as_object().map(Self))
    }

    pub(super) fn needs(self, path: Path) -> Result<Self, CallbackError> {
        self.part(path)?.ok_or(CallbackError::Missing(path))
    }

    /// The only field there is, which must have this name.
    pub(super) fn the_one(self, name: &str) -> Result<Self, CallbackError> {
        let one = self.0.get(name).and_then(Value::as_object).filter(|_one| self.0.len() == 1);
        one.map(Self).ok_or(CallbackError::Wrong("view.state.values"))
    }
}
