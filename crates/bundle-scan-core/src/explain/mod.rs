//! What is known about something that somebody read somewhere: an id, a product's error code, an exit code, an event reason, a taint,
//! a log line.
//!
//! Does not look at a bundle. The most exact meaning comes first; where nothing fits, what comes near.

pub mod draft;
mod exit_code;
mod near;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::scan::Engine;
use crate::signature::{Signature, SignatureSet};
pub use exit_code::ExitCode;

/// Signatures named when nothing fits.
const NEAR: usize = 5;
/// The shortest text that is looked for inside of messages and titles.
const MIN_TEXT: usize = 4;

/// What is known.
#[derive(Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// What was asked for.
    pub asked: String,
    /// What it says as an exit code.
    pub exit_code: Option<ExitCode>,
    /// The signatures that it stands for, the most exact first.
    pub found: Vec<Found>,
    /// If there are none, those that come near, the nearest first.
    pub near: Vec<Arc<Signature>>,
}

/// A signature that is meant.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Found {
    /// The signature.
    pub signature: Arc<Signature>,
    /// How it was found.
    pub by: By,
}

/// How a signature was found, the most exact first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum By {
    /// By its id, an alias, or another name of the failure.
    Name,
    /// By the exit code.
    ExitCode,
    /// By an error code, an event reason or a taint.
    Code,
    /// Because the line matches.
    Line,
    /// By a part of a message or of its title.
    Text,
}

impl By {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            By::Name => "name",
            By::Code => "code",
            By::ExitCode => "exit_code",
            By::Line => "line",
            By::Text => "text",
        }
    }
}

/// Looks up `what` in `set`.
pub fn explain(set: &SignatureSet, what: &str) -> Explanation {
    let asked = what.trim();
    let exit_code = ExitCode::read(asked);
    let mut found: BTreeMap<&str, Found> = BTreeMap::new();
    let mut add = |signature, by| {
        let known: &Arc<Signature> = signature;
        let entry = found.entry(&known.id).or_insert_with(|| Found {
            signature: Arc::clone(known),
            by,
        });
        entry.by = entry.by.min(by);
    };
    for signature in set.iter() {
        if let Some(by) = named(signature, asked, exit_code) {
            add(signature, by);
        }
    }
    let lines = match exit_code {
        None => Engine::new(set).recognises(asked),
        Some(_) => Vec::new(),
    };
    for signature in lines.iter().filter_map(|line| set.find(&line.id)) {
        add(signature, By::Line);
    }
    let mut found: Vec<Found> = found.into_values().collect();
    // A code that many signatures share is best told by the one that the others lead to.
    let led_to_by = |id: &str| {
        let others = found.iter().map(|other| other.signature.spec());
        others
            .filter(|spec| spec.causes.iter().any(|target| target == id))
            .count()
    };
    let general: BTreeMap<String, usize> = found
        .iter()
        .filter(|found| found.by == By::Code)
        .map(|found| (found.signature.id.clone(), led_to_by(&found.signature.id)))
        .collect();
    // What says more comes first; of signatures that match the same line, those that explain the others.
    found.sort_by_key(|found| {
        let spec = found.signature.spec();
        (
            found.by,
            std::cmp::Reverse(general.get(&spec.id).copied()),
            std::cmp::Reverse(spec.confidence),
            std::cmp::Reverse(spec.severity),
        )
    });
    let near = match found.is_empty() {
        true => near::nearest(set, asked, NEAR),
        false => Vec::new(),
    };
    Explanation {
        asked: asked.to_owned(),
        exit_code,
        found,
        near,
    }
}

/// How a signature is meant by what was asked, the line itself aside.
fn named(signature: &Signature, asked: &str, exit_code: Option<ExitCode>) -> Option<By> {
    let spec = signature.spec();
    let mut names = spec.aliases.iter().chain(&spec.covers).chain([&spec.id]);
    if names.any(|name| name.eq_ignore_ascii_case(asked)) {
        return Some(By::Name);
    }
    let told = exit_code.map(|code| code.told);
    if told.is_some_and(|told| spec.id == format!("exit-code-{told}")) {
        return Some(By::ExitCode);
    }
    let printed = told.map(|told| format!("exit code {told}"));
    let mut codes = spec.codes.iter();
    let is_asked = |code: &String| {
        code.eq_ignore_ascii_case(asked) || printed.as_ref().is_some_and(|printed| code == printed)
    };
    if codes.any(is_asked) {
        return Some(By::Code);
    }
    if exit_code.is_some() {
        return None;
    }
    let folded = asked.to_lowercase();
    if asked.chars().count() < MIN_TEXT {
        return None;
    }
    let is_part = |text: &str| text.to_lowercase().contains(&folded);
    let mut anchors = signature.line_leaves().flat_map(|leaf| leaf.anchors());
    let says = anchors.any(|anchor| is_part(&String::from_utf8_lossy(anchor)));
    let is_text = says || is_part(&spec.title.en) || is_part(&spec.title.zh);
    is_text.then_some(By::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(asked: &str) -> Vec<(String, By)> {
        let set = SignatureSet::builtin().expect("it is embedded");
        let found = explain(&set, asked).found;
        found
            .into_iter()
            .map(|found| (found.signature.id.clone(), found.by))
            .collect()
    }

    #[test]
    fn whatever_one_reads_is_looked_up() {
        for (asked, id, by) in [
            ("arp-table-overflow", "arp-table-overflow", By::Name),
            ("e4025", "tke-ingress-e4025", By::Code),
            (
                "ENIIPCapacityExceed",
                "baidu-eni-ip-capacity-exceed",
                By::Code,
            ),
            ("exit code 137", "exit-code-137", By::ExitCode),
            ("137", "exit-code-137", By::ExitCode),
            ("exitCode: 139", "exit-code-139", By::ExitCode),
            (
                "Mar 10 10:17:41 n1 kernel: neighbour: arp_cache: neighbor table overflow!",
                "arp-table-overflow",
                By::Line,
            ),
            ("neighbor table overflow", "arp-table-overflow", By::Line),
        ] {
            let found = ids(asked);
            assert!(
                found.iter().any(|(other, how)| other == id && *how == by),
                "{asked}: {found:?}"
            );
        }
    }

    #[test]
    fn what_is_not_known_brings_what_is_near() {
        let set = SignatureSet::builtin().expect("it is embedded");
        let near = |asked: &str| -> Vec<String> {
            let explanation = explain(&set, asked);
            assert!(explanation.found.is_empty(), "{asked}");
            let ids = explanation.near.iter().map(|near| near.id.clone());
            ids.collect()
        };
        let disk = near("the conntrack of my node seems to be full");
        assert!(disk.iter().any(|id| id.contains("conntrack")), "{disk:?}");
        assert_eq!(near("zzzz qqqq"), Vec::<String>::new());
    }
}
