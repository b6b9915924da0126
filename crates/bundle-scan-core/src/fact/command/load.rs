//! Reads the load of a machine from `uptime`, `w`, the header of `top`, `/proc/loadavg` and `/proc/uptime`.
//!
//! ```text
//! top - 10:17:41 up 12 days,  3:04,  2 users,  load average: 0.10, 0.12, 0.09
//! Tasks: 222 total,   1 running, 221 sleeping,   0 stopped,   0 zombie
//! %Cpu(s):  0.3 us,  1.4 sy,  0.0 ni, 98.2 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st
//! ```
//!
//! The line of `uptime` begins with the time of day, so it is found by the name of its member; `top` is found
//! anywhere. Memory and processes of `top` are read elsewhere. Source: procps `library/uptime.c`,
//! `src/top/top_nls.c`; kernel `fs/proc/loadavg.c`.

use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value;

use super::listing;

/// `uptime`, the header of `top`, `/proc/loadavg`.
pub(super) static LOAD: Load = Load;

/// The parser of loads.
#[derive(Debug)]
pub(super) struct Load;

const LOADS: [&str; 3] = ["load1", "load5", "load15"];

/// The shares of the processors, by the label of `top`.
const SHARES: [(&str, &str); 5] = [
    ("us", "cpu_user"),
    ("sy", "cpu_system"),
    ("id", "cpu_idle"),
    ("wa", "cpu_iowait"),
    ("st", "cpu_steal"),
];

impl FactParser for Load {
    fn id(&self) -> &'static str {
        "load"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["top"]
    }

    fn opens(&self, line: &str) -> bool {
        line.trim_start().starts_with("top - ") && has_loads(line)
    }

    fn goes_on(&self, line: &str) -> bool {
        let is_top = line.trim_start().starts_with("top - ");
        !is_top && (has_loads(line) || is_of_tasks(line) || is_of_processors(line))
    }

    fn paths(&self) -> &'static [&'static str] {
        &[
            "uptime",
            "uptime.*",
            "*_uptime",
            "w",
            "w.txt",
            "loadavg",
            "loadavg.txt",
        ]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut last_is_whole = true;
        let mut current = None;
        for line in section.text.lines() {
            last_is_whole = true;
            if let Some((_, loads)) = loads_of(line) {
                last_is_whole = loads.split_whitespace().count() >= LOADS.len();
                facts.extend(current.replace(of_uptime(section, line, loads)));
            } else if let Some(fact) = &mut current {
                take_tasks(section, line, fact);
                take_processors(section, line, fact);
            } else {
                facts.extend(of_proc(section, line));
            }
        }
        facts.extend(current);
        listing::ending(section, last_is_whole)
    }
}

fn has_loads(line: &str) -> bool {
    loads_of(line).is_some()
}

/// What stands before and after `load average:`.
fn loads_of(line: &str) -> Option<(&str, &str)> {
    let (before, loads) = line
        .split_once("load average:")
        .or_else(|| line.split_once("load averages:"))?;
    let first = loads.split_whitespace().next()?;
    first
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some((before, loads))
}

fn is_of_tasks(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("Tasks:") || line.starts_with("Threads:") || line.starts_with("任务:")
}

fn is_of_processors(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("%Cpu") || line.starts_with("Cpu(s):") || line.starts_with("Cpu0")
}

/// The line of `uptime`, which is also the first of `top` and `w`.
fn of_uptime<'a>(section: &Section<'a>, line: &'a str, loads: &'a str) -> Fact<'a> {
    let mut fact = Fact::new(&kind::LOAD, section.at(line.trim_start()));
    for (field, word) in LOADS.into_iter().zip(loads.split_whitespace()) {
        // Some locales print `0,10, 0,12, 0,09`.
        if let Some(load) = value::number(&word.trim_end_matches(',').replace(',', ".")) {
            fact.number(field, load, section.at(word));
        }
    }
    if let Some((_, up)) = line.split_once(" up ") {
        let up = up.trim_start();
        if let Some(seconds) = time_up(up) {
            fact.number("uptime", seconds, section.at(up));
        }
    }
    fact
}

/// Seconds in `12 days,  3:04, ...`, `25 min, ...`, `3:32, ...`, `1 day, 50 min, ...`.
fn time_up(text: &str) -> Option<f64> {
    let mut seconds = None;
    for part in text.split(',').map(str::trim) {
        let of_part = match part.split_once(':') {
            Some((hours, minutes)) => {
                Some(value::number(hours)? * 3_600.0 + value::number(minutes)? * 60.0)
            }
            None => value::duration(part),
        };
        // The number of users follows.
        let Some(of_part) = of_part else {
            break;
        };
        seconds = Some(seconds.unwrap_or(0.0) + of_part);
    }
    seconds
}

/// `Tasks: 222 total,   1 running, 221 sleeping,   0 stopped,   0 zombie`; threads are not tasks.
fn take_tasks<'a>(section: &Section<'a>, line: &'a str, fact: &mut Fact<'a>) {
    let Some((label, counts)) = line.split_once(':').filter(|_| is_of_tasks(line)) else {
        return;
    };
    for amount in listing::amounts(counts) {
        let field = match amount.label {
            "total" | "总共" if label.trim() != "Threads" => "tasks",
            "zombie" | "僵尸" => "zombies",
            _ => continue,
        };
        fact.set(field, amount.number, section.at(amount.number));
    }
}

/// `%Cpu(s):  0.3 us, ...` or `Cpu(s):  0.3%us, ...`; single processors (`%Cpu0`) are not the machine.
fn take_processors<'a>(section: &Section<'a>, line: &'a str, fact: &mut Fact<'a>) {
    let Some((label, shares)) = line.split_once(':').filter(|_| is_of_processors(line)) else {
        return;
    };
    if !label.contains("(s)") {
        return;
    }
    for amount in listing::amounts(shares) {
        if let Some((_, field)) = SHARES.iter().find(|(label, _)| *label == amount.label) {
            fact.set(field, amount.number, section.at(amount.number));
        }
    }
}

/// `0.10 0.12 0.09 2/812 12345` of `/proc/loadavg`, or `1054123.45 8320144.12` of `/proc/uptime`.
fn of_proc<'a>(section: &Section<'a>, line: &'a str) -> Option<Fact<'a>> {
    let words: Vec<&str> = line.split_whitespace().take(6).collect();
    let fields: &[&'static str] = match words.as_slice() {
        [_, _, _, threads, _] if threads.contains('/') => &LOADS,
        [_, _] => &["uptime"],
        _ => return None,
    };
    let mut fact = Fact::new(&kind::LOAD, section.at(words.first()?));
    for (field, word) in fields.iter().zip(&words) {
        fact.number(
            field,
            value::number(word).filter(|_| word.contains('.'))?,
            section.at(word),
        );
    }
    value::number(words.get(1)?)?;
    Some(fact)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const SAMPLE: &str = "\
top - 10:17:41 up 12 days,  3:04,  2 users,  load average: 0.10, 0.12, 0.09
Tasks: 222 total,   1 running, 221 sleeping,   0 stopped,   3 zombie
%Cpu(s):  0.3 us,  1.4 sy,  0.0 ni, 97.2 id,  0.5 wa,  0.0 hi,  0.0 si,  0.6 st
";

    fn check(text: &str, expected: &str) {
        assert_eq!(testing::read(&LOAD, text), expected, "{text}");
    }

    fn check_member(path: &str, text: &str, expected: &str) {
        assert_eq!(testing::read_member(&LOAD, path, text), expected, "{text}");
    }

    #[test]
    fn the_header_of_top() {
        check(
            SAMPLE,
            "load load1=0.1 load5=0.12 load15=0.09 uptime=1047840 tasks=222@2 zombies=3@2 cpu_user=0.3@3 cpu_system=1.4@3 \
             cpu_idle=97.2@3 cpu_iowait=0.5@3 cpu_steal=0.6@3 @1\n",
        );
    }

    #[test]
    fn old_tops_and_several_of_them() {
        check(
            "top - 10:17:41 up 25 min,  1 user,  load average: 8.00, 7.50, 6.25\r
Threads: 900 total,   1 running\r
Cpu(s): 10.3%us,  1.4%sy,  0.0%ni,88.2%id,  0.1%wa,  0.0%hi,  0.0%si,  0.0%st\r
top - 10:17:44 up 25 min,  1 user,  load average: 9.00, 7.50, 6.25\r
%Cpu0  :  0.3 us,  1.4 sy\r
Tasks: 12 total\r
",
            "load load1=8 load5=7.5 load15=6.25 uptime=1500 cpu_user=10.3@3 cpu_system=1.4@3 cpu_idle=88.2@3 cpu_iowait=0.1@3 \
             cpu_steal=0@3 @1\n\
             load load1=9 load5=7.5 load15=6.25 uptime=1500 tasks=12@6 @4\n",
        );
    }

    #[test]
    fn uptime_in_all_its_spellings() {
        for (up, seconds) in [
            ("25 min", 1_500),
            ("3:32", 12_720),
            ("1 day, 50 min", 89_400),
            ("135 days, 22:42", 11_745_720),
            ("2 days,  1:05", 176_700),
        ] {
            check_member(
                "sos_commands/host/uptime",
                &format!(" 19:23:40 up {up},  1 user,  load average: 0.83, 0.73, 0.76"),
                &format!("load load1=0.83 load5=0.73 load15=0.76 uptime={seconds} @1\n"),
            );
        }
        check_member(
            "w",
            " 19:23:40 up 1 min,  0 users,  load average: 0,83, 0,73, 0,76\nUSER     TTY      FROM   LOGIN@\n",
            "load load1=0.83 load5=0.73 load15=0.76 uptime=60 @1\n",
        );
    }

    #[test]
    fn files_of_proc() {
        check_member(
            "proc/loadavg",
            "0.10 0.12 0.09 2/812 12345\n",
            "load load1=0.1 load5=0.12 load15=0.09 @1\n",
        );
        check_member(
            "proc/uptime",
            "1054123.45 8320144.12\n",
            "load uptime=1054123.45 @1\n",
        );
        check_member("proc/loadavg", "no such file\n", "");
    }

    #[test]
    fn a_cut_line_is_told() {
        check_member(
            "uptime",
            "10:17 up 3:32,  1 user,  load average: 0.83, 0.7",
            "load load1=0.83 load5=0.7 uptime=12720 @1\nCUT\n",
        );
        check_member("uptime", "10:17 up 3:32,  1 us", "");
    }

    #[test]
    fn prose_does_not_open() {
        assert!(!LOAD.opens("top - the best of all"));
        assert!(!LOAD.opens("top of the load average: high"));
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(text in testing::hostile(SAMPLE)) {
            testing::survives(&LOAD, SAMPLE, &text);
        }
    }
}
