//! Reads `chronyc tracking` and `chronyc sources`.
//!
//! ```text
//! Reference ID    : 0A000001 (ntp.example.com)
//! Stratum         : 3
//! System time     : 0.000012000 seconds slow of NTP time
//! Leap status     : Normal
//! ```
//! ```text
//! MS Name/IP address         Stratum Poll Reach LastRx Last sample
//! ===============================================================================
//! ^* ntp.example.com               2   6   377    34    -12us[  -15us] +/-   10ms
//! ```
//!
//! Does not read `sourcestats` or the legend of `sources -v`. Source: `process_cmd_tracking` and `process_cmd_sources`
//! in chrony `client.c`.

use super::super::pairs::{
    Keys, ending, field_of, is_digits, key_and_value, last_line, set_printed,
};
use super::{Source, of_sources, without_daemon};
use crate::fact::kind::TIME_SYNC;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value;

const NO_DAEMON: &str = "506 Cannot talk to daemon";
const NOT_SYNCHRONISED: &str = "Not synchronised";

const TRACKING: &Keys = &[("Stratum", "stratum"), ("Leap status", "leap")];
/// All keys of `tracking` after the first.
const TRACKING_KEYS: [&str; 12] = [
    "Stratum",
    "Ref time (UTC)",
    "System time",
    "Last offset",
    "RMS offset",
    "Frequency",
    "Residual freq",
    "Skew",
    "Root delay",
    "Root dispersion",
    "Update interval",
    "Leap status",
];

/// Reads `chronyc tracking`.
#[derive(Debug)]
pub(in super::super) struct Tracking;

impl FactParser for Tracking {
    fn id(&self) -> &'static str {
        "chronyc-tracking"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["Reference", "506"]
    }

    fn opens(&self, line: &str) -> bool {
        line.starts_with(NO_DAEMON) || (line.starts_with('R') && reference(line).is_some())
    }

    fn goes_on(&self, line: &str) -> bool {
        key_and_value(line).is_some_and(|(key, _)| TRACKING_KEYS.contains(&key))
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        if section.text.starts_with(NO_DAEMON) {
            facts.push(without_daemon("chronyc", 0));
            return Ending::Whole;
        }
        let mut fact = Fact::new(&TIME_SYNC, 0);
        fact.text("tool", "chronyc", 0);
        for line in section.text.lines() {
            tracking_line(section, &mut fact, line);
        }
        let leap = fact.get("leap").map(|leap| leap.at);
        if let Some(at) = leap {
            let synchronized = fact.text_of("leap") != Some(NOT_SYNCHRONISED);
            fact.flag("synchronized", synchronized, at);
        }
        let complete = leap.is_some();
        facts.push(fact);
        ending(section, complete)
    }
}

fn reference(line: &str) -> Option<&str> {
    let (key, value) = key_and_value(line)?;
    (key == "Reference ID").then_some(value)
}

fn tracking_line<'a>(section: &Section<'a>, fact: &mut Fact<'a>, line: &'a str) {
    if let Some(id) = reference(line) {
        return set_printed(section, fact, &[("source", source_of(id))]);
    }
    let Some((key, value)) = key_and_value(line) else {
        return;
    };
    if let Some(field) = field_of(TRACKING, key) {
        set_printed(section, fact, &[(field, value)]);
    } else if key == "System time"
        && let Some(seconds) = value.split_whitespace().next().and_then(value::number)
    {
        fact.number("offset", seconds.abs(), section.at(value));
    }
}

/// The name of `0A000001 (ntp.example.com)`; nothing for `00000000 ()` and the clock itself.
fn source_of(id: &str) -> &str {
    let (number, name) = id.split_once('(').unwrap_or((id, ""));
    let name = name.trim_end().trim_end_matches(')');
    match name {
        "" if number.starts_with("0000")
            || number.starts_with("0.0.0.0")
            || number.starts_with("7F7F") =>
        {
            ""
        }
        "" => number.trim_end(),
        name => name,
    }
}

/// Reads `chronyc sources`.
#[derive(Debug)]
pub(in super::super) struct Sources;

impl FactParser for Sources {
    fn id(&self) -> &'static str {
        "chronyc-sources"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["MS"]
    }

    fn opens(&self, line: &str) -> bool {
        line.starts_with("MS Name/IP address") && line.contains("Stratum Poll Reach")
    }

    fn goes_on(&self, line: &str) -> bool {
        is_rule(line) || source(line).is_some()
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let sources: Vec<Source<'a>> = section.text.lines().filter_map(source).collect();
        facts.push(of_sources("chronyc", 0, &sources, |part| section.at(part)));
        let last = last_line(section);
        ending(
            section,
            is_rule(last) || source(last).is_some_and(|source| source.offset.is_some()),
        )
    }
}

fn is_rule(line: &str) -> bool {
    line.starts_with("====") && line.trim_end().bytes().all(|byte| byte == b'=')
}

/// A source: mode and state, name, stratum, poll, reach, the age of the last sample, and that sample.
fn source(line: &str) -> Option<Source<'_>> {
    let mut words = line.split_whitespace();
    let mut marks = words.next()?.chars();
    let (mode, state) = (marks.next()?, marks.next()?);
    let (name, stratum) = (words.next()?, words.next()?);
    if !"^=#".contains(mode) || !"*+-?x~".contains(state) || !is_digits(stratum) {
        return None;
    }
    let mut words = words.skip(1);
    let reach = words.next()?;
    let sample = words.nth(1).and_then(|sample| sample.split('[').next());
    Some(Source {
        line,
        name,
        stratum,
        offset: sample.and_then(|sample| {
            Some((
                value::duration(sample.trim_start_matches(['+', '-']))?,
                sample,
            ))
        }),
        selected: state == '*',
        reachable: reach != "0",
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::shown::{check, survives};
    use super::*;

    const TRACKED: &str = "\
$ chronyc tracking
Reference ID    : 0A000001 (ntp.example.com)
Stratum         : 3
Ref time (UTC)  : Tue Mar 10 02:17:41 2026
System time     : 0.000012000 seconds slow of NTP time
Last offset     : +0.000003000 seconds
Leap status     : Normal
";
    const LISTED: &str = "\
210 Number of sources = 2
MS Name/IP address         Stratum Poll Reach LastRx Last sample
===============================================================================
^? 10.0.0.9                      0   8     0     -     +0ns[   +0ns] +/-    0ns
^* ntp.example.com               2   6   377    34   -250ms[ -260ms] +/-   10ms

";

    #[test]
    fn tracking_knows_this_clock() {
        check(
            &Tracking,
            &[
                (
                    TRACKED,
                    "time_sync@2 tool=chronyc source=ntp.example.com stratum=3@3 offset=0.000012@5 leap=Normal@7 synchronized=true@7",
                ),
                (
                    "Reference ID    : 00000000 ()\r\nStratum         : 0\r\nLeap status     : Not synchronised\r\n",
                    "time_sync@1 tool=chronyc stratum=0@2 leap='Not synchronised'@3 synchronized=false@3",
                ),
                (
                    "Reference ID    : 10.0.0.1\nStratum         : 4\nSystem time     : 12.5 seconds fast of NTP time",
                    "time_sync@1 tool=chronyc source=10.0.0.1 stratum=4@2 offset=12.5@3\ncut",
                ),
                (
                    "506 Cannot talk to daemon\n",
                    "time_sync@1 tool=chronyc synchronized=false service_active=false",
                ),
                ("Reference ID\nReference IDs: 1\n506 lines\n", ""),
            ],
        );
    }

    #[test]
    fn sources_may_be_selected() {
        check(
            &Sources,
            &[
                (
                    LISTED,
                    "time_sync@2 tool=chronyc synchronized=true@5 sources=2 source=ntp.example.com@5 stratum=3@5 offset=0.25@5",
                ),
                (
                    "MS Name/IP address         Stratum Poll Reach LastRx Last sample               \n===\n",
                    "time_sync@1 tool=chronyc synchronized=false sources=0",
                ),
                (
                    "MS Name/IP address         Stratum Poll Reach LastRx Last sample\n^* a 2 6 377",
                    "time_sync@1 tool=chronyc synchronized=true@2 sources=1 source=a@2 stratum=3@2\ncut",
                ),
                ("MS Office\n", ""),
            ],
        );
    }

    #[test]
    fn damage_is_survived() {
        survives(&Tracking, &[TRACKED]);
        survives(&Sources, &[LISTED]);
    }
}
