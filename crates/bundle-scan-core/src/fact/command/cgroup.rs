//! Reads what the kernel says of control groups: `cpu.stat` of version 1 and 2, and `/proc/cgroups`.
//!
//! ```text
//! nr_periods 1200
//! nr_throttled 300
//! throttled_time 45000000000
//! ```
//!
//! The time is in nanoseconds in version 1, in microseconds (`throttled_usec`) in version 2. Does not find out whose
//! group it is.
//! Source: Linux `kernel/sched/core.c` (`cpu_cfs_stat_show`), `kernel/cgroup/rstat.c`, `kernel/cgroup/cgroup-v1.c`.

use super::pairs::{ending, is_digits, last_line, set_printed};
use crate::fact::kind::{CGROUP_TABLE, CPU_STAT};
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value;

/// Names, what they fill, and the factor to its unit.
const FIELDS: [(&str, &str, f64); 4] = [
    ("nr_periods", "periods", 1.0),
    ("nr_throttled", "throttled", 1.0),
    ("throttled_time", "throttled_time", 1e-9),
    ("throttled_usec", "throttled_time", 1e-6),
];

/// Reads `cpu.stat`.
#[derive(Debug)]
pub(super) struct CpuStat;

impl FactParser for CpuStat {
    fn id(&self) -> &'static str {
        "cpu-stat"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["nr_periods", "usage_usec"]
    }

    fn opens(&self, line: &str) -> bool {
        counter(line).is_some()
    }

    fn goes_on(&self, line: &str) -> bool {
        counter(line).is_some()
    }

    fn paths(&self) -> &'static [&'static str] {
        &["*cpu.stat*"]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut group = Fact::new(&CPU_STAT, 0);
        for (name, printed) in section.text.lines().filter_map(counter) {
            if self.openers().contains(&name) && !group.fields.is_empty() {
                facts.extend(with_share(group));
                group = Fact::new(&CPU_STAT, section.at(name));
            }
            let field = FIELDS.iter().find(|(known, ..)| *known == name);
            if let Some((_, field, factor)) = field
                && let Some(number) = value::number(printed)
            {
                group.number(field, number * factor, section.at(printed));
            }
        }
        facts.extend(with_share(group));
        let last = last_line(section);
        ending(section, last.is_empty() || counter(last).is_some())
    }
}

/// A name and a whole number, and nothing else.
fn counter(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    let (name, number) = (words.next()?, words.next()?);
    let legal = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
    (words.next().is_none() && name.chars().all(legal) && is_digits(number))
        .then_some((name, number))
}

/// With the share of periods that were throttled; nothing if the group has no limit to tell of.
fn with_share(mut group: Fact<'_>) -> Option<Fact<'_>> {
    let (periods, throttled) = (group.number_of("periods"), group.number_of("throttled"));
    if let Some((periods, throttled)) = periods.zip(throttled)
        && periods > 0.0
    {
        let at = group.get("throttled").map_or(group.at, |field| field.at);
        group.number("throttled_percent", 100.0 * throttled / periods, at);
    }
    (!group.fields.is_empty()).then_some(group)
}

/// Reads `/proc/cgroups`.
#[derive(Debug)]
pub(super) struct CgroupTable;

impl FactParser for CgroupTable {
    fn id(&self) -> &'static str {
        "cgroups"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["#subsys_name"]
    }

    fn opens(&self, line: &str) -> bool {
        line.split_whitespace()
            .eq(["#subsys_name", "hierarchy", "num_cgroups", "enabled"])
    }

    fn goes_on(&self, line: &str) -> bool {
        row(line).is_some()
    }

    fn header_lines(&self) -> usize {
        1
    }

    fn paths(&self) -> &'static [&'static str] {
        &["proc/cgroups"]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        for [subsystem, _, groups, enabled] in section.text.lines().filter_map(row) {
            let mut fact = Fact::new(&CGROUP_TABLE, section.at(subsystem));
            set_printed(
                section,
                &mut fact,
                &[("subsystem", subsystem), ("groups", groups)],
            );
            fact.flag("enabled", enabled != "0", section.at(enabled));
            facts.push(fact);
        }
        let last = last_line(section);
        ending(section, last.is_empty() || row(last).is_some())
    }
}

fn row(line: &str) -> Option<[&str; 4]> {
    let mut words = line.split_whitespace();
    let row = [words.next()?, words.next()?, words.next()?, words.next()?];
    let numbers = row.iter().skip(1).all(|word| is_digits(word));
    (numbers && words.next().is_none()).then_some(row)
}

#[cfg(test)]
mod tests {
    use super::super::shown::{check, survives};
    use super::*;

    const FIRST: &str =
        "$ cat cpu.stat\nnr_periods 1200\nnr_throttled 300\nthrottled_time 45000000000\n";
    const SECOND: &str = "\
usage_usec 5
user_usec 3
core_sched.force_idle_usec 0
nr_periods 0
nr_throttled 0
throttled_usec 2500000
nr_bursts 0
";
    const TABLE: &str = "#subsys_name\thierarchy\tnum_cgroups\tenabled\r\ncpuset\t9\t3\t1\r\nmemory\t0\t70321\t0\r\n";

    #[test]
    fn both_versions_give_seconds() {
        check(
            &CpuStat,
            &[
                (
                    FIRST,
                    "cpu_stat@2 periods=1200 throttled=300@3 throttled_time=45@4 throttled_percent=25@3",
                ),
                (
                    SECOND,
                    "cpu_stat@1 periods=0@4 throttled=0@5 throttled_time=2.5@6",
                ),
                (
                    "nr_periods 10\nnr_throttled 1\nnr_periods 4\nnr_throttled 4\nthrott",
                    "\
cpu_stat@1 periods=10 throttled=1@2 throttled_percent=10@2
cpu_stat@3 periods=4 throttled=4@4 throttled_percent=100@4",
                ),
                ("usage_usec 5\nuser_usec 3\nsystem_usec 2\n", ""),
                ("nr_periods are 5\nnr_periods x\n", ""),
            ],
        );
    }

    #[test]
    fn subsystems_with_their_groups() {
        check(
            &CgroupTable,
            &[
                (
                    TABLE,
                    "\
cgroup_table@2 subsystem=cpuset groups=3 enabled=true
cgroup_table@3 subsystem=memory groups=70321 enabled=false",
                ),
                ("#subsys_name hierarchy\n", ""),
            ],
        );
    }

    #[test]
    fn damage_is_survived() {
        survives(&CpuStat, &[FIRST, SECOND]);
        survives(&CgroupTable, &[TABLE]);
    }
}
