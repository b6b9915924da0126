//! What a caller can watch and stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How far a scan has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read from the outside.
    pub bytes_read: u64,
    /// Members begun.
    pub members: u64,
}

/// A switch shared with a running scan. Clones are the same switch.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Ends every scan that watches this switch, soon.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was switched.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
