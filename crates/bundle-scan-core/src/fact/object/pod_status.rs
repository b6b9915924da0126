//! What `kubectl get pods` prints of a pod: READY, STATUS and RESTARTS.
//!
//! ```text
//! NAME    READY   STATUS             RESTARTS   AGE
//! web-0   1/2     CrashLoopBackOff   12         3d
//! ```
//!
//! No property of a pod holds the STATUS: it is made of phase, reason, conditions and container states.
//! Source: `printPod` of kubernetes `pkg/printers/internalversion/printers.go`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::part::word;
use crate::fact::tree::{Located, Tree};

/// What is printed of a pod.
pub(super) struct Printed<'a> {
    /// The STATUS; empty if nothing is known.
    pub(super) status: Cow<'a, str>,
    /// The byte where stands what decided it.
    pub(super) status_at: usize,
    /// Containers that are ready.
    pub(super) ready: usize,
    /// Containers, with those init containers that go on running.
    pub(super) containers: usize,
    /// How often containers were restarted.
    pub(super) restarts: f64,
}

/// What is printed of this pod.
pub(super) fn printed<'a>(pod: &Tree<'a>) -> Printed<'a> {
    let status = pod.get("status");
    let init_specs = pod.get("spec").get("initContainers").items();
    let sidecars = sidecars(init_specs);
    let mut printed = Printed {
        status: Cow::Borrowed(""),
        status_at: 0,
        ready: 0,
        containers: pod.get("spec").get("containers").items().len() + sidecars.len(),
        restarts: 0.0,
    };
    printed.set_word(status, "phase");
    printed.set_word(status, "reason");
    printed.set_gated(status);
    let initialized = printed.read_init_containers(status, init_specs.len(), &sidecars);
    if initialized || condition(status, "Initialized") == Some("True") {
        printed.read_containers(status);
    }
    printed.set_deleted(pod);
    printed
}

/// The names of the init containers that go on running beside the others.
fn sidecars<'t>(init_specs: &'t [Tree<'_>]) -> BTreeSet<&'t str> {
    init_specs
        .iter()
        .filter(|spec| spec.get("restartPolicy").text() == Some("Always"))
        .filter_map(|spec| spec.get("name").text())
        .collect()
}

/// The status of the first condition of a type.
fn condition<'t>(status: &'t Tree<'_>, of_type: &str) -> Option<&'t str> {
    let conditions = status.get("conditions").items();
    let found = conditions
        .iter()
        .find(|condition| condition.get("type").text() == Some(of_type));
    found?.get("status").text()
}

/// The state of a container, if it is in it.
fn state<'a>(container: &Tree<'a>, name: &str) -> Option<Located<'a>> {
    let found = container.get("state").locate(name)?;
    (!found.tree.is_null()).then_some(found)
}

fn integer(tree: &Tree<'_>) -> i64 {
    tree.number().unwrap_or(0.0) as i64
}

impl<'a> Printed<'a> {
    fn set(&mut self, status: impl Into<Cow<'a, str>>, at: usize) {
        self.status = status.into();
        self.status_at = at;
    }

    /// Sets the status to the word under a key, if there is one.
    fn set_word(&mut self, tree: &Tree<'a>, key: &str) {
        if let Some(Located { tree, at }) = tree.locate(key)
            && let Some(word) = word(tree)
        {
            self.set(word, at);
        }
    }

    fn set_gated(&mut self, status: &Tree<'a>) {
        let gated = "SchedulingGated";
        for condition in status.get("conditions").items() {
            let is_gated = condition.get("type").text() == Some("PodScheduled")
                && condition.get("reason").text() == Some(gated);
            if let (true, Some(reason)) = (is_gated, condition.locate("reason")) {
                self.set(gated, reason.at);
            }
        }
    }

    /// Whether all init containers have done their work.
    fn read_init_containers(
        &mut self,
        status: &Tree<'a>,
        count: usize,
        sidecars: &BTreeSet<&str>,
    ) -> bool {
        let mut sidecar_restarts = 0.0;
        for (index, container) in status
            .get("initContainerStatuses")
            .items()
            .iter()
            .enumerate()
        {
            let name = container.get("name").text();
            let is_sidecar = name.is_some_and(|name| sidecars.contains(name));
            let restarts = container.get("restartCount").number().unwrap_or(0.0);
            self.restarts += restarts;
            sidecar_restarts += if is_sidecar { restarts } else { 0.0 };
            let terminated = state(container, "terminated");
            if terminated.is_some_and(|ended| integer(ended.tree.get("exitCode")) == 0) {
                continue;
            }
            if is_sidecar && container.get("started").flag() == Some(true) {
                self.ready += usize::from(container.get("ready").flag() == Some(true));
                continue;
            }
            self.set_init_state(container, format_args!("Init:{index}/{count}"));
            return false;
        }
        self.restarts = sidecar_restarts;
        true
    }

    /// Sets the status by the first init container that is not done.
    fn set_init_state(&mut self, container: &Tree<'a>, progress: std::fmt::Arguments<'_>) {
        if let Some(Located { tree, at }) = state(container, "terminated") {
            return self.set(format!("Init:{}", ended(tree)), at);
        }
        let waiting = state(container, "waiting");
        let reason = waiting.and_then(|waiting| waiting.tree.locate("reason"));
        let word = reason.and_then(|reason| reason.tree.text()).unwrap_or("");
        match reason {
            Some(reason) if !matches!(word, "" | "PodInitializing") => {
                self.set(format!("Init:{word}"), reason.at);
            }
            _ => self.set(progress.to_string(), container.at().unwrap_or(0)),
        }
    }

    /// The first container that has something to say decides.
    fn read_containers(&mut self, status: &Tree<'a>) {
        let mut is_running = false;
        for container in status.get("containerStatuses").items().iter().rev() {
            self.restarts += container.get("restartCount").number().unwrap_or(0.0);
            let waiting = state(container, "waiting");
            let waits_for = waiting.and_then(|waiting| waiting.tree.locate("reason"));
            let reason = waits_for.and_then(|reason| word(reason.tree).zip(Some(reason.at)));
            if let Some((reason, at)) = reason {
                self.set(reason, at);
            } else if let Some(Located { tree, at }) = state(container, "terminated") {
                self.set(ended(tree), at);
            } else if container.get("ready").flag() == Some(true)
                && state(container, "running").is_some()
            {
                is_running = true;
                self.ready += 1;
            }
        }
        if is_running && self.status == "Completed" {
            let is_ready = condition(status, "Ready") == Some("True");
            self.set(
                if is_ready { "Running" } else { "NotReady" },
                self.status_at,
            );
        }
    }

    fn set_deleted(&mut self, pod: &Tree<'a>) {
        let deleted = pod.locate("metadata.deletionTimestamp");
        let Some(Located { at, .. }) = deleted.filter(|deleted| !deleted.tree.is_null()) else {
            return;
        };
        let status = pod.get("status");
        if status.get("reason").text() == Some("NodeLost") {
            self.set("Unknown", at);
        } else if !matches!(status.get("phase").text(), Some("Succeeded" | "Failed")) {
            self.set("Terminating", at);
        }
    }
}

/// Why a container ended.
fn ended<'a>(terminated: &Tree<'a>) -> Cow<'a, str> {
    if let Some(reason) = word(terminated.get("reason")) {
        return reason;
    }
    match integer(terminated.get("signal")) {
        0 => format!("ExitCode:{}", integer(terminated.get("exitCode"))).into(),
        signal => format!("Signal:{signal}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::object::testing::tree_of;

    /// A pod from its metadata, specification and status.
    fn check(metadata: &str, spec: &str, status: &str, expected: &str) {
        let text = format!(
            r#"{{"metadata": {{{metadata}}}, "spec": {{{spec}}}, "status": {{{status}}}}}"#
        );
        let tree = tree_of(&text);
        let of = printed(&tree);
        let shown = format!(
            "{}/{} {} {}",
            of.ready, of.containers, of.status, of.restarts
        );
        assert_eq!(shown, expected, "{text}");
        assert!(text.is_char_boundary(of.status_at));
    }

    const ONE: &str = r#""containers": [{"name": "a"}]"#;
    const TWO: &str = r#""containers": [{"name": "a"}, {"name": "b"}]"#;
    const INIT: &str =
        r#""containers": [{"name": "a"}], "initContainers": [{"name": "i"}, {"name": "j"}]"#;
    const SIDECAR: &str = r#""containers": [{"name": "a"}],
        "initContainers": [{"name": "i"}, {"name": "s", "restartPolicy": "Always"}]"#;
    const RUNNING: &str =
        r#"{"name": "a", "ready": true, "restartCount": 2, "state": {"running": {}}}"#;
    const COMPLETED: &str = r#"{"name": "b", "restartCount": 1, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}"#;
    const INIT_DONE: &str = r#"{"name": "i", "restartCount": 3, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}"#;

    fn state(state: &str) -> String {
        format!(
            r#""phase": "Running", "containerStatuses": [{{"name": "a", "restartCount": 4, "state": {{{state}}}}}]"#
        )
    }

    fn init_state(state: &str) -> String {
        format!(
            r#""phase": "Pending", "initContainerStatuses": [{INIT_DONE},
                {{"name": "j", "restartCount": 5, "state": {{{state}}}}}],
                "containerStatuses": [{{"name": "a", "state": {{"waiting": {{"reason": "PodInitializing"}}}}}}]"#
        )
    }

    #[test]
    fn containers_decide_the_status() {
        for (container, expected) in [
            (
                r#""waiting": {"reason": "CrashLoopBackOff"}"#,
                "0/1 CrashLoopBackOff 4",
            ),
            (r#""waiting": {}"#, "0/1 Running 4"),
            (
                r#""terminated": {"exitCode": 137, "reason": "OOMKilled"}"#,
                "0/1 OOMKilled 4",
            ),
            (r#""terminated": {"exitCode": 2}"#, "0/1 ExitCode:2 4"),
            (
                r#""terminated": {"exitCode": 0, "signal": 9, "reason": ""}"#,
                "0/1 Signal:9 4",
            ),
            (r#""running": {}"#, "0/1 Running 4"),
            ("", "0/1 Running 4"),
        ] {
            check("", ONE, &state(container), expected);
        }
    }

    #[test]
    fn the_first_container_with_a_reason_wins() {
        let status = |first: &str, second: &str, ready: &str| {
            format!(
                r#""phase": "Running", "conditions": [{{"type": "Ready", "status": "{ready}"}}],
                    "containerStatuses": [{first}, {second}]"#
            )
        };
        check(
            "",
            TWO,
            &status(RUNNING, COMPLETED, "True"),
            "1/2 Running 3",
        );
        check(
            "",
            TWO,
            &status(RUNNING, COMPLETED, "False"),
            "1/2 NotReady 3",
        );
        check(
            "",
            TWO,
            &status(COMPLETED, COMPLETED, "False"),
            "0/2 Completed 2",
        );
        let failed =
            r#"{"name": "b", "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}"#;
        check("", TWO, &status(failed, COMPLETED, "False"), "0/2 Error 1");
        check("", TWO, &status(RUNNING, failed, "False"), "1/2 Error 2");
    }

    #[test]
    fn init_containers_come_first() {
        for (container, expected) in [
            (r#""running": {}"#, "0/1 Init:1/2 8"),
            (
                r#""waiting": {"reason": "PodInitializing"}"#,
                "0/1 Init:1/2 8",
            ),
            (
                r#""waiting": {"reason": "CrashLoopBackOff"}"#,
                "0/1 Init:CrashLoopBackOff 8",
            ),
            (
                r#""terminated": {"exitCode": 1, "reason": "Error"}"#,
                "0/1 Init:Error 8",
            ),
            (r#""terminated": {"exitCode": 3}"#, "0/1 Init:ExitCode:3 8"),
            (
                r#""terminated": {"exitCode": 137, "signal": 9}"#,
                "0/1 Init:Signal:9 8",
            ),
            // Their restarts do not count once they are done.
            (r#""terminated": {"exitCode": 0}"#, "0/1 PodInitializing 0"),
        ] {
            check("", INIT, &init_state(container), expected);
        }
    }

    #[test]
    fn a_pod_that_was_initialized_shows_its_containers_although_init_containers_run_again() {
        let status = format!(
            r#""phase": "Running", "conditions": [{{"type": "Initialized", "status": "True"}}],
                "initContainerStatuses": [{{"name": "i", "restartCount": 1, "state": {{"running": {{}}}}}}],
                "containerStatuses": [{RUNNING}]"#
        );
        check("", INIT, &status, "1/1 Init:0/2 3");
    }

    #[test]
    fn sidecars_count_as_containers() {
        for (sidecar, expected) in [
            (
                r#""started": true, "ready": true, "restartCount": 7"#,
                "2/2 Running 9",
            ),
            (r#""started": true, "ready": false"#, "1/2 Running 2"),
            (r#""started": false"#, "0/2 Init:1/2 3"),
        ] {
            let status = format!(
                r#""phase": "Running", "containerStatuses": [{RUNNING}],
                    "initContainerStatuses": [{INIT_DONE}, {{"name": "s", "state": {{"running": {{}}}}, {sidecar}}}]"#
            );
            check("", SIDECAR, &status, expected);
        }
    }

    #[test]
    fn reasons_of_the_pod_go_before_its_phase() {
        for (status, expected) in [
            (r#""phase": "Pending""#, "0/1 Pending 0"),
            (r#""phase": "Failed", "reason": "Evicted""#, "0/1 Evicted 0"),
            (
                r#""phase": "Pending", "conditions": [{"type": "PodScheduled", "reason": "SchedulingGated"}]"#,
                "0/1 SchedulingGated 0",
            ),
            ("", "0/1  0"),
        ] {
            check("", ONE, status, expected);
        }
    }

    #[test]
    fn a_deleted_pod_terminates_unless_it_is_done_or_lost() {
        let deleted = r#""deletionTimestamp": "2026-03-10T10:17:41Z""#;
        let running = format!(r#""phase": "Running", "containerStatuses": [{RUNNING}]"#);
        let done = format!(r#""phase": "Succeeded", "containerStatuses": [{COMPLETED}]"#);
        let lost = format!(r#""reason": "NodeLost", {running}"#);
        check(deleted, ONE, &running, "1/1 Terminating 2");
        check(deleted, ONE, &done, "0/1 Completed 1");
        check(deleted, ONE, &lost, "1/1 Unknown 2");
        check(
            r#""deletionTimestamp": null"#,
            ONE,
            &running,
            "1/1 Running 2",
        );
        check("", ONE, &lost, "1/1 NodeLost 2");
    }
}
