//! Reads the blocks of `systemctl status`, one or hundreds of them.
//!
//! ```text
//! ● kubelet.service - kubelet: The Kubernetes Node Agent
//!    Loaded: loaded (/usr/lib/systemd/system/kubelet.service; enabled; vendor preset: disabled)
//!    Active: activating (auto-restart) (Result: exit-code) since Tue 2026-03-10 10:17:41 CST; 3s ago
//!  Main PID: 812 (code=exited, status=255/EXCEPTION)
//! ```
//!
//! The exit code and its name are those of the main process, or else of the first other one that failed; a signal is
//! only a name. Skips the tree of processes, the lines of the log, and the block of the whole system.
//! Source: `print_status_info` in systemd `src/systemctl/systemctl-show.c`; version 208 prints no bullets.

use std::collections::BTreeMap;

use nom::bytes::complete::{is_not, tag};
use nom::character::complete::{char, digit1, space0};
use nom::combinator::opt;
use nom::multi::many0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::super::pairs::{ending, first_word, key_and_value, set_printed};
use super::super::wall_clock;
use super::{after_bullet, is_unit};
use crate::fact::kind::SYSTEMD_UNIT;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value::Value;

const NOT_FOUND: &str = "could not be found.";
const CHANGED: &str = "changed on disk";
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
/// How lines of a block begin that are neither indented nor of the log.
const UNINDENTED: [&str; 8] = [
    "Warning: ",
    "TriggeredBy:",
    "Hint: ",
    "Notice: ",
    "Journal file",
    "-- ",
    "Failed to ",
    "lines ",
];

/// Reads `systemctl status`.
#[derive(Debug)]
pub(in super::super) struct Status;

impl FactParser for Status {
    fn id(&self) -> &'static str {
        "systemctl-status"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[
            "●", "○", "×", "↻", "*", "x", "u", "\u{fffd}", "Unit", "Warning:",
        ]
    }

    fn opens(&self, line: &str) -> bool {
        let missing = missing_unit(line).is_some_and(|(before, _)| before.is_empty());
        missing || is_outdated(line) || matches!(block(line), Some(Block::Unit(..)))
    }

    fn goes_on(&self, line: &str) -> bool {
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        trimmed.is_empty()
            || missing_unit(line).is_some()
            || match indent {
                0 => {
                    block(line).is_some()
                        || is_logged(line)
                        || UNINDENTED.iter().any(|start| line.starts_with(start))
                }
                1..8 => is_property(trimmed) || is_tree(trimmed),
                _ => true,
            }
    }

    fn paths(&self) -> &'static [&'static str] {
        &["*systemctl*status*"]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let first = facts.len();
        let mut blocks = Blocks {
            section,
            facts,
            unit: None,
            failed: None,
            outdated: BTreeMap::new(),
        };
        for line in section.text.lines() {
            blocks.line(line);
        }
        let complete = blocks
            .unit
            .as_ref()
            .is_none_or(|unit| unit.get("active").is_some());
        blocks.finish();
        let outdated = blocks.outdated;
        for fact in facts.iter_mut().skip(first) {
            if let Some(at) = fact.text_of("unit").and_then(|unit| outdated.get(unit)) {
                fact.flag("needs_reload", true, *at);
            }
        }
        ending(section, complete)
    }
}

/// How a block begins.
enum Block<'a> {
    /// With a unit and what it is for.
    Unit(&'a str, &'a str),
    /// With the name of the machine.
    System,
}

fn block(line: &str) -> Option<Block<'_>> {
    let bulleted = after_bullet(line);
    let head = bulleted.unwrap_or(line);
    let unit = first_word(head);
    let behind = head.strip_prefix(unit)?.trim();
    match is_unit(unit) && (behind.is_empty() || behind.starts_with("- ")) {
        true => Some(Block::Unit(unit, behind.trim_start_matches("- "))),
        false if bulleted.is_some() && behind.is_empty() && !unit.is_empty() => Some(Block::System),
        false => None,
    }
}

/// The unit of `Unit ntpd.service could not be found.` and what stands before that. It goes to another stream than the
/// blocks, so it may come in the middle of a line.
fn missing_unit(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_end().strip_suffix(NOT_FOUND)?.trim_end();
    let (before, unit) = rest.rsplit_once("Unit ")?;
    // The log may quote the message.
    let quoted = before.ends_with(' ') && is_logged(line);
    (is_unit(unit) && !quoted).then_some((before, unit))
}

fn is_outdated(line: &str) -> bool {
    line.starts_with("Warning: ") && line.contains(CHANGED)
}

/// `Main PID: 812`, `Docs: man:docker(1)`; not the title of a table.
fn is_property(trimmed: &str) -> bool {
    let key = trimmed.split(": ").next().unwrap_or("");
    (key.len() < trimmed.len()
        || trimmed.ends_with(':')
        || key.starts_with("http")
        || key.starts_with("man:"))
        && key.split(' ').count() <= 2
}

fn is_tree(trimmed: &str) -> bool {
    ["|-", "`-", "| ", "├", "└", "│", "‣", "* "]
        .iter()
        .any(|start| trimmed.starts_with(start))
}

/// `Mar 10 10:17:41 node-1 kubelet[812]: ...`, also with a Chinese month.
fn is_logged(line: &str) -> bool {
    let month = first_word(line);
    (MONTHS.contains(&month) || month.ends_with('月')) && line.contains(':')
}

/// The state of reading block after block.
struct Blocks<'r, 'a> {
    section: &'r Section<'a>,
    facts: &'r mut Vec<Fact<'a>>,
    /// The unit whose properties are being read.
    unit: Option<Fact<'a>>,
    /// How the first process of the unit failed.
    failed: Option<Exit<'a>>,
    /// Units whose files have changed, and where that stands.
    outdated: BTreeMap<&'a str, usize>,
}

impl<'a> Blocks<'_, 'a> {
    fn line(&mut self, line: &'a str) {
        match missing_unit(line) {
            Some((before, unit)) => {
                self.facts.push(missing(self.section, unit));
                if !before.trim().is_empty() {
                    self.own_line(before);
                }
            }
            None => self.own_line(line),
        }
    }

    fn own_line(&mut self, line: &'a str) {
        match block(line) {
            Some(Block::Unit(unit, description)) => {
                self.finish();
                let mut fact = Fact::new(&SYSTEMD_UNIT, self.section.at(line));
                let printed = [("unit", unit), ("description", description)];
                set_printed(self.section, &mut fact, &printed);
                self.unit = Some(fact);
            }
            Some(Block::System) => self.finish(),
            None if is_outdated(line) => self.note_outdated(line),
            // What follows are processes and lines of the log, up to the next block.
            None if line.trim().is_empty() || line.trim_start().starts_with("CGroup:") => {
                self.finish()
            }
            None => self.property(line),
        }
    }

    fn property(&mut self, line: &'a str) {
        let (Some(unit), Some((key, value))) = (&mut self.unit, key_and_value(line)) else {
            return;
        };
        match key {
            "Loaded" => loaded(self.section, unit, value),
            "Active" => active(self.section, unit, value),
            "Main PID" => main_process(self.section, unit, value),
            "Process" if self.failed.is_none() => {
                self.failed = exit(value).filter(|exit| exit.code != Some("0"));
            }
            "Tasks" => set_printed(self.section, unit, &[("tasks", first_word(value))]),
            "Memory" => set_printed(self.section, unit, &[("memory", first_word(value))]),
            _ => {}
        }
    }

    /// Ends the properties of a unit.
    fn finish(&mut self) {
        let failed = self.failed.take();
        let Some(mut unit) = self.unit.take() else {
            return;
        };
        if let Some(exit) = failed
            && unit.get("exit_code").is_none()
            && unit.get("exit_status").is_none()
        {
            set_exit(self.section, &mut unit, exit);
        }
        // A list of dependencies has units with bullets, too, but says nothing of them.
        if unit.get("load").is_some() || unit.get("active").is_some() {
            self.facts.push(unit);
        }
    }

    /// `Warning: docker.service changed on disk.` stands before the block, after it, or elsewhere.
    fn note_outdated(&mut self, line: &'a str) {
        let at = self.section.at(line);
        match line.split_whitespace().find(|word| is_unit(word)) {
            Some(unit) => {
                self.outdated.insert(unit, at);
            }
            None => {
                let last = self.unit.as_mut().or_else(|| self.facts.last_mut());
                if let Some(unit) = last {
                    unit.flag("needs_reload", true, at);
                }
            }
        }
    }
}

/// The same as `list-units --all` says of it.
fn missing<'a>(section: &Section<'a>, unit: &'a str) -> Fact<'a> {
    let at = section.at(unit);
    let mut fact = Fact::new(&SYSTEMD_UNIT, at);
    fact.text("unit", unit, at)
        .text("load", "not-found", at)
        .text("active", "inactive", at)
        .text("sub", "dead", at);
    fact
}

/// `loaded (/path; enabled; vendor preset: enabled)`, `not-found (Reason: No such file or directory)`.
fn loaded<'a>(section: &Section<'a>, unit: &mut Fact<'a>, value: &'a str) {
    let Ok((_, (state, groups))) = state_and_groups(value) else {
        return;
    };
    set_printed(section, unit, &[("load", state)]);
    let group = groups.first().filter(|group| !group.starts_with("Reason:"));
    if let Some(enabled) = group.and_then(|group| group.split(';').nth(1)) {
        set_printed(section, unit, &[("enabled", enabled)]);
    }
}

/// `failed (Result: exit-code) since Tue 2026-03-10 10:17:41 CST; 3min ago`, `active (running) since ...`.
fn active<'a>(section: &Section<'a>, unit: &mut Fact<'a>, value: &'a str) {
    let Ok((rest, (state, groups))) = state_and_groups(value) else {
        return;
    };
    set_printed(section, unit, &[("active", state)]);
    for group in groups {
        let result = group
            .strip_prefix("Result: ")
            .map(|result| ("result", result));
        set_printed(section, unit, &[result.unwrap_or(("sub", group))]);
    }
    set_printed(section, unit, &[("sub", state)]);
    if let Some(since) = rest.trim_start().strip_prefix("since ")
        && let Some(unix_nanos) = wall_clock::instant(section, since)
    {
        unit.put("since", Value::Time(unix_nanos), section.at(since));
    }
}

/// A word and the texts in parentheses that follow it.
fn state_and_groups(value: &str) -> IResult<&str, (&str, Vec<&str>)> {
    let group = delimited(char('('), is_not(")"), char(')'));
    (is_not(" \t("), many0(preceded(space0, group))).parse(value)
}

/// `812 (kubelet)`, `812 (code=exited, status=255)`.
fn main_process<'a>(section: &Section<'a>, unit: &mut Fact<'a>, value: &'a str) {
    set_printed(section, unit, &[("main_pid", first_word(value))]);
    if let Some(exit) = exit(value) {
        set_exit(section, unit, exit);
    }
}

/// How a process ended.
#[derive(Clone, Copy)]
struct Exit<'a> {
    code: Option<&'a str>,
    name: Option<&'a str>,
}

/// Of the last `(code=exited, status=203/EXEC)`, `(code=exited, status=255)`, `(code=killed, signal=KILL)`.
fn exit(value: &str) -> Option<Exit<'_>> {
    let (_, ended) = value.split_at_checked(value.rfind("(code=")?)?;
    let (_, (code, name)) = ended_by(ended).ok()?;
    Some(Exit {
        code,
        name: name.filter(|name| *name != "n/a"),
    })
}

/// The code and the name.
fn ended_by(text: &str) -> IResult<&str, (Option<&str>, Option<&str>)> {
    let status = (
        preceded(tag("status="), digit1),
        opt(preceded(char('/'), is_not(")"))),
    );
    let signal = preceded(tag("signal="), is_not(")"));
    delimited(
        (tag("(code="), is_not(","), tag(", ")),
        status
            .map(|(code, name)| (Some(code), name))
            .or(signal.map(|name| (None, Some(name)))),
        char(')'),
    )
    .parse(text)
}

fn set_exit<'a>(section: &Section<'a>, unit: &mut Fact<'a>, exit: Exit<'a>) {
    let printed = [
        ("exit_code", exit.code.unwrap_or("")),
        ("exit_status", exit.name.unwrap_or("")),
    ];
    set_printed(section, unit, &printed);
}

#[cfg(test)]
mod tests;
