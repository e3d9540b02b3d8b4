//! All that goes over the network: the login, the connector, the keys, and the endpoint that Microsoft calls.

mod fault;

mod login;

mod connector;
mod openid;

pub(crate) use connector::{Connector, Member};
pub(crate) use fault::{SetUpError, WebError};
pub(crate) use login::Login;
pub(crate) use openid::Keys;
