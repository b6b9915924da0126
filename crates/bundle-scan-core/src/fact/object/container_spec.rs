//! Reads what the specification of a container says: image, resources, command, environment, mounts.
//!
//! ```text
//! {"name": "main", "image": "app:1", "env": [{"name": "MODE", "value": "fast"}], "resources": {"limits": {"cpu": "500m"}}}
//! ```
//!
//! Does not follow `envFrom`. Source: `Container` of k8s.io/api `core/v1/types.go`; the spellings of kubectl
//! `pkg/describe/describe.go`.

use std::borrow::Cow;

use super::part::{Row, is_whole, items, take_rows, word};
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::{Located, Tree};

const SPEC_ROWS: &[Row] = &[
    ("name", "name"),
    ("image", "image"),
    ("requests.cpu", "resources.requests.cpu"),
    ("requests.memory", "resources.requests.memory"),
    (
        "requests.ephemeral_storage",
        "resources.requests.ephemeral-storage",
    ),
    ("limits.cpu", "resources.limits.cpu"),
    ("limits.memory", "resources.limits.memory"),
    (
        "limits.ephemeral_storage",
        "resources.limits.ephemeral-storage",
    ),
    ("privileged", "securityContext.privileged"),
    ("capabilities", "securityContext.capabilities.add"),
    ("termination_message_policy", "terminationMessagePolicy"),
    ("image_pull_policy", "imagePullPolicy"),
];

const PROBES: &[Row] = &[
    ("liveness", "livenessProbe"),
    ("readiness", "readinessProbe"),
    ("startup", "startupProbe"),
];

const GPUS: &[Row] = &[
    ("requests.gpu", "resources.requests"),
    ("limits.gpu", "resources.limits"),
];

/// Sets the fields that the specification of a container gives.
pub(super) fn container_spec<'a>(fact: &mut Fact<'a>, spec: &Tree<'a>, section: &Section<'a>) {
    take_rows(fact, spec, SPEC_ROWS);
    let (env, at) = items(spec.locate("env"));
    fact.list("env", env.iter().filter_map(variable).collect(), at);
    let (mounts, at) = items(spec.locate("volumeMounts"));
    let mut mounts: Vec<_> = mounts.iter().filter_map(mount).collect();
    mounts.sort();
    fact.list("mounts", mounts, at);
    let (ports, at) = items(spec.locate("ports"));
    fact.list("ports", ports.iter().filter_map(port).collect(), at);
    for (field, key) in GPUS {
        fact.take(field, spec.locate(key).and_then(gpu));
    }
    set_command(fact, spec);
    for (field, key) in PROBES {
        if let Some(probe) = spec.locate(key) {
            fact.flag(field, !probe.tree.is_null(), probe.at);
        }
    }
    if is_whole(section) {
        set_absent(fact);
    }
}

/// What a whole specification does not name is not there.
fn set_absent(fact: &mut Fact<'_>) {
    let at = fact.at;
    fact.flag("privileged", false, at);
    for (field, _) in PROBES {
        fact.flag(field, false, at);
    }
}

/// Command and arguments, in one line.
fn set_command<'a>(fact: &mut Fact<'a>, spec: &Tree<'a>) {
    let parts = ["command", "args"].map(|key| spec.locate(key));
    let words: Vec<&str> = parts
        .iter()
        .flatten()
        .flat_map(|part| part.tree.items())
        .filter_map(Tree::text)
        .flat_map(str::lines)
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    if let Some(first) = parts.into_iter().flatten().next() {
        fact.text("command", words.join(" "), first.at);
    }
}

/// `NAME=value`, or `NAME=<set to the key 'k' in secret 's'>`.
fn variable<'a>(variable: &Tree<'a>) -> Option<Cow<'a, str>> {
    let name = variable.get("name").text()?;
    let from = variable.get("valueFrom");
    let source = |kind, what: &str| {
        let source: &Tree<'_> = from.get(kind);
        let (key, name) = (source.get("key").text()?, source.get("name").text()?);
        Some(format!("<set to the key '{key}' {what} '{name}'>"))
    };
    let resolved = source("secretKeyRef", "in secret")
        .or_else(|| source("configMapKeyRef", "of config map"))
        .or_else(|| {
            let path = from.get("fieldRef").get("fieldPath").text()?;
            Some(format!("(v1:{path})"))
        })
        .or_else(|| {
            let resource = from.get("resourceFieldRef").get("resource").text()?;
            Some(format!("({resource})"))
        });
    let value = resolved
        .map(Cow::Owned)
        .or_else(|| word(variable.get("value")));
    Some(format!("{name}={}", value.unwrap_or_default()).into())
}

/// `/data from data (rw)`.
fn mount<'a>(mount: &Tree<'a>) -> Option<Cow<'a, str>> {
    let (path, name) = (mount.get("mountPath").text()?, mount.get("name").text()?);
    let mode = match mount.get("readOnly").flag() {
        Some(true) => "ro",
        _ => "rw",
    };
    Some(match mount.get("subPath").text().unwrap_or("") {
        "" => format!("{path} from {name} ({mode})").into(),
        sub_path => format!("{path} from {name} ({mode},path={sub_path:?})").into(),
    })
}

/// `80/TCP`.
fn port<'a>(port: &Tree<'a>) -> Option<Cow<'a, str>> {
    let number = port.get("containerPort").number()?;
    let protocol = port.get("protocol").text().unwrap_or("TCP");
    Some(format!("{number}/{protocol}").into())
}

/// `nvidia.com/gpu`, or that of another maker.
fn gpu<'a>(resources: Located<'a>) -> Option<Located<'a>> {
    let entries = resources.tree.entries();
    let entry = entries.iter().find(|entry| entry.key.ends_with("/gpu"))?;
    Some(Located {
        tree: &entry.value,
        at: entry.at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::kind;
    use crate::fact::object::testing::{path, row, section, tree_of};

    fn check_spec(spec: &str, fields: &str, expected: &str) {
        let text = format!("{{{spec}}}");
        let path = path();
        let mut fact = Fact::new(&kind::CONTAINER, 0);
        container_spec(&mut fact, &tree_of(&text), &section(&path, &text));
        assert_eq!(row(&fact, fields), expected, "{text}");
    }

    #[test]
    fn resources_are_in_base_units() {
        check_spec(
            r#""resources": {"requests": {"cpu": "250m", "memory": "64Mi", "ephemeral-storage": "1Gi", "nvidia.com/gpu": 2},
                "limits": {"cpu": 2, "memory": "1G", "example.com/gpu": "1"}}"#,
            "requests.cpu requests.memory requests.ephemeral_storage requests.gpu limits.cpu limits.memory limits.gpu",
            "0.25 | 67108864 | 1073741824 | 2 | 2 | 1000000000 | 1",
        );
    }

    #[test]
    fn lists_are_spelled_as_describe_does() {
        let fields = "env mounts ports";
        for (spec, expected) in [
            (
                r#""env": [{"name": "A", "value": "x=1"}, {"name": "B"},
                    {"name": "C", "valueFrom": {"secretKeyRef": {"key": "k", "name": "s"}}},
                    {"name": "D", "valueFrom": {"configMapKeyRef": {"key": "k", "name": "c", "optional": true}}},
                    {"name": "E", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
                    {"name": "F", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}, {"value": "nameless"}]"#,
                "A=x=1,B=,C=<set to the key 'k' in secret 's'>,D=<set to the key 'k' of config map 'c'>,\
                 E=(v1:metadata.name),F=(limits.cpu) | - | -",
            ),
            (
                r#""volumeMounts": [{"mountPath": "/d", "name": "data"}, {"mountPath": "/c", "name": "cfg", "readOnly": true, "subPath": "a.yaml"}],
                    "ports": [{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP", "hostPort": 53}]"#,
                "- | /c from cfg (ro,path=\"a.yaml\"),/d from data (rw) | 80/TCP,53/UDP",
            ),
        ] {
            check_spec(spec, fields, expected);
        }
    }

    #[test]
    fn commands_are_one_line() {
        check_spec(
            r#""command": ["sh", "-c", "echo a\n  sleep 1\n"], "args": []"#,
            "command",
            "sh -c echo a sleep 1",
        );
        check_spec(r#""args": ["--x"]"#, "command", "--x");
    }

    #[test]
    fn rights_and_probes_are_flags() {
        let fields = "privileged capabilities liveness readiness startup";
        check_spec(
            r#""securityContext": {"privileged": true, "capabilities": {"add": ["NET_ADMIN", "SYS_TIME"], "drop": ["ALL"]}},
                "readinessProbe": {"tcpSocket": {"port": 80}}, "startupProbe": null"#,
            fields,
            "true | NET_ADMIN,SYS_TIME | false | true | false",
        );
    }

    #[test]
    fn what_may_have_been_cut_off_is_not_taken_to_be_absent() {
        let text = r#"{"name": "a", "image": "b"#;
        let path = path();
        let section = Section {
            open_end: true,
            ..section(&path, text)
        };
        let mut fact = Fact::new(&kind::CONTAINER, 0);
        container_spec(&mut fact, &tree_of(text), &section);
        assert_eq!(
            row(&fact, "name image privileged liveness"),
            "a | - | - | -"
        );
    }
}
