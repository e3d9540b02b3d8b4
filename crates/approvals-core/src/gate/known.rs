//! What holds for the whole log, as this process last saw it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::record::control::Control;

#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Arc<Control>>);

impl Known {
    pub(super) fn get(&self) -> Arc<Control> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set(&self, control: &Arc<Control>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(control);
    }
}
