//! Two things done at the same time: every start has to wait until the signatures are ready.

use std::thread;

/// Runs both, the second on a thread of its own.
///
/// # Panics
/// When one of them panics, or the system starts no thread.
pub fn at_once<A, B: Send>(first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let second = scope.spawn(second);
        let first = first();
        match second.join() {
            Ok(second) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
