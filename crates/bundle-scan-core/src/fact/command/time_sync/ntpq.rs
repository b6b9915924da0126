//! Reads the peers that `ntpq -p` lists.
//!
//! ```text
//!      remote           refid      st t when poll reach   delay   offset  jitter
//! ==============================================================================
//! *10.0.0.1        .GPS.            1 u   35   64  377    0.412   -0.023   0.011
//! ```
//!
//! The clock follows the peer before which `*` or `o` stands. A pool that is not resolved yet is not a source. Offsets
//! are in milliseconds.
//! Source: `doprintpeers` in ntp `ntpq/ntpq-subs.c`.

use super::super::pairs::{ending, first_word, is_digits, last_line};
use super::{Source, of_sources, without_daemon};
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value;

/// What stands before a peer: how the clock takes it.
const TALLIES: [char; 8] = [' ', 'x', '.', '-', '+', '#', '*', 'o'];
const TITLES: [&str; 6] = ["remote", "refid", "st", "t", "when", "poll"];
/// The reference of a pool that stands for servers to be found.
const POOL: &str = " .POOL. ";
const NO_DAEMON: &str = "ntpq: read: Connection refused";
const NO_PEERS: &str = "No association ID's returned";

/// Reads `ntpq -p`.
#[derive(Debug)]
pub(in super::super) struct Peers;

impl FactParser for Peers {
    fn id(&self) -> &'static str {
        "ntpq"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["remote", "ntpq:", "No"]
    }

    fn opens(&self, line: &str) -> bool {
        is_header(line) || line.starts_with(NO_DAEMON) || line.trim() == NO_PEERS
    }

    fn goes_on(&self, line: &str) -> bool {
        let line = line.trim_end();
        is_rule(line) || peer(line).is_some()
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        if section.text.starts_with(NO_DAEMON) {
            facts.push(without_daemon("ntpq", 0));
            return Ending::Whole;
        }
        let peers: Vec<Source<'a>> = section
            .text
            .lines()
            .filter(|line| !is_header(line) && !line.contains(POOL))
            .filter_map(peer)
            .collect();
        facts.push(of_sources("ntpq", 0, &peers, |part| section.at(part)));
        ending(
            section,
            !is_header(last_line(section)) && !is_rule(last_line(section)),
        )
    }
}

fn is_header(line: &str) -> bool {
    line.split_whitespace().take(TITLES.len()).eq(TITLES)
}

fn is_rule(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|byte| byte == b'=')
}

/// A peer: name, reference, stratum, type, and six numbers.
fn peer(line: &str) -> Option<Source<'_>> {
    let tally = line
        .chars()
        .next()
        .filter(|tally| TALLIES.contains(tally))?;
    let mut words = line.strip_prefix(tally)?.split_whitespace();
    let (name, _reference, stratum) = (words.next()?, words.next()?, words.next()?);
    let is_type = |word: &str| word.len() == 1 && first_word(word) == word;
    if !is_digits(stratum) || !words.next().is_some_and(is_type) {
        return None;
    }
    let mut numbers = words.skip(2);
    let (reach, _delay, offset) = (numbers.next()?, numbers.next()?, numbers.next()?);
    Some(Source {
        line,
        name,
        stratum,
        offset: value::number(offset).map(|milliseconds| (milliseconds / 1e3, offset)),
        selected: matches!(tally, '*' | 'o'),
        reachable: reach != "0",
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::shown::{check, survives};
    use super::*;

    const PLAIN: &str = "\
$ ntpq -pn
     remote           refid      st t when poll reach   delay   offset  jitter
==============================================================================
 0.pool.example. .POOL.          16 p    -   64    0    0.000    0.000   0.000
-10.0.0.9        10.1.1.1         3 u   13   64  377    0.500    4.000   0.100
*10.0.0.1        .GPS.            1 u   35   64  377    0.412  -250.00   0.011
$ date
";

    #[test]
    fn a_star_means_synchronised() {
        check(
            &Peers,
            &[
                (
                    PLAIN,
                    "time_sync@2 tool=ntpq synchronized=true@6 sources=2 source=10.0.0.1@6 stratum=2@6 offset=0.25@6",
                ),
                (
                    "     remote           refid      st t when poll reach   delay   offset  jitter\r\n\
                     ====\r\n 10.0.0.1        .INIT.          16 u    -   64    0    0.000    0.000   0.000\r\n\
                     x10.0.0.2        10.1.1.1         3 u   13   64  377    0.500    4000.00   0.100\r\n",
                    "time_sync@1 tool=ntpq synchronized=false sources=2 offset=4@4",
                ),
                (
                    "ntpq: read: Connection refused\n",
                    "time_sync@1 tool=ntpq synchronized=false service_active=false",
                ),
                (
                    "No association ID's returned\n",
                    "time_sync@1 tool=ntpq synchronized=false sources=0",
                ),
                (
                    "     remote refid st t when poll reach",
                    "time_sync@1 tool=ntpq synchronized=false sources=0\ncut",
                ),
                ("remote is refid\nNo peers\n", ""),
            ],
        );
    }

    #[test]
    fn damage_is_survived() {
        survives(&Peers, &[PLAIN]);
    }
}
