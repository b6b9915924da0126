//! Reads what the status of a container says: its state, the state before, restarts.
//!
//! ```text
//! {"name": "main", "restartCount": 12, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
//!  "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-03-10T10:17:41Z"}}}
//! ```
//!
//! Source: `ContainerStatus` of k8s.io/api `core/v1/types.go`; `describeStatus` of kubectl `pkg/describe/describe.go`.

use super::part::{Row, is_whole, take_rows};
use crate::base::time::NANOS_PER_SECOND;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::{Located, Tree};

const STATUS_ROWS: &[Row] = &[
    ("name", "name"),
    ("image", "image"),
    ("restarts", "restartCount"),
    ("ready", "ready"),
];

/// The fields of a state of a container, now and before, and their keys.
const STATE_ROWS: &[Row] = &[
    ("reason", "reason"),
    ("message", "message"),
    ("exit_code", "exitCode"),
    ("signal", "signal"),
    ("started", "startedAt"),
    ("finished", "finishedAt"),
];
const LAST_STATE_ROWS: &[Row] = &[
    ("last_state.reason", "reason"),
    ("last_state.message", "message"),
    ("last_state.exit_code", "exitCode"),
    ("last_state.signal", "signal"),
    ("last_state.started", "startedAt"),
    ("last_state.finished", "finishedAt"),
];

/// Sets the fields that the status of a container gives.
pub(super) fn container_state<'a>(fact: &mut Fact<'a>, status: &Tree<'a>, section: &Section<'a>) {
    take_rows(fact, status, STATUS_ROWS);
    if let Some(id) = status.locate("containerID")
        && let Some(text) = id.tree.text()
    {
        fact.text("runtime_id", without_scheme(text), id.at);
    }
    if let Some(state) = status.locate("state") {
        // A container in no state waits; that is how describe prints it.
        let waiting = is_whole(section).then_some(("waiting", state));
        if let Some((name, found)) = state_of(state.tree).or(waiting) {
            fact.text("state", name, found.at);
            take_rows(fact, found.tree, STATE_ROWS);
            set_running_for(fact, name, section);
        }
    }
    if let Some((name, found)) = status
        .locate("lastState")
        .and_then(|last| state_of(last.tree))
    {
        fact.text("last_state", name, found.at);
        take_rows(fact, found.tree, LAST_STATE_ROWS);
        set_duration(fact);
    }
}

/// The state that is set, in the order in which describe looks.
fn state_of<'a>(state: &Tree<'a>) -> Option<(&'static str, Located<'a>)> {
    ["running", "waiting", "terminated"]
        .into_iter()
        .filter_map(|name| Some((name, state.locate(name)?)))
        .find(|(_, found)| !found.tree.is_null())
}

fn set_running_for<'a>(fact: &mut Fact<'a>, state: &str, section: &Section<'a>) {
    let Some(at) = fact.get("started").map(|field| field.at) else {
        return;
    };
    let started = fact.time_of("started").filter(is_set);
    if state == "running"
        && let Some(seconds) = started.and_then(|started| section.age(started))
    {
        fact.number("running_for", seconds, at);
    }
}

fn set_duration(fact: &mut Fact<'_>) {
    let Some(at) = fact.get("last_state.finished").map(|field| field.at) else {
        return;
    };
    let time = |name| fact.time_of(name).filter(is_set);
    let ends = time("last_state.finished").zip(time("last_state.started"));
    let nanos = ends.and_then(|(finished, started)| finished.checked_sub(started));
    if let Some(nanos) = nanos.filter(|nanos| *nanos >= 0) {
        let seconds = nanos as f64 / NANOS_PER_SECOND as f64;
        fact.number("last_state.duration", seconds, at);
    }
}

/// Runtimes give 1970-01-01T00:00:00Z for a time that is not known.
fn is_set(unix_nanos: &i64) -> bool {
    *unix_nanos > 0
}

/// `3f2a` of `containerd://3f2a`.
fn without_scheme(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(_, bare)| bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::kind;
    use crate::fact::object::testing::{path, row, section, tree_of};

    fn check(status: &str, fields: &str, expected: &str) {
        let path = path();
        let mut fact = Fact::new(&kind::CONTAINER, 0);
        container_state(&mut fact, &tree_of(status), &section(&path, status));
        assert_eq!(row(&fact, fields), expected, "{status}");
    }

    #[test]
    fn the_state_is_the_one_that_is_set() {
        let fields = "state reason message exit_code signal";
        for (state, expected) in [
            (r#"{"running": {}}"#, "running | - | - | - | -"),
            (
                r#"{"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}, "running": null}"#,
                "waiting | ImagePullBackOff | Back-off | - | -",
            ),
            (
                r#"{"terminated": {"exitCode": 0, "reason": "Completed"}}"#,
                "terminated | Completed | - | 0 | -",
            ),
            (
                r#"{"terminated": {"exitCode": 137, "signal": 9}}"#,
                "terminated | - | - | 137 | 9",
            ),
            ("{}", "waiting | - | - | - | -"),
        ] {
            check(&format!(r#"{{"state": {state}}}"#), fields, expected);
        }
        check("{}", fields, "- | - | - | - | -");
    }

    #[test]
    fn a_running_container_has_run_until_the_capture() {
        let fields = "started running_for";
        for (started, expected) in [
            ("2026-04-01T11:59:00Z", "2026-04-01T11:59:00Z | 60"),
            ("2026-04-01T12:00:09Z", "2026-04-01T12:00:09Z | 0"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z | -"),
        ] {
            let status = format!(r#"{{"state": {{"running": {{"startedAt": "{started}"}}}}}}"#);
            check(&status, fields, expected);
        }
    }

    #[test]
    fn the_last_run_lasted_from_start_to_finish() {
        let fields = "last_state last_state.reason last_state.exit_code last_state.duration";
        for (ended, expected) in [
            (
                r#""reason": "OOMKilled", "exitCode": 137, "startedAt": "2026-04-01T11:00:00Z", "finishedAt": "2026-04-01T11:00:01.5Z""#,
                "terminated | OOMKilled | 137 | 1.5",
            ),
            (
                r#""exitCode": 128, "startedAt": "1970-01-01T00:00:00Z", "finishedAt": "2026-04-01T11:00:00Z""#,
                "terminated | - | 128 | -",
            ),
            (
                r#""exitCode": 1, "startedAt": null"#,
                "terminated | - | 1 | -",
            ),
        ] {
            check(
                &format!(r#"{{"lastState": {{"terminated": {{{ended}}}}}}}"#),
                fields,
                expected,
            );
        }
        check(r#"{"lastState": {}}"#, fields, "- | - | - | -");
    }

    #[test]
    fn the_runtime_does_not_count_to_the_id() {
        for (id, expected) in [
            ("containerd://3f2a", "3f2a"),
            (r"docker://\u0033f2a", "3f2a"),
            ("3f2a", "3f2a"),
            ("", "-"),
        ] {
            check(
                &format!(r#"{{"containerID": "{id}"}}"#),
                "runtime_id",
                expected,
            );
        }
    }
}
