//! Reads what `kubectl describe` prints of an object, and tables of events cut out of it.
//!
//! ```text
//! Name:         web-0
//! Namespace:    shop
//! Node:         node-1/10.0.0.5
//! Status:       Running
//! Containers:
//!   app:
//!     State:    Running
//! Events:
//!   Type     Reason     Age   From     Message
//!   ----     ------     ----  ----     -------
//!   Warning  Unhealthy  3m    kubelet  Readiness probe failed
//! ```
//!
//! A section is one object, or what was cut out of one: it ends before the next `Name:` at the margin, which is where
//! its first line begins. The fields are those of the document of the same object, as far as the text tells them. Does
//! not read roles, quotas, network policies or service accounts.
//! Source: k8s.io/kubectl `pkg/describe/describe.go`, also of Kubernetes 1.4 to 1.8 (`pkg/printers/internalversion`).

mod columns;
mod conditions;
mod container;
mod data;
mod ends;
mod event_row;
mod events;
mod fragment;
mod lists;
mod network;
mod node;
mod object;
mod other;
mod outline;
mod pod;
mod status;
mod storage;
#[cfg(test)]
mod testing;
mod workload;

use object::{Events, Object};

use super::quotation;
use super::row::Fact;
use super::section::{Ending, FactParser, Section};

/// The parser of `kubectl describe`.
#[derive(Debug)]
pub(super) struct Describe;

const NAME: [&str; 2] = ["Name:", "Name："];
const EVENTS: [&str; 2] = ["Events:", "Events："];

impl FactParser for Describe {
    fn id(&self) -> &'static str {
        "describe"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[
            "Name:",
            "Name：",
            "Events:",
            "Events：",
            "Conditions:",
            "Containers:",
            "Init",
            "Last",
            "State:",
        ]
    }

    fn opens(&self, line: &str) -> bool {
        names_object(line)
            || events_title(line).is_some_and(|rest| matches!(rest, "" | "<none>"))
            || fragment::begins(line)
    }

    fn goes_on(&self, line: &str) -> bool {
        !names_object(line) && !ends::begins_other_text(line)
    }

    fn takes_margin(&self) -> bool {
        true
    }

    fn is_quotation(&self, section: &Section<'_>) -> bool {
        quotation::is_described(section)
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let (body, told, rest) = split_events(section);
        let lines = outline::read(section, body);
        let object = Object::of(section, &lines, told);
        let first = facts.len();
        match &object {
            Some(object) => read_object(object, facts),
            None => fragment::read(section, &lines, facts),
        }
        let subject = match &object {
            Some(object) => events::Subject::of(object, facts.get(first..).unwrap_or(&[])),
            None => events::Subject::unknown(),
        };
        let row_is_cut =
            events::read(section, rest, subject, facts) && matches!(told, Events::Listed(_));
        let breaks_off = section.open_end && object.is_some_and(|object| object.breaks_off());
        if row_is_cut || breaks_off {
            Ending::Cut
        } else {
            Ending::Whole
        }
    }
}

/// `Name:`, blanks and one word.
fn names_object(line: &str) -> bool {
    let value = NAME.iter().find_map(|title| line.strip_prefix(title));
    value.is_some_and(|value| {
        value.starts_with(char::is_whitespace) && value.split_whitespace().count() == 1
    })
}

/// What follows `Events:` on its line.
fn events_title(line: &str) -> Option<&str> {
    EVENTS
        .iter()
        .find_map(|title| line.strip_prefix(title))
        .map(str::trim)
}

/// The text before the events, what is told of them, and the text after their title.
fn split_events<'a>(section: &Section<'a>) -> (&'a str, Events, &'a str) {
    let text = section.text;
    for line in text.lines().map(|line| section.unindented(line)) {
        let Some(value) = events_title(line) else {
            continue;
        };
        let title = section.at(line);
        let told = match value {
            "<none>" => Events::None(section.at(value)),
            _ => Events::Listed(title),
        };
        let (body, rest) = text.split_at_checked(title).unwrap_or((text, ""));
        return (body, told, rest.get(line.len()..).unwrap_or(""));
    }
    (text, Events::Untold, "")
}

fn read_object<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    match object.kind {
        "Pod" => pod::read(object, facts),
        "Node" => node::read(object, facts),
        "PersistentVolumeClaim" => storage::read_claim(object, facts),
        "PersistentVolume" => storage::read_volume(object, facts),
        "Service" => network::read_service(object, facts),
        "Endpoints" => network::read_endpoints(object, facts),
        "Ingress" => network::read_ingress(object, facts),
        "Namespace" => other::read_namespace(object, facts),
        "Secret" => data::read_secret(object, facts),
        "ConfigMap" => data::read_configmap(object, facts),
        "NetResourceSet" | "NetworkResourceSet" => other::read_nrs(object, facts),
        _ => workload::read(object, facts),
    }
    conditions::read(object, facts);
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::{check, ending};

    #[test]
    fn a_name_or_a_table_of_events_opens_a_section() {
        for line in [
            "Name:         web-0",
            "Name:\t\tweb-0",
            "Name： web-0",
            "Events:",
            "Events:   <none>",
            "Events：",
            "Name: a\r",
            "Containers:",
            "Last State:     Terminated",
        ] {
            assert!(Describe.opens(line), "{line}");
        }
        for line in [
            "Name:",
            "Name:web-0",
            "Name: foo bar baz",
            " Name:  web-0",
            "Init",
            "Events: 3 of them",
            "Namespace:  shop",
        ] {
            assert!(!Describe.opens(line), "{line}");
        }
    }

    #[test]
    fn a_section_ends_before_the_next_object_and_before_other_text() {
        for line in [
            "Name:  web-1",
            "[root@n1 ~]# kubectl get nodes",
            "==> kubelet <==",
        ] {
            assert!(!Describe.goes_on(line), "{line}");
        }
        for line in [
            "",
            "Status:  Running",
            "Events:  <none>",
            "Name: of the game",
            "  Name:  web",
            "====",
            "any prose",
        ] {
            assert!(Describe.goes_on(line), "{line}");
        }
    }

    #[test]
    fn a_text_that_breaks_off_is_cut() {
        for (text, expected) in [
            ("Name:  a\nNamespace:  b\nNode:  n/10.0.0.1", Ending::Cut),
            (
                "Name:  a\nNamespace:  b\nNode:  n/10.0.0.1\nEvents:  <none>",
                Ending::Whole,
            ),
            (
                "Name:  a\nLabels:  <none>\nStatus:  Active\n\nNo resource quota.",
                Ending::Whole,
            ),
            ("Name:  a\nVersion:  1", Ending::Whole),
            ("Events:  <none>", Ending::Whole),
            (
                "Name:  a\nNamespace:  b\nNode:  n/10.0.0.1\nEvents:",
                Ending::Cut,
            ),
        ] {
            assert_eq!(ending(text).0, expected, "{text}");
        }
    }

    #[test]
    fn a_text_may_be_indented_as_a_whole() {
        let text = "Name:  a\nNamespace:  b\nStatus:  Active\nContainers:\n  c:\n    Image:  d\n    State:  Waiting\nEvents:\n  \
                    Type     Reason  Age  From  Message\n  Warning  Failed  3m   x     no\n";
        let expected = "pod name=a namespace=b phase=Active events_none=false status=Active ready=0 containers=1 restarts=0 @1\n\
             container namespace=b pod=a pod_phase=Active name=c type=app image=d state=waiting @5\n\
             event namespace=b object=pod/a object_kind=pod object_name=a pod=a type=Warning reason=Failed age=180 count=1 from=x \
             message=no @10\n";
        check(text, expected);
        for margin in ["   ", "\t"] {
            let lines = text.lines().map(|line| format!("{margin}{line}\n"));
            check(&lines.collect::<String>(), expected);
        }
    }

    #[test]
    fn what_is_no_object_has_no_facts() {
        check("Name: bash\nVersion: 5.2\nSummary: a shell\n", "");
        check("Name:  \nStatus:  Running\n", "");
        check("", "");
    }
}
