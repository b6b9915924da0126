//! A part cut out of a describe text: what people paste of it.
//!
//! ```text
//!     State:          Waiting
//!       Reason:       CrashLoopBackOff
//!     Last State:     Terminated
//!       Exit Code:    137
//! ```
//!
//! Its object has no name. Reads the containers of a pod, the state of one container, and the conditions of a node.

use super::object::Object;
use super::outline::{self, Line, Node};
use super::{conditions, container, pod};
use crate::fact::{Fact, Section, kind};

/// Whether a part begins with this line.
pub(super) fn begins(line: &str) -> bool {
    let Some((key, value)) = outline::split_key(line) else {
        return false;
    };
    match key {
        "Conditions" | "Containers" | "Init Containers" => value.is_empty(),
        "State" => matches!(value, "Waiting" | "Running" | "Terminated"),
        "Last State" => value == "Terminated",
        _ => false,
    }
}

/// Appends the facts of a part whose outline is `lines`, if it is one.
pub(super) fn read<'a>(section: &Section<'a>, lines: &[Line<'a>], facts: &mut Vec<Fact<'a>>) {
    let Some(first) = lines.first().filter(|line| begins(line.text)) else {
        return;
    };
    let mut object = Object::unnamed(section, lines);
    let pod = Fact::new(&kind::POD, section.at(first.text));
    match first.key {
        "State" | "Last State" => {
            let mut fact = Fact::new(&kind::CONTAINER, pod.at);
            let line = first;
            container::read_entries(section, &mut fact, Node { line, below: lines });
            facts.push(fact);
        }
        _ if tells_heartbeats(&object) => {
            object.kind = "Node";
            conditions::read(&object, facts);
        }
        _ => facts.extend(pod::containers(&object, &pod)),
    }
}

/// Only nodes have conditions with heartbeats.
fn tells_heartbeats(object: &Object<'_, '_>) -> bool {
    let titles = object.below("Conditions").first();
    titles.is_some_and(|titles| titles.text.contains("LastHeartbeatTime"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::describe::testing::check;

    #[test]
    fn a_part_begins_with_a_title_that_nothing_else_has() {
        for line in [
            "Containers:",
            "Init Containers:",
            "Conditions:",
            "State:          Waiting",
            "Last State:     Terminated",
        ] {
            assert!(begins(line), "{line}");
        }
        for line in [
            "Containers: 5",
            "State: active",
            "State:",
            "Last login: Tue Mar 10 10:11:12 2026",
            "Init: done",
            "conditions:",
        ] {
            assert!(!begins(line), "{line}");
        }
    }

    #[test]
    fn containers_without_their_pod() {
        check(
            "Containers:\n  app:\n    Image:  shop/app:1\n    State:  Waiting\n      Reason:  CrashLoopBackOff\nConditions:\n  \
             Type   Status\n  Ready  False\nEvents:\n  Type     Reason   Age  From     Message\n  Warning  BackOff  3m   kubelet  no\n",
            "container name=app type=app image=shop/app:1 state=waiting reason=CrashLoopBackOff @2\n\
             event type=Warning reason=BackOff age=180 count=1 from=kubelet message=no @11\n",
        );
    }

    #[test]
    fn the_state_of_a_container_alone() {
        check(
            "    State:          Running\n    Last State:     Terminated\n      Reason:       OOMKilled\n      Exit Code:    137\n    \
             Restart Count:  7\n",
            "container restarts=7 state=running last_state=terminated last_state.reason=OOMKilled last_state.exit_code=137 @1\n",
        );
    }

    #[test]
    fn the_conditions_of_a_node() {
        check(
            "Conditions:\n  Type            Status  LastHeartbeatTime                LastTransitionTime               Reason  Message\n  \
             ----            ------  -----------------                ------------------               ------  -------\n  \
             MemoryPressure  True    Tue, 10 Mar 2026 10:09:00 +0000  Tue, 10 Mar 2026 10:00:00 +0000  NoRoom  full\n",
            "node_condition type=MemoryPressure status=True heartbeat=2026-03-10T10:09:00Z since=2026-03-10T10:00:00Z reason=NoRoom \
             message=full lasted=600 heartbeat_age=60 @4\n",
        );
        check("Conditions:\n  Type   Status\n  Ready  False\n", "");
    }
}
