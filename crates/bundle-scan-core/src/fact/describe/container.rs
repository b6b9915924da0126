//! The containers of a pod.
//!
//! ```text
//!   app:
//!     Image:          shop/app:1
//!     State:          Waiting
//!       Reason:       CrashLoopBackOff
//!     Last State:     Terminated
//!       Exit Code:    137
//!     Limits:
//!       memory:       256Mi
//! ```
//!
//! The text has no security context, pull policy or termination message policy; ports lose their names.
//! Source: `describeContainers` and below in k8s.io/kubectl `pkg/describe/describe.go`.

use std::borrow::Cow;

use super::object::{Titles, fill, put};
use super::outline::{Node, find, nodes};
use crate::fact::{Fact, Section, kind};

const FIELDS: &Titles = &[
    ("Image", "image"),
    ("Ready", "ready"),
    ("Restart Count", "restarts"),
];

const STATE: &Titles = &[
    ("Reason", "reason"),
    ("Message", "message"),
    ("Exit Code", "exit_code"),
    ("Signal", "signal"),
    ("Started", "started"),
    ("Finished", "finished"),
];

const LAST_STATE: &Titles = &[
    ("Reason", "last_state.reason"),
    ("Message", "last_state.message"),
    ("Exit Code", "last_state.exit_code"),
    ("Signal", "last_state.signal"),
    ("Started", "last_state.started"),
    ("Finished", "last_state.finished"),
];

const REQUESTS: &Titles = &[
    ("cpu", "requests.cpu"),
    ("memory", "requests.memory"),
    ("ephemeral-storage", "requests.ephemeral_storage"),
];

const LIMITS: &Titles = &[
    ("cpu", "limits.cpu"),
    ("memory", "limits.memory"),
    ("ephemeral-storage", "limits.ephemeral_storage"),
];

const PROBES: &Titles = &[
    ("Liveness", "liveness"),
    ("Readiness", "readiness"),
    ("Startup", "startup"),
];

/// What a container has from its pod.
const OF_POD: &Titles = &[
    ("namespace", "namespace"),
    ("name", "pod"),
    ("node", "node"),
    ("owner_kind", "owner_kind"),
    ("owner", "owner"),
    ("phase", "pod_phase"),
];

/// The number of `containerd://0ca6`.
fn runtime_id<'a>(section: &Section<'a>, fact: &mut Fact<'a>, node: Node<'_, 'a>) {
    if let Some(line) = find(node.below, "Container ID").map(|node| node.line) {
        let id = line
            .value
            .split_once("://")
            .map_or(line.value, |(_, id)| id);
        fact.set("runtime_id", id, section.at(id));
    }
}

/// One container; `role` is `app`, `init` or `ephemeral`.
pub(super) fn read<'a>(
    section: &Section<'a>,
    pod: &Fact<'a>,
    role: &'static str,
    node: Node<'_, 'a>,
) -> Fact<'a> {
    let at = section.at(node.line.text);
    let mut fact = Fact::new(&kind::CONTAINER, at);
    for (of_pod, field) in OF_POD {
        if let Some(known) = pod.get(of_pod) {
            fact.put(field, known.value.clone(), known.at);
        }
    }
    fact.set("name", node.line.key, at).text("type", role, at);
    read_entries(section, &mut fact, node);
    fact
}

/// What is told of a container below its name.
pub(super) fn read_entries<'a>(section: &Section<'a>, fact: &mut Fact<'a>, node: Node<'_, 'a>) {
    runtime_id(section, fact, node);
    fill(section, fact, node.below, FIELDS);
    states(section, fact, node);
    resources(section, fact, node);
    command(section, fact, node);
    lists(section, fact, node);
    probes(section, fact, node);
}

fn states<'a>(section: &Section<'a>, fact: &mut Fact<'a>, node: Node<'_, 'a>) {
    if let Some(state) = node.child("State") {
        set_state(section, fact, "state", state, STATE);
        if fact.text_of("state") == Some("running") {
            super::object::set_age(section, fact, "started", "running_for");
        }
    }
    let last = node
        .child("Last State")
        .or_else(|| node.child("Last Termination State"));
    let Some(last) = last else {
        return;
    };
    set_state(section, fact, "last_state", last, LAST_STATE);
    let (started, finished) = (
        fact.time_of("last_state.started"),
        fact.time_of("last_state.finished"),
    );
    if let Some(nanos) = started
        .zip(finished)
        .and_then(|(from, to)| to.checked_sub(from))
        .filter(|nanos| *nanos >= 0)
    {
        fact.number(
            "last_state.duration",
            nanos as f64 / 1e9,
            section.at(last.line.value),
        );
    }
}

fn set_state<'a>(
    section: &Section<'a>,
    fact: &mut Fact<'a>,
    field: &'static str,
    state: Node<'_, 'a>,
    below: &Titles,
) {
    let name = match state.line.value {
        "Waiting" => "waiting",
        "Running" => "running",
        "Terminated" => "terminated",
        _ => return,
    };
    fact.text(field, name, section.at(state.line.value));
    fill(section, fact, state.below, below);
}

fn resources<'a>(section: &Section<'a>, fact: &mut Fact<'a>, node: Node<'_, 'a>) {
    for (title, fields, gpu) in [
        ("Requests", REQUESTS, "requests.gpu"),
        ("Limits", LIMITS, "limits.gpu"),
    ] {
        let Some(node) = node.child(title) else {
            continue;
        };
        fill(section, fact, node.below, fields);
        for line in node.below.iter().filter(|line| line.key.ends_with("/gpu")) {
            put(section, fact, gpu, line.value);
        }
    }
}

/// The command and its arguments, with blanks between. An argument of several lines cannot be told from several
/// arguments.
fn command<'a>(section: &Section<'a>, fact: &mut Fact<'a>, node: Node<'_, 'a>) {
    let words = |title| node.child(title).into_iter().flat_map(Node::values);
    let words: Vec<&str> = words("Command").chain(words("Args")).collect();
    let Some(first) = words.first() else {
        return;
    };
    let at = section.at(first);
    match words.as_slice() {
        [only] => fact.text("command", *only, at),
        several => fact.text("command", several.join(" "), at),
    };
}

fn lists<'a>(section: &Section<'a>, fact: &mut Fact<'a>, node: Node<'_, 'a>) {
    for Node { line, below } in nodes(node.below) {
        let node = Node { line, below };
        let at = section.at(line.value);
        match line.key {
            "Port" | "Ports" => fact.list("ports", ports(node).collect(), at),
            "Mounts" | "Volume Mounts" => {
                fact.list("mounts", node.values().map(Cow::Borrowed).collect(), at)
            }
            "Environment" | "Environment Variables" => {
                fact.list("env", nodes(below).filter_map(variable).collect(), at)
            }
            _ => continue,
        };
    }
}

/// `80/TCP` out of `80/TCP (http)`.
fn ports<'a>(node: Node<'_, 'a>) -> impl Iterator<Item = Cow<'a, str>> {
    let without_name = |port: &'a str| port.split_whitespace().next();
    node.values()
        .flat_map(|ports| ports.split(','))
        .filter_map(without_name)
        .map(Cow::Borrowed)
}

/// `NAME=value`; the lines of a long value stand below its name.
fn variable<'a>(node: Node<'_, 'a>) -> Option<Cow<'a, str>> {
    let name = Some(node.line.key).filter(|name| !name.is_empty())?;
    let value = match node.line.value.split_once("Optional: ") {
        Some((reference, _)) if reference.starts_with("<set to the key") => reference.trim_end(),
        _ => node.line.value,
    };
    let mut text = format!("{name}={value}");
    for line in node.below {
        text.push('\n');
        text.push_str(line.text);
    }
    Some(Cow::Owned(text))
}

/// Probes are printed before the environment and the mounts; where those are missing, the text may have been cut first.
fn probes<'a>(section: &Section<'a>, fact: &mut Fact<'a>, node: Node<'_, 'a>) {
    let later = [
        "Environment",
        "Environment Variables",
        "Mounts",
        "Volume Mounts",
    ];
    let is_whole = later.iter().any(|title| node.child(title).is_some());
    for (title, field) in PROBES {
        match node.child(title) {
            Some(probe) => fact.flag(field, true, section.at(probe.line.value)),
            None if is_whole => fact.flag(field, false, fact.at),
            None => continue,
        };
    }
}

#[cfg(test)]
mod tests {
    use crate::fact::describe::testing::check;

    /// A pod with these lines about its containers.
    fn check_container(lines: &str, expected: &str) {
        let path = crate::base::member_path::MemberPath::new("m");
        let text = format!("Name:  web-0\nNamespace:  shop\n{lines}");
        let section = crate::fact::describe::testing::section(&path, &text, false);
        let mut facts = Vec::new();
        crate::fact::FactParser::parse(&crate::fact::describe::Describe, &section, &mut facts);
        facts.retain(|fact| fact.kind.name == "container");
        let shown = crate::fact::describe::testing::shown(&text, &facts);
        assert_eq!(shown, expected, "{lines}");
    }

    #[test]
    fn a_container_with_everything() {
        check_container(
            "Containers:\n  app:\n    Container ID:  containerd://1\n    Image:         shop/app:1\n    \
             Ports:         80/TCP (http), 443/TCP\n    Host Ports:    0/TCP (http), 0/TCP\n    Command:\n      sh\n      -c\n    \
             Args:\n      exec: app\n        --all\n    State:          Terminated\n      Reason:       OOMKilled\n      \
             Exit Code:    137\n      Signal:       9\n      Started:      Tue, 10 Mar 2026 10:00:00 +0000\n      \
             Finished:     Tue, 10 Mar 2026 10:01:00 +0000\n    Last State:     Terminated\n      Reason:       Error\n      \
             Message:      E0310 10:00:01.000001 1 x.go:1] no\n      Exit Code:    1\n      \
             Started:      Tue, 10 Mar 2026 09:59:00 +0000\n      Finished:     Tue, 10 Mar 2026 09:59:30 +0000\n    \
             Ready:          False\n    Restart Count:  3\n    Limits:\n      cpu:                2\n      \
             ephemeral-storage:  1Gi\n      memory:             256Mi\n      acme.example/gpu:   1\n    Requests:\n      \
             cpu:     250m\n      memory:  128Mi\n    Liveness:   http-get http://:80/ delay=0s timeout=1s\n    \
             Environment Variables from:\n      web-env  ConfigMap  Optional: false\n    Environment:\n      MODE:    fast\n      \
             LINES:   one\n               two\n      SECRET:  <set to the key 'k' in secret 's'>  Optional: false\n      \
             EMPTY:   \n    Mounts:\n      /data from data (rw,path=\"a\")\n      /etc/conf from conf (ro)\n",
            "container namespace=shop pod=web-0 name=app type=app runtime_id=1 image=shop/app:1 ready=false restarts=3 \
             state=terminated reason=OOMKilled exit_code=137 signal=9 started=2026-03-10T10:00:00Z finished=2026-03-10T10:01:00Z \
             last_state=terminated last_state.reason=Error last_state.message=E0310 10:00:01.000001 1 x.go:1] no \
             last_state.exit_code=1 last_state.started=2026-03-10T09:59:00Z last_state.finished=2026-03-10T09:59:30Z \
             last_state.duration=30 requests.cpu=0.25 requests.memory=134217728 limits.cpu=2 limits.ephemeral_storage=1073741824 \
             limits.memory=268435456 limits.gpu=1 command=sh -c exec: app --all ports=80/TCP,443/TCP \
             env=MODE=fast,LINES=one\\ntwo,SECRET=<set to the key 'k' in secret 's'>,EMPTY= \
             mounts=/data from data (rw,path=\"a\"),/etc/conf from conf (ro) liveness=true readiness=false startup=false @4\n",
        );
    }

    #[test]
    fn init_and_ephemeral_containers() {
        check_container(
            "Init Containers:\n  first:\n    State:  Terminated\n      Exit Code:  0\nContainers:\n  app:\n    Port:  <none>\n    \
             Environment:  <none>\n    Mounts:       <none>\nEphemeral Containers:\n  debug:\n    State:  Odd\n",
            "container namespace=shop pod=web-0 name=first type=init state=terminated exit_code=0 @4\n\
             container namespace=shop pod=web-0 name=app type=app liveness=false readiness=false startup=false @8\n\
             container namespace=shop pod=web-0 name=debug type=ephemeral @13\n",
        );
    }

    #[test]
    fn a_message_of_several_lines_hides_nothing() {
        check(
            "Name:  web-0\nNamespace:  shop\nContainers:\n  app:\n    State:      Terminated\n      Reason:     Error\n      \
             Message:    goroutine 1 [running]:\nmain.main()\n\t/src/main.go:12 +0x1d\n\nexit: status 2\n\n      Exit Code:  2\n    \
             Ready:      False\nQoS Class:  Burstable\n",
            "pod name=web-0 namespace=shop qos=Burstable status=Error ready=0 containers=1 restarts=0 @1\n\
             container namespace=shop pod=web-0 name=app type=app ready=false state=terminated reason=Error \
             message=goroutine 1 [running]:\\nmain.main()\\n\t/src/main.go:12 +0x1d\\n\\nexit: status 2 exit_code=2 @4\n",
        );
    }
}
