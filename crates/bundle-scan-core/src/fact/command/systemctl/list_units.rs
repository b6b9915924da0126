//! Reads the table of `systemctl list-units`, with `--all` or `--failed`, and of `systemctl --failed`.
//!
//! ```text
//!   UNIT               LOAD   ACTIVE SUB     DESCRIPTION
//!   cron.service       loaded active running Regular background program processing daemon
//! ● kubelet.service    loaded failed failed  kubelet: The Kubernetes Node Agent
//! ```
//!
//! Does not read the table without its header. Source: `output_units_list` in systemd
//! `src/systemctl/systemctl-list-units.c`.

use super::super::pairs::{ending, last_line, set_printed};
use super::after_bullet;
use crate::fact::kind::SYSTEMD_UNIT;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::table::words;

/// The columns, but for the optional `JOB` before the last.
const FIELDS: [&str; 5] = ["unit", "load", "active", "sub", "description"];
/// The words of the column LOAD.
const LOAD_STATES: [&str; 7] = [
    "loaded",
    "not-found",
    "bad-setting",
    "error",
    "masked",
    "merged",
    "stub",
];
/// The words of the column JOB.
const JOBS: [&str; 11] = [
    "start",
    "verify-active",
    "stop",
    "reload",
    "restart",
    "try-restart",
    "try-reload",
    "reload-or-start",
    "isolate",
    "condrestart",
    "nop",
];

/// Reads `systemctl list-units`.
#[derive(Debug)]
pub(in super::super) struct ListUnits;

impl FactParser for ListUnits {
    fn id(&self) -> &'static str {
        "systemctl-list-units"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["UNIT"]
    }

    fn opens(&self, line: &str) -> bool {
        let titles: Vec<&str> = line.split_whitespace().collect();
        matches!(
            titles.as_slice(),
            ["UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION"]
                | ["UNIT", "LOAD", "ACTIVE", "SUB", "JOB", "DESCRIPTION"]
        )
    }

    fn goes_on(&self, line: &str) -> bool {
        is_row(line)
    }

    fn header_lines(&self) -> usize {
        1
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let has_jobs = section.header.contains(" JOB ");
        facts.extend(
            section
                .text
                .lines()
                .filter_map(|line| row(section, line, has_jobs)),
        );
        let complete =
            words(without_bullet(last_line(section)), FIELDS.len()).len() + 1 >= FIELDS.len();
        ending(section, complete || section.text.is_empty())
    }
}

fn without_bullet(line: &str) -> &str {
    let line = line.trim();
    after_bullet(line).unwrap_or(line)
}

/// Whether it begins with a unit, whose name may be cut, and its load state.
fn is_row(line: &str) -> bool {
    let mut words = without_bullet(line).split_whitespace();
    words.next().is_some_and(|unit| unit.contains(['.', '…']))
        && words.next().is_some_and(|load| LOAD_STATES.contains(&load))
}

fn row<'a>(section: &Section<'a>, line: &'a str, has_jobs: bool) -> Option<Fact<'a>> {
    let mut cells = words(without_bullet(line), FIELDS.len());
    if !is_row(line) {
        return None;
    }
    if has_jobs && let Some(rest) = cells.last_mut() {
        *rest = without_job(rest);
    }
    let mut fact = Fact::new(&SYSTEMD_UNIT, section.at(line));
    for (field, cell) in FIELDS.into_iter().zip(cells) {
        set_printed(section, &mut fact, &[(field, cell)]);
    }
    Some(fact)
}

/// The description behind a word of the column JOB, which is mostly empty. It is padded, unless the word is the longest
/// one.
fn without_job(rest: &str) -> &str {
    match rest.split_once(' ') {
        Some((job, description)) if JOBS.contains(&job) => description.trim_start(),
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::shown::{check, shown, survives};
    use super::*;

    const PLAIN: &str = "\
[root@n1 ~]# systemctl list-units --all
  UNIT               LOAD      ACTIVE   SUB     DESCRIPTION
  cron.service       loaded    active   running Runs jobs at times
● kubelet.service    loaded    failed   failed  kubelet: agent
● ntp.service        not-found inactive dead    ntp.service
  a-lo…g.device      loaded    active   plugged A disk
  -.mount            loaded    active   mounted Root Mount

LOAD   = Reflects whether the unit definition was properly loaded.
4 loaded units listed.
";

    #[test]
    fn a_unit_may_have_a_bullet() {
        check(
            &ListUnits,
            &[(
                PLAIN,
                "\
systemd_unit@3 unit=cron.service load=loaded active=active sub=running description='Runs jobs at times'
systemd_unit@4 unit=kubelet.service load=loaded active=failed sub=failed description='kubelet: agent'
systemd_unit@5 unit=ntp.service load=not-found active=inactive sub=dead description=ntp.service
systemd_unit@6 unit=a-lo…g.device load=loaded active=active sub=plugged description='A disk'
systemd_unit@7 unit=-.mount load=loaded active=active sub=mounted description='Root Mount'",
            )],
        );
    }

    #[test]
    fn old_and_short_tables() {
        check(
            &ListUnits,
            &[
                (
                    "UNIT LOAD ACTIVE SUB DESCRIPTION\r\n* docker.service loaded failed failed\r\nlines 1-2/2\r\n",
                    "systemd_unit@2 unit=docker.service load=loaded active=failed sub=failed",
                ),
                (
                    "  UNIT LOAD ACTIVE SUB DESCRIPTION\n0 loaded units listed.\n",
                    "",
                ),
                (
                    "UNIT LOAD ACTIVE SUB JOB DESCRIPTION\na.service loaded inactive dead start Starts A\nb.service loaded active running       B",
                    "\
systemd_unit@2 unit=a.service load=loaded active=inactive sub=dead description='Starts A'
systemd_unit@3 unit=b.service load=loaded active=active sub=running description=B",
                ),
                (
                    "UNIT LOAD ACTIVE SUB DESCRIPTION\na.service loaded active exited A\nb.service loaded act",
                    "\
systemd_unit@2 unit=a.service load=loaded active=active sub=exited description=A
systemd_unit@3 unit=b.service load=loaded active=act
cut",
                ),
            ],
        );
    }

    #[test]
    fn other_tables_do_not_open() {
        for text in [
            "UNIT FILE          STATE   VENDOR PRESET\ncron.service enabled enabled\n",
            "UNIT tests LOAD ACTIVE SUB DESCRIPTION\n",
        ] {
            assert_eq!(shown(&ListUnits, text), "");
        }
    }

    #[test]
    fn damage_is_survived() {
        survives(&ListUnits, &[PLAIN]);
    }
}
