//! Keeps a mistake of this program, or of one that it is built on, to the member that provokes it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::member_path::MemberPath;
use super::problem::{Problem, ProblemKind};

/// Does `work`, which is about `member`.
///
/// What it was changing when it panics is to be dropped, or to be whole at any time: the caller answers for that.
///
/// # Errors
/// The problem that `member` has when it panics.
pub fn contained<T>(member: &MemberPath, work: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let said = text.or_else(|| panic.downcast_ref::<&str>().copied());
        let said = said.unwrap_or("no reason given");
        Problem {
            member: member.clone(),
            kind: ProblemKind::Internal,
            detail: format!(
                "a mistake in this program broke off what it was doing here ({said}): the rest is scanned; please report it"
            ),
        }
    })
}

/// Panics for members with a certain name, so that it can be tested what becomes of them.
#[cfg(test)]
pub fn provoke(member: &MemberPath) {
    assert!(!member.as_str().contains("provoked-panic"), "provoked");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_problem_of_the_member() {
        let member = MemberPath::new("kubelet.log");
        assert_eq!(contained(&member, || 7), Ok(7));
        let outcome = contained(&member, || -> u8 { panic!("no {}", "way") });
        let problem = outcome.expect_err("it panicked");
        assert_eq!(problem.kind, ProblemKind::Internal);
        assert_eq!(problem.member, member);
        assert!(problem.detail.contains("(no way)"), "{}", problem.detail);
    }
}
