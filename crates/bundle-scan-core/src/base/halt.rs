//! What may end the reading of a bundle before its end: a switch, or the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::problem::ProblemKind;

/// A switch shared with a running scan. Clones are the same switch.
#[derive(Clone, Debug, Default)]
pub struct Switch(Arc<AtomicBool>);

impl Switch {
    /// Switches it on, for good.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was switched on.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// When reading ends early, with what was read so far.
#[derive(Clone, Debug, Default)]
#[doc(hidden)]
pub struct Halt {
    switch: Switch,
    deadline: Option<Instant>,
    max_time: Duration,
}

impl Halt {
    /// Once `switch` is set, or `max_time` after `start`.
    pub fn new(switch: Switch, start: Instant, max_time: Option<Duration>) -> Self {
        Halt {
            switch,
            // A time so long that it cannot be reckoned is none.
            deadline: max_time.and_then(|time| start.checked_add(time)),
            max_time: max_time.unwrap_or_default(),
        }
    }

    /// Why reading ends now, if it does: the kind of the problem, and what happened.
    pub fn reason(&self) -> Option<(ProblemKind, String)> {
        if self.switch.is_set() {
            return Some((ProblemKind::Interrupted, "interrupted".to_owned()));
        }
        let is_over = self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline);
        is_over.then(|| {
            let seconds = self.max_time.as_secs_f64();
            let reached = format!("the limit max_time = {seconds} s is reached");
            (ProblemKind::LimitReached, reached)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_halt_is_called_by_the_switch_or_by_the_time() {
        let switch = Switch::default();
        let now = Instant::now();
        let halt = |time| Halt::new(switch.clone(), now, time);
        let kind = |time| halt(time).reason().map(|(kind, _)| kind);
        assert_eq!(kind(None), None);
        assert_eq!(kind(Some(Duration::MAX)), None);
        assert_eq!(kind(Some(Duration::ZERO)), Some(ProblemKind::LimitReached));
        switch.set();
        assert_eq!(kind(None), Some(ProblemKind::Interrupted));
    }
}
