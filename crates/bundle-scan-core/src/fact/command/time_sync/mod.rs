//! Whether the clock of a node is synchronised, as four families of tools say it.
//!
//! Whatever the tool: the stratum is that of this machine (one more than its source's), the offset is how many seconds
//! the clock is off in either direction, and the source is the one that the clock follows.

pub(super) mod chronyc;
pub(super) mod ntpq;
pub(super) mod ntpstat;
pub(super) mod timedatectl;

use super::pairs::is_digits;
use crate::fact::kind::TIME_SYNC;
use crate::fact::row::Fact;

/// What is known of one of the sources of a clock.
#[derive(Clone, Copy)]
struct Source<'a> {
    line: &'a str,
    name: &'a str,
    stratum: &'a str,
    /// Seconds, and the text that says so.
    offset: Option<(f64, &'a str)>,
    selected: bool,
    reachable: bool,
}

/// The fact of a list of sources: that of the selected one, or else the offset to any that answers.
fn of_sources<'a>(
    tool: &'static str,
    at: usize,
    sources: &[Source<'a>],
    place: impl Fn(&str) -> usize,
) -> Fact<'a> {
    let selected = sources.iter().find(|source| source.selected);
    let mut fact = Fact::new(&TIME_SYNC, at);
    let synchronized_at = selected.map_or(at, |source| place(source.line));
    fact.text("tool", tool, at)
        .flag("synchronized", selected.is_some(), synchronized_at)
        .number("sources", sources.len() as f64, at);
    if let Some(source) = selected {
        fact.set("source", source.name, place(source.name));
        if is_digits(source.stratum)
            && let Ok(stratum) = source.stratum.parse::<f64>()
        {
            fact.number("stratum", stratum + 1.0, place(source.stratum));
        }
    }
    let answering = || sources.iter().find(|source| source.reachable);
    if let Some((seconds, printed)) = selected.or_else(answering).and_then(|source| source.offset) {
        fact.number("offset", seconds.abs(), place(printed));
    }
    fact
}

/// The fact of a tool whose daemon does not answer.
fn without_daemon(tool: &'static str, at: usize) -> Fact<'static> {
    let mut fact = Fact::new(&TIME_SYNC, at);
    fact.text("tool", tool, at)
        .flag("synchronized", false, at)
        .flag("service_active", false, at);
    fact
}
