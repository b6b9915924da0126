//! One row of a table of events, taken apart.
//!
//! ```text
//!   Warning  BackOff  15s (x4 over 85s)  kubelet  spec.containers{app}: Back-off
//!   1m       15s      4                  kubelet, node-1  spec.containers{app}  Warning  BackOff  Back-off
//! ```
//!
//! The type, which is `Normal` or `Warning`, tells a row from the lines of a message, and both layouts from each
//! other. Does not put together messages of several lines (`events`).
//! Source: `DescribeEvents` of k8s.io/kubectl `pkg/describe/describe.go`; `formatEventSource` of Kubernetes 1.8, and
//! how Kubernetes 1.4 prints an `EventSource`.

use nom::bytes::complete::{tag, take_until, take_while1};
use nom::character::complete::{alphanumeric1, char, digit1};
use nom::combinator::{opt, recognize};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::columns::{self, Cell};
use super::object::put;
use crate::fact::{Fact, Section, table, value};

/// Whether a line has the titles of a table of events.
pub(super) fn is_header(cells: &[Cell<'_>]) -> bool {
    let has = |title: &str| cells.iter().any(|cell| cell.text == title);
    has("Reason") && (has("Type") || has("From")) && has("Message")
}

/// The cells of a row.
#[derive(Default)]
pub(super) struct Told<'a> {
    class: &'a str,
    reason: &'a str,
    /// How long ago, with a count in recent releases.
    age: &'a str,
    /// The count, in a column of its own.
    count: &'a str,
    from: &'a str,
    pub(super) message: &'a str,
}

/// A row by the titles of its table, or else in the order of either layout.
pub(super) fn read<'a>(titles: &[Cell<'_>], cells: &[Cell<'a>], line: &'a str) -> Option<Told<'a>> {
    let class = cells.iter().take(6).position(|cell| is_class(cell.text));
    if let Some(class) = class.filter(|class| *class == 0 || is_old(cells)) {
        return by_titles(titles, cells).or_else(|| Some(in_order(class, cells)));
    }
    // Tables that lost their padding.
    let words: Vec<&str> = table::words(line, 5);
    words
        .first()
        .is_some_and(|word| is_class(word) && words.len() == 5)
        .then(|| loose(line))
        .flatten()
}

fn is_class(text: &str) -> bool {
    text == "Normal" || text == "Warning"
}

/// Whether a row begins with two ages and a count.
fn is_old(cells: &[Cell<'_>]) -> bool {
    let is_age = |text: &str| text.starts_with('<') || value::duration(text).is_some();
    cells.iter().take(2).all(|cell| is_age(cell.text))
}

fn by_titles<'a>(titles: &[Cell<'_>], cells: &[Cell<'a>]) -> Option<Told<'a>> {
    let mut told = Told::default();
    for (title, text) in titles.iter().zip(columns::by_place(titles, cells)?) {
        match title.text {
            "Type" => told.class = text,
            "Reason" => told.reason = text,
            "Age" | "LastSeen" => told.age = text,
            "Count" => told.count = text,
            "From" => told.from = text,
            "Message" => told.message = text,
            _ => {}
        }
    }
    (!told.class.is_empty()).then_some(told)
}

fn in_order<'a>(class: usize, cells: &[Cell<'a>]) -> Told<'a> {
    let text = |index: usize| cells.get(index).map_or("", |cell| cell.text);
    let rest = |index: usize| cells.get(index).map_or("", |cell| cell.rest);
    let (class_text, reason) = (text(class), text(class + 1));
    let told = Told {
        class: class_text,
        reason,
        ..Told::default()
    };
    match class {
        0 if cells.len() == 4 && text(3).contains(' ') => Told {
            age: text(2),
            message: rest(3),
            ..told
        },
        0 => Told {
            age: text(2),
            from: text(3),
            message: rest(4),
            ..told
        },
        _ => Told {
            age: text(1),
            count: text(2),
            from: if class > 3 { text(3) } else { "" },
            message: rest(class + 2),
            ..told
        },
    }
}

/// `Normal Pulled 3m (x2 over 5m) kubelet Message with blanks`.
fn loose(line: &str) -> Option<Told<'_>> {
    let (rest, class) = word(line).ok()?;
    let (rest, reason) = word(rest).ok()?;
    let (rest, age) = preceded(
        blanks,
        recognize((
            take_while1(|c: char| !c.is_whitespace()),
            opt((blanks, times)),
        )),
    )
    .parse(rest)
    .ok()?;
    let (message, from) = word(rest).ok()?;
    value::duration(age.split(' ').next()?)?;
    Some(Told {
        class,
        reason,
        age,
        from,
        message: message.trim(),
        ..Told::default()
    })
}

fn word(text: &str) -> IResult<&str, &str> {
    preceded(blanks, take_while1(|c: char| !c.is_whitespace())).parse(text)
}

fn blanks(text: &str) -> IResult<&str, &str> {
    nom::character::complete::space0(text)
}

/// `(x4 over 85s)`: the count.
fn times(text: &str) -> IResult<&str, &str> {
    delimited(
        tag("(x"),
        digit1,
        (tag(" over "), take_until(")"), char(')')),
    )
    .parse(text)
}

impl<'a> Told<'a> {
    /// Sets the fields of an event, except its message.
    pub(super) fn fill(&self, section: &Section<'a>, fact: &mut Fact<'a>) {
        put(section, fact, "type", self.class);
        put(section, fact, "reason", self.reason);
        seen(section, fact, self);
        source(section, fact, self.from);
    }
}

/// Sets how long ago and how often.
fn seen<'a>(section: &Section<'a>, fact: &mut Fact<'a>, told: &Told<'a>) {
    let (last, rest) = told.age.split_once(' ').unwrap_or((told.age, ""));
    put(section, fact, "age", last);
    let count = times(rest).map_or(told.count, |(_, count)| count);
    if count.is_empty() {
        let at = if last.is_empty() {
            fact.at
        } else {
            section.at(last)
        };
        fact.number("count", 1.0, at);
    } else {
        put(section, fact, "count", count);
    }
}

/// `kubelet`, `kubelet, node-1` or `{kubelet node-1}`, where a blank before the brace means that there is no host.
fn source<'a>(section: &Section<'a>, fact: &mut Fact<'a>, from: &'a str) {
    let braces = from
        .strip_prefix('{')
        .and_then(|from| from.strip_suffix('}'));
    let parts = match braces {
        Some(inside) => inside.rsplit_once(' ').unwrap_or((inside, "")),
        None => from.split_once(", ").unwrap_or((from, "")),
    };
    let (component, host) = (parts.0.trim(), parts.1.trim());
    put(section, fact, "from", component);
    put(section, fact, "host", host);
    if NODE_COMPONENTS.contains(&component) {
        put(section, fact, "node", host);
    }
}

/// Components whose host is a node of the cluster.
const NODE_COMPONENTS: [&str; 2] = ["kubelet", "kube-proxy"];

/// The message without the path of a field in front of it.
pub(super) fn without_path(message: &str) -> &str {
    path(message).map_or(message, |(message, _)| message)
}

/// `spec.containers{app}: ` in front of a message.
fn path(text: &str) -> IResult<&str, &str> {
    let name = take_while1(|c: char| !c.is_whitespace() && c != '}');
    recognize((
        tag("spec."),
        alphanumeric1,
        delimited(char('{'), name, char('}')),
        tag(": "),
    ))
    .parse(text)
}

/// Whether a line is the beginning of a row and not much more.
pub(super) fn only_begins(titles: &[Cell<'_>], cells: &[Cell<'_>]) -> bool {
    let Some(first) = cells.first().filter(|first| first.start == 2) else {
        return false;
    };
    if titles.len() > COLUMNS {
        return value::duration(first.text).is_some() && cells.len() < OLD_COLUMNS - 2;
    }
    let begins = |class: &str| class.starts_with(first.text);
    (begins("Normal") || begins("Warning")) && cells.len() < COLUMNS - 1
}

/// How many columns a table has, and had in old releases. Source and field may be empty, as may be the message.
const COLUMNS: usize = 5;
const OLD_COLUMNS: usize = 8;
