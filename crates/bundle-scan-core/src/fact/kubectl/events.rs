//! `kubectl get events` in all its column sets since 1.3, and `kubectl events`.
//!
//! ```text
//! LAST SEEN           TYPE      REASON    OBJECT      MESSAGE
//! 15s (x4 over 85s)   Warning   BackOff   pod/web-0   Back-off restarting failed container
//! LAST SEEN   FIRST SEEN   COUNT   NAME                     KIND   SUBOBJECT   TYPE     REASON      SOURCE    MESSAGE
//! 2m          5m           4       web-0.15a2b3c4d5e6f708   Pod                Normal   Scheduled   default   ...
//! ```
//!
//! A message of several lines keeps its first. Does not turn ages into times; how often something happened is known
//! only where it is printed. The kind of an object is in lower case.
//! Source: `printEvent` of Kubernetes `pkg/printers/internalversion/printers.go`; kubectl
//! `pkg/cmd/events/event_printer.go`.

use std::borrow::Cow;

use super::cells::{is_age, is_nothing, is_unknown};
use super::get_cells::some_age;
use super::sheet::Reads::{By, Word};
use super::sheet::{ColumnReads, PLAIN, Table, Tables, borrowed};
use crate::base::thing::message_first;
use crate::fact::{Fact, kind};

/// The tables of events.
pub(super) static TABLES: Tables = Tables {
    id: "kubectl-events",
    openers: &["LAST", "LASTSEEN", "FIRSTSEEN", "FIRST", "NAMESPACE"],
    tables: &[
        Table {
            needs: &["LAST SEEN", "REASON", "OBJECT", "MESSAGE"],
            ..OF_EVENTS
        },
        // Until 1.13.
        Table {
            needs: &["LAST SEEN", "REASON", "KIND", "MESSAGE"],
            ..OF_EVENTS
        },
    ],
    has_messages: true,
};

const OF_EVENTS: Table = Table {
    kind: &kind::EVENT,
    columns: COLUMNS,
    may_be_empty: &[&["SUBOBJECT"]],
    free: Some("MESSAGE"),
    finish: join_object,
    ..PLAIN
};

const COLUMNS: &[ColumnReads] = &[
    ("LAST SEEN", By(last_seen)),
    ("FIRST SEEN", By(some_age)),
    ("COUNT", Word("count")),
    ("TYPE", By(event_type)),
    ("REASON", Word("reason")),
    ("OBJECT", By(object)),
    ("KIND", By(object)),
    ("NAME", By(event_name)),
    ("SUBOBJECT", By(subobject)),
    ("SOURCE", By(source)),
    ("MESSAGE", By(message)),
];

fn message<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    fact.set("message", cell, at);
    fact.edit("message", message_first);
    true
}

/// `15s`, `15s (x4 over 85s)`, `<unknown>`.
fn last_seen<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    let (age, times) = cell.split_once(' ').unwrap_or((cell, ""));
    if !is_age(age) && !is_unknown(age) {
        return false;
    }
    fact.set("age", age, at);
    let times = times.trim();
    let over = times
        .strip_prefix("(x")
        .and_then(|times| times.split_once(" over "));
    match over {
        Some((count, over)) => {
            let times_at = at + cell.len() - times.len() + "(x".len();
            fact.set("count", count, times_at);
            over.ends_with(')') && fact.get("count").is_some()
        }
        None => times.is_empty(),
    }
}

fn event_type<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    fact.set("type", cell, at);
    matches!(cell, "Normal" | "Warning")
}

/// `pod/web-0`, `Pod/web-0`; `pod` alone if the object has no name.
fn object<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    let (kind, name) = cell.split_once('/').unwrap_or((cell, ""));
    let is_lower = !kind.contains(char::is_uppercase);
    let lower = match is_lower {
        true => Cow::Borrowed(kind),
        false => Cow::Owned(kind.to_lowercase()),
    };
    fact.text("object_kind", lower, at)
        .set("object_name", name, at + cell.len() - name.len());
    if is_lower && !name.is_empty() {
        fact.set("object", cell, at);
    }
    !cell.contains(char::is_whitespace) && !kind.is_empty()
}

/// The name of the event, which is the name of its object and a time in hexadecimal digits: `web-0.15a2b3c4d5e6f708`.
fn event_name<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    const SHORTEST_TIME: usize = 8;
    let is_time = |text: &str| {
        text.len() >= SHORTEST_TIME && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let name = match cell.rsplit_once('.') {
        Some((name, time)) if is_time(time) => name,
        _ => cell,
    };
    fact.set("object_name", name, at);
    !cell.contains(char::is_whitespace)
}

/// `spec.containers{app}`, or what dockershim calls the pause container; no field is for it.
fn subobject<'a>(_: &mut Fact<'a>, cell: &'a str, _: usize) -> bool {
    cell.ends_with('}')
        || cell.starts_with("spec.")
        || cell.starts_with("implicitly")
        || is_nothing(cell)
}

/// `kubelet, node-1`, `default-scheduler`.
fn source<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    let (from, host) = cell.split_once(',').unwrap_or((cell, ""));
    let host = host.trim_start();
    fact.set("from", from, at)
        .set("host", host, at + cell.len() - host.len());
    !from.contains(char::is_whitespace) && !host.contains(char::is_whitespace)
}

/// Kinds of objects whose name is a field of its own.
const OWN_FIELDS: [&str; 2] = ["pod", "node"];

/// Names the object by its kind and name.
fn join_object(fact: &mut Fact<'_>) {
    let Some((name, at)) = borrowed(fact, "object_name") else {
        return;
    };
    let Some(kind) = fact.text_of("object_kind") else {
        return;
    };
    let own = OWN_FIELDS.into_iter().find(|own| *own == kind);
    let object = format!("{kind}/{name}");
    fact.text("object", object, at);
    if let Some(own) = own {
        fact.text(own, name, at);
    }
}

#[cfg(test)]
mod tests;
