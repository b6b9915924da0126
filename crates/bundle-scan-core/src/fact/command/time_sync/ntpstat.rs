//! Reads `ntpstat`.
//!
//! ```text
//! synchronised to NTP server (10.0.0.1) at stratum 3
//!    time correct to within 42 ms
//!    polling server every 1024 s
//! ```
//!
//! The bound of the error is not an offset and is left out. Source: `ntpstat.c` of Red Hat, and the script of the same
//! name in mlichvar/ntpstat.

use super::super::pairs::{first_word, set_printed};
use super::without_daemon;
use crate::fact::kind::TIME_SYNC;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

const SYNCHRONISED: &str = "synchronised to ";
const UNSYNCHRONISED: &str = "unsynchronised";
const NO_DAEMON: &str = "Unable to talk to NTP daemon";

/// Reads `ntpstat`.
#[derive(Debug)]
pub(in super::super) struct Ntpstat;

impl FactParser for Ntpstat {
    fn id(&self) -> &'static str {
        "ntpstat"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["synchronised", UNSYNCHRONISED, "Unable"]
    }

    fn opens(&self, line: &str) -> bool {
        let synchronised = line.starts_with(SYNCHRONISED) && line.contains(" at stratum ");
        synchronised || line.trim_end() == UNSYNCHRONISED || line.starts_with(NO_DAEMON)
    }

    fn goes_on(&self, line: &str) -> bool {
        let line = line.trim();
        [
            "time correct to within",
            "time server re-starting",
            "polling server every",
        ]
        .iter()
        .any(|start| line.starts_with(start))
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let line = section.text.lines().next().unwrap_or("");
        if line.starts_with(NO_DAEMON) {
            facts.push(without_daemon("ntpstat", 0));
            return Ending::Whole;
        }
        let mut fact = Fact::new(&TIME_SYNC, 0);
        fact.text("tool", "ntpstat", 0);
        if let Some(source) = line.strip_prefix(SYNCHRONISED) {
            let (source, stratum) = source.split_once(" at stratum ").unwrap_or((source, ""));
            let server = source
                .split_once('(')
                .map(|(_, server)| server.trim_end_matches(')'));
            let source = server.unwrap_or(source);
            fact.flag("synchronized", true, 0);
            set_printed(
                section,
                &mut fact,
                &[("source", source), ("stratum", first_word(stratum))],
            );
            facts.push(fact);
        } else if line.trim_end() == UNSYNCHRONISED {
            fact.flag("synchronized", false, 0);
            facts.push(fact);
        }
        Ending::Whole
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::shown::{check, survives};
    use super::*;

    const PLAIN: &str = "\
$ ntpstat
synchronised to NTP server (10.0.0.1) at stratum 3\x20
   time correct to within 42 ms
   polling server every 1024 s
";

    #[test]
    fn one_line_tells() {
        check(
            &Ntpstat,
            &[
                (
                    PLAIN,
                    "time_sync@2 tool=ntpstat synchronized=true source=10.0.0.1 stratum=3",
                ),
                (
                    "synchronised to local net at stratum 11\r\n",
                    "time_sync@1 tool=ntpstat synchronized=true source='local net' stratum=11",
                ),
                (
                    "unsynchronised\n  time server re-starting\n",
                    "time_sync@1 tool=ntpstat synchronized=false",
                ),
                (
                    "Unable to talk to NTP daemon. Is it running?\n",
                    "time_sync@1 tool=ntpstat synchronized=false service_active=false",
                ),
                (
                    "synchronised to disk\nunsynchronised clock\nUnable to\n",
                    "",
                ),
            ],
        );
    }

    #[test]
    fn damage_is_survived() {
        survives(&Ntpstat, &[PLAIN]);
    }
}
