//! What was spent, or done, in the last hour: added up from the ledger.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::event::Event;
use super::ledger::{Entry, Ledger, LedgerError};
use super::tally::{Filter, Tally};
use crate::action::clock::Timestamp;
use crate::action::id::{ActionName, FactName, NameError};
use crate::policy::fact::{Fact, FactSet};
use crate::policy::facts::Facts;
use crate::policy::provider::{FactError, FactProvider};
