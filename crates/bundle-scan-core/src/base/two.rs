//! What the machine can do at the same time, and two things done so: every start has to wait until the signatures are ready.

use std::num::NonZero;
use std::thread::{self, Builder};

/// Threads that can run at the same time; 1 where the system does not tell.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Runs both, the second on a thread of its own; after the first where the system starts none.
///
/// # Panics
/// When one of them panics.
pub fn at_once<A, B: Send>(first: impl FnOnce() -> A, second: impl Fn() -> B + Sync) -> (A, B) {
    on_thread(Builder::new(), first, second)
}

fn on_thread<A, B: Send>(
    thread: Builder,
    first: impl FnOnce() -> A,
    second: impl Fn() -> B + Sync,
) -> (A, B) {
    thread::scope(|scope| {
        let started = thread.spawn_scoped(scope, &second);
        let first = first();
        let second = match started.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(second)) => second,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => second(),
        };
        (first, second)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_threads_both_run_on_the_caller() {
        let caller = || thread::current().id();
        // No system has room for such a stack.
        let refused = Builder::new().stack_size(usize::MAX / 4);
        assert_eq!(on_thread(refused, caller, caller), (caller(), caller()));
        let (first, second) = at_once(caller, caller);
        assert_eq!(first, caller());
        assert_ne!(second, caller());
    }
}
