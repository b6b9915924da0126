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

/// So many that mention a text may be all there is to say of it.
const FEW: usize = 3;
/// Signatures named when nothing fits.
const NEAR: usize = 5;
/// The shortest message that is looked for inside of what was asked.
const MIN_MESSAGE: usize = 12;
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
    /// If there are none, or only few that mention it, those that come near, the nearest first.
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
        .filter(|found| matches!(found.by, By::Code | By::Text))
        .map(|found| (found.signature.id.clone(), led_to_by(&found.signature.id)))
        .collect();
    // What says more comes first; of signatures that match the same line, those that explain the others.
    found.sort_by_cached_key(|found| {
        let spec = found.signature.spec();
        (
            found.by,
            (found.by == By::Text).then(|| Likeness::of(&found.signature, asked)),
            title_length(found, asked),
            std::cmp::Reverse(general.get(&spec.id).copied()),
            std::cmp::Reverse(spec.confidence),
            std::cmp::Reverse(spec.severity),
        )
    });
    let is_vague = found.len() < FEW && found.iter().all(|found| found.by == By::Text);
    let mut near = match is_vague {
        true => near::nearest(set, asked, NEAR),
        false => Vec::new(),
    };
    near.retain(|near| !found.iter().any(|found| found.signature.id == near.id));
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
    if asked.chars().count() < MIN_TEXT {
        return Likeness::is_word(signature, asked).then_some(By::Text);
    }
    Likeness::find(signature, asked).map(|_| By::Text)
}

/// A short title that has the words asked for says little else; of what is found in another way none counts.
fn title_length(found: &Found, asked: &str) -> usize {
    let has_it = found.by == By::Text && Likeness::is_word(&found.signature, asked);
    match has_it {
        true => found.signature.spec().title.en.len(),
        false => 0,
    }
}

/// How like what was asked is to what a signature is about, the most like first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    /// A name or a code of it begins so.
    Name,
    /// Its title has these words.
    Title,
    /// A message that it looks for has these words, or is among them.
    Message,
    /// Somewhere among its words.
    Part,
}

impl Likeness {
    fn of(signature: &Signature, asked: &str) -> Self {
        Likeness::find(signature, asked).unwrap_or(Likeness::Part)
    }

    fn find(signature: &Signature, asked: &str) -> Option<Self> {
        let spec = signature.spec();
        let asked = asked.to_lowercase();
        let names = spec.codes.iter().chain(&spec.aliases).chain(&spec.covers);
        let mut names = names.chain([&spec.id]).map(|name| name.to_lowercase());
        if names.any(|name| name.starts_with(&asked)) {
            return Some(Likeness::Name);
        }
        if Likeness::is_word(signature, &asked) {
            return Some(Likeness::Title);
        }
        let anchors = signature.line_leaves().flat_map(|leaf| leaf.anchors());
        let messages: Vec<String> = anchors
            .map(|anchor| String::from_utf8_lossy(anchor).to_lowercase())
            .collect();
        let is_message = |message: &String| {
            has_words(message, &asked)
                || message.len() >= MIN_MESSAGE && asked.contains(message.as_str())
        };
        if messages.iter().any(is_message) {
            return Some(Likeness::Message);
        }
        let titles = [&spec.title.en, &spec.title.zh].map(|title| title.to_lowercase());
        let mut texts = messages.iter().chain(&titles);
        texts
            .any(|text| text.contains(&asked))
            .then_some(Likeness::Part)
    }

    /// Whether its title has what was asked as words of its own, or its id as a part of its own.
    fn is_word(signature: &Signature, asked: &str) -> bool {
        let spec = signature.spec();
        let asked = asked.to_lowercase();
        let titles = [&spec.title.en, &spec.title.zh].map(|title| title.to_lowercase());
        titles.iter().any(|title| has_words(title, &asked)) || has_words(&spec.id, &asked)
    }
}

/// Whether a text has these words, and not as parts of others. Chinese has no blanks.
fn has_words(text: &str, words: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let found = text.match_indices(words);
    let mut whole = found.filter(|(at, found)| {
        let (before, after) = (&text[..*at], &text[at + found.len()..]);
        let begins = is_part(found.chars().next()) && is_part(before.chars().next_back());
        let ends = is_part(found.chars().next_back()) && is_part(after.chars().next());
        !begins && !ends
    });
    !words.is_empty() && whole.next().is_some()
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
    fn of_many_that_mention_it_those_that_are_about_it_come_first() {
        for (asked, expected) in [
            ("CrashLoop", "crashloop-backoff"),
            ("Back-off restarting failed container", "crashloop-backoff"),
            ("NotReady", "node-not-ready"),
            ("Xid 79", "gpu-xid-error"),
            ("oom", "systemd-service-oom-killed"),
            ("no space left on device", "image-disk-no-space"),
            ("x509: certificate has expired", "certificate-expired"),
            ("502", "image-registry-refused"),
        ] {
            let set = SignatureSet::builtin().expect("it is embedded");
            let told = explain(&set, asked);
            let found = told.found.iter().map(|found| &found.signature);
            let first: Vec<&str> = found
                .chain(&told.near)
                .take(4)
                .map(|one| one.id.as_str())
                .collect();
            assert!(
                first.iter().any(|id| id.contains(expected)),
                "{asked}: {first:?}"
            );
        }
        assert!(has_words("node is notready now", "notready"));
        assert!(!has_words("bloom filter", "oom"));
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
