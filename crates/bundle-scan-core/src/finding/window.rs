//! Steps that must come in a window, in order or not, and what must not come.

use std::time::Duration;

use super::moment::Moment;

/// When one step of a sequence happened.
#[derive(Debug)]
pub(super) struct Step<'m> {
    /// Its moments, ascending.
    pub(super) moments: Vec<&'m Moment>,
    /// Whether it must not come.
    pub(super) is_absent: bool,
}

/// A window in nanoseconds.
pub(super) fn nanos(window: Duration) -> i64 {
    i64::try_from(window.as_nanos()).unwrap_or(i64::MAX)
}

/// Whether the steps came. What must be absent is looked for after the step before it; that it did not come is only known if the
/// bundle reaches to the end of the window.
pub(super) fn holds(
    steps: &[Step<'_>],
    within: Option<i64>,
    ordered: bool,
    captured_at: Option<i64>,
) -> bool {
    let Some((first, rest)) = steps.split_first() else {
        return false;
    };
    first.moments.iter().any(|start| match ordered {
        true => follows_in_order(start, rest, within, captured_at),
        false => rest.iter().all(|step| {
            // Equal steps ask for as many different moments.
            let equal = steps.iter().filter(|other| other.moments == step.moments);
            let wanted = match step.is_absent {
                true => 1,
                false => equal.count(),
            };
            (near_of(start, step, within) >= wanted) != step.is_absent
        }),
    })
}

fn follows_in_order(
    start: &Moment,
    rest: &[Step<'_>],
    within: Option<i64>,
    captured_at: Option<i64>,
) -> bool {
    let mut last = start;
    for step in rest {
        if step.is_absent {
            let came = step
                .moments
                .iter()
                .any(|moment| moment.follows(last, within));
            if came || !is_covered(last, within, captured_at) {
                return false;
            }
            continue;
        }
        let next = step
            .moments
            .iter()
            .find(|moment| moment.follows(last, within) && moment.follows(start, within));
        match next {
            Some(next) => last = next,
            None => return false,
        }
    }
    true
}

/// How many moments of a step are near, `start` itself among them.
fn near_of(start: &Moment, step: &Step<'_>, within: Option<i64>) -> usize {
    let near = |moment: &&&Moment| {
        **moment == start || moment.follows(start, within) || start.follows(moment, within)
    };
    step.moments.iter().filter(near).count()
}

/// Whether the bundle was made after the window that begins with `from`.
fn is_covered(from: &Moment, within: Option<i64>, captured_at: Option<i64>) -> bool {
    let Some(within) = within else {
        return true;
    };
    match (from.unix_nanos, captured_at) {
        (Some(from), Some(captured_at)) => captured_at.saturating_sub(from) >= within,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::member_path::MemberPath;
    use crate::base::time::NANOS_PER_SECOND;

    fn seconds(count: i64) -> i64 {
        count * NANOS_PER_SECOND
    }

    fn at(second: i64) -> Moment {
        Moment {
            unix_nanos: Some(seconds(second)),
            shown: None,
            member: MemberPath::new("m"),
            offset: second.unsigned_abs(),
            is_state: false,
        }
    }

    /// Each step as its seconds; a step of what must be absent begins with `-1`.
    fn check(steps: &[&[i64]], within: i64, ordered: bool, captured: i64) -> bool {
        let moments: Vec<Vec<Moment>> = steps
            .iter()
            .map(|step| {
                step.iter()
                    .filter(|second| **second >= 0)
                    .map(|second| at(*second))
                    .collect()
            })
            .collect();
        let steps: Vec<Step<'_>> = moments
            .iter()
            .zip(steps)
            .map(|(moments, step)| Step {
                moments: moments.iter().collect(),
                is_absent: step.first() == Some(&-1),
            })
            .collect();
        holds(
            &steps,
            Some(seconds(within)),
            ordered,
            Some(seconds(captured)),
        )
    }

    #[test]
    fn steps_come_in_order_within_the_window() {
        assert!(check(&[&[10], &[15]], 10, true, 100));
        assert!(check(&[&[10, 50], &[15]], 10, true, 100));
        assert!(!check(&[&[15], &[10]], 10, true, 100), "the order counts");
        assert!(check(&[&[15], &[10]], 10, false, 100));
        assert!(!check(&[&[10], &[25]], 10, true, 100), "too late");
        assert!(
            !check(&[&[10], &[15], &[25]], 10, true, 100),
            "the window counts from the first step"
        );
        assert!(!check(&[&[10], &[]], 10, true, 100));
    }

    #[test]
    fn what_must_be_absent_did_not_come() {
        assert!(check(&[&[10], &[-1]], 10, true, 100));
        assert!(check(&[&[10], &[-1, 5, 30]], 10, true, 100));
        assert!(!check(&[&[10], &[-1, 15]], 10, true, 100));
        assert!(
            !check(&[&[10], &[-1]], 10, true, 15),
            "the bundle ends too early to tell"
        );
        assert!(
            check(&[&[10, 90], &[-1, 15]], 10, true, 100),
            "the second time it did not come"
        );
    }
}
