//! Steps that must come in a window, in order or not, and what must not come.

use std::collections::BTreeSet;
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
        false => come_around(start, rest, within),
    })
}

/// Whether each step came near `start`, at a moment of its own, and what must be absent did not.
fn come_around(start: &Moment, rest: &[Step<'_>], within: Option<i64>) -> bool {
    let (absent, wanted): (Vec<&Step<'_>>, Vec<&Step<'_>>) =
        rest.iter().partition(|step| step.is_absent);
    if absent
        .into_iter()
        .any(|step| near(start, step, within).next().is_some())
    {
        return false;
    }
    // The other steps take fewer moments than there are steps.
    let choices = wanted.iter().map(|step| {
        let others = near(start, step, within).filter(|moment| moment.is_state || *moment != start);
        others.take(wanted.len()).collect()
    });
    let choices: Vec<Vec<&Moment>> = choices.collect();
    let mut taken: Vec<(&Moment, usize)> = Vec::new();
    (0..choices.len()).all(|step| assign(step, &choices, &mut taken, &mut BTreeSet::new()))
}

/// Gives a step a moment that no other has, even if others must then take another one: an augmenting path. How things are at capture
/// is one moment for all of them.
fn assign<'m>(
    step: usize,
    choices: &[Vec<&'m Moment>],
    taken: &mut Vec<(&'m Moment, usize)>,
    asked: &mut BTreeSet<&'m Moment>,
) -> bool {
    for moment in &choices[step] {
        if moment.is_state {
            return true;
        }
        if !asked.insert(moment) {
            continue;
        }
        let owner = taken.iter().position(|(known, _)| known == moment);
        match owner {
            None => taken.push((moment, step)),
            Some(at) if assign(taken[at].1, choices, taken, asked) => taken[at].1 = step,
            Some(_) => continue,
        }
        return true;
    }
    false
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

/// The moments of a step that are near, `start` itself among them.
fn near<'m>(
    start: &Moment,
    step: &Step<'m>,
    within: Option<i64>,
) -> impl Iterator<Item = &'m Moment> {
    let moments = step.moments.iter().copied();
    moments.filter(move |moment| {
        *moment == start || moment.follows(start, within) || start.follows(moment, within)
    })
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
            part: (0, 0),
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
    fn in_any_order_each_step_has_a_moment_of_its_own() {
        let far = 500;
        for (steps, expected) in [
            // One line that says both, and later another one of them.
            (&[&[10][..], &[10]][..], false),
            (&[&[10], &[10, far]], false),
            (&[&[10, far], &[10]], false),
            (&[&[10], &[10, 15]], true),
            (&[&[10, 15], &[10, 15]], true),
            (&[&[10, 15], &[10, 15], &[10, 15]], false),
            // The second step must leave 15 to the third one.
            (&[&[10], &[12, 15], &[12]], true),
            (&[&[10], &[12], &[12, 15]], true),
            (&[&[10], &[12, 15], &[12, 15], &[12, 15]], false),
            (&[&[10], &[12, 15], &[15, 16], &[12]], true),
        ] {
            assert_eq!(check(steps, 60, false, 1_000), expected, "{steps:?}");
        }
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
