//! Rules that say which findings are known and need not be told, each with its reason and its end.
//!
//! A rule holds only of a finding that is about nothing but what the rule names: what is known of one host says nothing of another.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use regex::Regex;
use serde::Deserialize;

use super::{Finding, HOST, Report, Suppression};
use crate::fact::kind::KINDS;
use crate::signature::SignatureSet;
use crate::signature::complaint::{Complaint, list};
use crate::signature::load::{SourceFile, parse_yaml, read_file};
use crate::signature::place::{Key, elements, place};
use crate::signature::schema::one_or_many;

/// Mistakes that are told of one file.
const MOST_COMPLAINTS: usize = 20;

/// Rules of one file, or of several.
#[derive(Debug, Default)]
pub struct IgnoreRules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    /// Ids, categories and fingerprints.
    ignored: Vec<String>,
    /// What else a finding must be about, by entity.
    only: Vec<(String, Vec<Regex>)>,
    reason: String,
    /// The last day on which it holds, in UTC.
    expires: Option<Date>,
    /// Whether it holds of what such a finding explains as well.
    symptoms: bool,
    place: String,
}

/// A rule as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(deserialize_with = "one_or_many")]
    ignore: Vec<String>,
    #[serde(default)]
    only: BTreeMap<String, Texts>,
    reason: String,
    expires: Option<String>,
    #[serde(default)]
    symptoms: bool,
}

#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Texts(#[serde(deserialize_with = "one_or_many")] Vec<String>);

/// Rules that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IgnoreError {
    /// The file cannot be read.
    #[error("cannot read rules from {path}")]
    Read {
        /// The path as the user gave it.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The file was read and holds mistakes.
    #[error("{}", list(complaints))]
    Invalid {
        /// The mistakes, in order.
        complaints: Vec<Complaint>,
    },
}

impl IgnoreRules {
    /// Reads a file of rules. `set` tells which names there are.
    ///
    /// # Errors
    /// When the file cannot be read, is no list of rules, names what is not known, or gives no reason.
    pub fn read(path: &Path, set: &SignatureSet) -> Result<Self, IgnoreError> {
        let file = read_file(path).map_err(|source| IgnoreError::Read {
            path: path.display().to_string(),
            source,
        })?;
        Self::parse(&file, set).map_err(|complaints| IgnoreError::Invalid { complaints })
    }

    fn parse(file: &SourceFile, set: &SignatureSet) -> Result<Self, Vec<Complaint>> {
        let written: Option<Vec<Written>> = parse_yaml(file).map_err(|mut complaint| {
            if complaint.message.contains("expected sequence start") {
                complaint.message = "expected a list of rules, each behind a dash".to_owned();
            }
            vec![complaint]
        })?;
        let (mut rules, mut complaints) = (Vec::new(), Vec::new());
        let lines = elements(&file.text);
        let names = OnceCell::new();
        let written = written.into_iter().flatten().zip(lines);
        for (index, (written, line)) in written.enumerate() {
            let reader = Reader {
                file,
                set,
                index,
                entities: &names,
            };
            match reader.rule(written, line) {
                Ok(rule) => rules.push(rule),
                Err(complaint) => complaints.push(complaint),
            }
            // Whoever made so many made one mistake.
            if complaints.len() == MOST_COMPLAINTS {
                break;
            }
        }
        match complaints.is_empty() {
            true => Ok(IgnoreRules(rules)),
            false => Err(complaints),
        }
    }

    /// Adds the rules of another file.
    pub fn extend(&mut self, others: IgnoreRules) {
        self.0.extend(others.0);
    }

    /// Suppresses the findings of which a rule holds. Rules that expired before `now` hold no more.
    pub fn apply(&self, report: &mut Report, now: SystemTime) {
        let today = day(now);
        let mut spread: BTreeMap<String, Suppression> = BTreeMap::new();
        report.suppress(|finding| {
            let cause = finding.explained_by.as_deref();
            if let Some(by) = cause.and_then(|cause| spread.get(cause)).cloned() {
                spread.insert(finding.id().to_owned(), by.clone());
                return Some(by);
            }
            let rules = self.0.iter().filter(|rule| !rule.is_over(today));
            let rules: Vec<&Rule> = rules.filter(|rule| rule.holds_of(finding)).collect();
            let spreading = rules.iter().find(|rule| rule.symptoms);
            if let Some(rule) = spreading {
                spread.insert(finding.id().to_owned(), rule.suppression());
            }
            let rule = spreading.or(rules.first())?;
            Some(rule.suppression())
        });
    }

    /// The rules that expired before `now`: the place of each, and the last day on which it held.
    pub fn expired(&self, now: SystemTime) -> impl Iterator<Item = (&str, String)> {
        let today = day(now);
        let rules = self.0.iter().filter(move |rule| rule.is_over(today));
        rules.filter_map(|rule| Some((rule.place.as_str(), rule.expires?.to_string())))
    }
}

impl Rule {
    fn is_over(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }

    fn holds_of(&self, finding: &Finding) -> bool {
        let mut ignored = self.ignored.iter();
        let is_named =
            ignored.any(|name| finding.signature.is_named(name) || *name == finding.fingerprint);
        is_named
            && self
                .only
                .iter()
                .all(|(entity, patterns)| is_only(finding, entity, patterns))
    }

    fn suppression(&self) -> Suppression {
        Suppression::Rule {
            reason: self.reason.clone(),
            expires: self.expires.map(|last| last.to_string()),
            place: self.place.clone(),
        }
    }
}

/// Whether a finding names something of this kind, and nothing that matches no pattern.
fn is_only(finding: &Finding, entity: &str, patterns: &[Regex]) -> bool {
    let Some((values, capped)) = finding.values(entity) else {
        return false;
    };
    let matches = |value: &str| patterns.iter().any(|pattern| pattern.is_match(value));
    !capped && !values.is_empty() && values.iter().all(|(value, _)| matches(value))
}

fn day(now: SystemTime) -> Date {
    let now = Timestamp::try_from(now).unwrap_or(Timestamp::MAX);
    now.to_zoned(TimeZone::UTC).date()
}

/// Makes a rule of what is written at a place.
struct Reader<'r> {
    file: &'r SourceFile,
    set: &'r SignatureSet,
    index: usize,
    /// See [`entities`]; found out when the first rule asks.
    entities: &'r OnceCell<BTreeSet<&'r str>>,
}

impl Reader<'_> {
    fn rule(&self, written: Written, line: usize) -> Result<Rule, Complaint> {
        for (at, name) in written.ignore.iter().enumerate() {
            self.known(at, name)?;
        }
        if written.ignore.is_empty() {
            let text = "name what is ignored: an id, a category or a fingerprint";
            return Err(self.complaint(&["ignore".into()], text));
        }
        if written.reason.trim().is_empty() {
            let text = "give a reason: whoever reads the rule next wants to know it";
            return Err(self.complaint(&["reason".into()], text));
        }
        let expires = written.expires.map(|text| {
            let day = text.parse::<Date>();
            day.map_err(|_| {
                self.complaint(&["expires".into()], "expected a day such as 2026-12-31")
            })
        });
        let only = written.only.into_iter();
        let only = only.map(|(entity, patterns)| {
            self.known_entity(&entity)?;
            let patterns = patterns.0.iter().map(|text| {
                let key = [Key::from("only"), Key::from(entity.as_str())];
                wildcard(text).ok_or_else(|| self.complaint(&key, "this pattern is too long"))
            });
            Ok((entity.clone(), patterns.collect::<Result<_, _>>()?))
        });
        Ok(Rule {
            ignored: written.ignore,
            only: only.collect::<Result<_, _>>()?,
            reason: written.reason,
            expires: expires.transpose()?,
            symptoms: written.symptoms,
            place: format!("{}:{line}", self.file.name),
        })
    }

    fn known(&self, at: usize, name: &str) -> Result<(), Complaint> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_fingerprint = name.len() == 16 && name.bytes().all(is_digit);
        if is_fingerprint || self.set.iter().any(|signature| signature.is_named(name)) {
            return Ok(());
        }
        let similar = match self.set.similar(name).as_slice() {
            [] => String::new(),
            similar => format!("; similar are {}", similar.join(", ")),
        };
        let text = format!("no signature and no category is named {name:?}{similar}");
        let keys = [Key::from("ignore"), Key::from(at)];
        Err(self.complaint(&keys, &text))
    }

    /// Whether any finding can name a thing of this kind: a rule that never holds helps nobody.
    fn known_entity(&self, entity: &str) -> Result<(), Complaint> {
        let known = self.entities.get_or_init(|| entities(self.set));
        if known.contains(entity) {
            return Ok(());
        }
        let known: Vec<&str> = known.iter().copied().collect();
        let text = format!(
            "no finding names a {entity}: known are {}",
            known.join(", ")
        );
        let keys = [Key::from("only"), Key::from(entity)];
        Err(self.complaint(&keys, &text))
    }

    fn complaint(&self, keys: &[Key], message: &str) -> Complaint {
        let path = [&[self.index.into()], keys].concat();
        let place = place(&self.file.text, &path);
        Complaint::at(&self.file.name, &self.file.text, place, "ignore", message)
    }
}

/// What findings can name.
fn entities(set: &SignatureSet) -> BTreeSet<&str> {
    let specs = set.iter().map(|signature| signature.spec());
    let of_lines = specs.flat_map(|spec| spec.entities.values().map(String::as_str));
    let fields = KINDS.iter().flat_map(|kind| kind.fields);
    let of_facts = fields.filter_map(|field| field.entity);
    of_lines.chain(of_facts).chain([HOST]).collect()
}

/// A name in which `*` stands for anything.
fn wildcard(text: &str) -> Option<Regex> {
    let parts: Vec<String> = text.split('*').map(regex::escape).collect();
    Regex::new(&format!("(?s)^{}$", parts.join(".*"))).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Cursor;
    use std::time::Duration;

    use bundle_scan_testkit::Fixture;

    use super::*;
    use crate::Scanner;

    /// Three disks on two hosts are full; on one of them writing fails for that.
    const BUNDLE: &str = "//- n1/var/log/messages
2026-03-10T10:17:41+08:00 n1 kernel: no space left on: sda
2026-03-10T10:17:42+08:00 n1 kernel: write failed on: sda
2026-03-10T10:17:43+08:00 n1 kernel: link of sda is slow: sda
//- n2/var/log/messages
2026-03-10T10:17:41+08:00 n2 kernel: no space left on: sdb
";

    fn signature(id: &str, literal: &str, causes: &str) -> SourceFile {
        SourceFile {
            name: format!("{id}.yaml"),
            text: format!(
                "id: {id}\naliases: [old-{id}]\ntitle: {{en: T, zh: 标题}}\nseverity: error\ncategory: storage\n\
                 match: {{any: [{{line: {{component: [kernel], literal: '{literal}', regex: '{literal}: (?<disk>\\S+)'}}}}]}}\n\
                 entities: {{disk: device}}\n{causes}\ncause: {{en: C., zh: 原因。}}\nimpact: {{en: I., zh: 影响。}}\n\
                 remedy: [{{en: Look., zh: 查看。, risk: read-only}}]\n\
                 samples: {{positive: [{{member: dmesg, text: '{literal}: sda'}}], negative: [{{member: dmesg, text: '{literal}'}}]}}\n"
            ),
        }
    }

    fn set() -> SignatureSet {
        let files = vec![
            signature("disk-full", "no space left on", "causes: [write-failed]"),
            signature("write-failed", "write failed on", ""),
            signature("link-slow", "link of sda is slow", ""),
        ];
        SignatureSet::empty().with_files(files).unwrap()
    }

    fn rules(text: &str) -> Result<IgnoreRules, Vec<Complaint>> {
        let file = SourceFile {
            name: "known.yaml".to_owned(),
            text: text.to_owned(),
        };
        IgnoreRules::parse(&file, &set())
    }

    /// The report on the last day of 2026.
    fn report(text: &str) -> Report {
        let scanner = Scanner::builder().threads(1).build(set());
        let bundle = Cursor::new(Fixture::parse(BUNDLE).tar());
        let mut report = scanner.scan_reader("b.tar", bundle).unwrap();
        rules(text).unwrap().apply(&mut report, last_of_2026());
        report
    }

    /// The ids that are told and those that are not.
    fn applied(text: &str) -> (Vec<String>, Vec<String>) {
        let report = report(text);
        let ranks = report.findings.iter().map(|finding| finding.rank);
        assert!(ranks.eq(1..=report.findings.len()));
        let told = report
            .findings
            .iter()
            .map(|finding| finding.id().to_owned());
        let suppressed = report.suppressed.iter();
        let suppressed = suppressed.map(|suppressed| suppressed.finding.id().to_owned());
        (told.collect(), suppressed.collect())
    }

    fn last_of_2026() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_798_761_599)
    }

    #[test]
    fn a_rule_holds_of_what_is_about_nothing_else() {
        for (rule, expected) in [
            ("ignore: disk-full", vec!["disk-full"]),
            ("ignore: old-disk-full", vec!["disk-full"]),
            (
                "ignore: storage",
                vec!["disk-full", "write-failed", "link-slow"],
            ),
            (
                "ignore: [link-slow, write-failed]",
                vec!["write-failed", "link-slow"],
            ),
            (
                "ignore: disk-full, symptoms: true",
                vec!["disk-full", "write-failed"],
            ),
            ("ignore: disk-full, only: {host: n1}", vec![]),
            (
                "ignore: disk-full, only: {host: [n1, n2]}",
                vec!["disk-full"],
            ),
            (
                "ignore: disk-full, only: {host: 'n*', device: 'sd*'}",
                vec!["disk-full"],
            ),
            (
                "ignore: disk-full, only: {host: 'n*', device: 'sd'}",
                vec![],
            ),
            (
                "ignore: storage, only: {host: n1}",
                vec!["write-failed", "link-slow"],
            ),
            ("ignore: storage, only: {pod: '*'}", vec![]),
            ("ignore: disk-full, expires: 2026-12-31", vec!["disk-full"]),
            ("ignore: disk-full, expires: 2026-12-30", vec![]),
        ] {
            let (told, mut suppressed) = applied(&format!("- {{{rule}, reason: known}}"));
            assert_eq!(told.len() + suppressed.len(), 3);
            suppressed.sort();
            let mut expected = expected;
            expected.sort_unstable();
            assert_eq!(suppressed, expected, "{rule}");
        }
    }

    #[test]
    fn the_rest_moves_up_and_what_is_left_of_a_story_is_a_root() {
        let cause_of = |text: &str| {
            let report = report(text);
            let symptom = report.finding("write-failed").unwrap();
            let hidden = symptom.explained_by_suppressed.clone();
            (symptom.explained_by.clone(), hidden)
        };
        let cause = || Some("disk-full".to_owned());
        assert_eq!(cause_of(""), (cause(), None));
        let of_rule = cause_of("- {ignore: disk-full, reason: known}\n");
        assert_eq!(of_rule, (None, cause()));
    }

    #[test]
    fn a_file_may_have_no_rules() {
        assert!(applied("").1.is_empty());
        assert!(applied("# nothing yet\n[]\n").1.is_empty());
    }

    #[test]
    fn what_expired_is_told() {
        let text = "- {ignore: disk-full, reason: a, expires: 2026-12-30}\n- {ignore: disk-full, reason: b}\n";
        let rules = rules(text).unwrap();
        let expired: Vec<_> = rules.expired(last_of_2026()).collect();
        assert_eq!(expired, [("known.yaml:1", "2026-12-30".to_owned())]);
    }

    #[test]
    fn each_mistake_is_told_with_its_place() {
        for (text, place, message) in [
            (
                "- {ignore: disk-ful, reason: known}",
                (1, 12),
                "no signature and no category is named \"disk-ful\"; similar are disk-full",
            ),
            (
                "- {ignore: [disk-full, nonsense], reason: known}",
                (1, 24),
                "no signature and no category is named \"nonsense\"",
            ),
            (
                "- {ignore: [], reason: known}",
                (1, 12),
                "name what is ignored: an id, a category or a fingerprint",
            ),
            (
                "- ignore: disk-full\n  reason: ' '\n",
                (2, 11),
                "give a reason: whoever reads the rule next wants to know it",
            ),
            (
                "- ignore: disk-full\n  reason: known\n  expires: soon\n",
                (3, 12),
                "expected a day such as 2026-12-31",
            ),
        ] {
            let complaints = rules(text).unwrap_err();
            assert_eq!((complaints[0].line, complaints[0].column), place, "{text}");
            assert_eq!(complaints[0].message, message);
        }
        let typo = rules("- {ignore: disk-full, only: {hots: a}, reason: x}").unwrap_err();
        assert!(
            typo[0]
                .message
                .starts_with("no finding names a hots: known are ")
        );
        let no_list = rules("ignore: disk-full\nreason: x\n").unwrap_err();
        assert_eq!(
            no_list[0].message,
            "expected a list of rules, each behind a dash"
        );
        for text in [
            "- {ignore: disk-full}",
            "disk-full",
            "- {ignore: disk-full, reason: x, until: 2026-01-01}",
            "- [",
        ] {
            assert_eq!(rules(text).unwrap_err()[0].code, "schema", "{text}");
        }
        let two = rules("- {ignore: a, reason: x}\n- {ignore: b, reason: x}\n");
        assert_eq!(two.unwrap_err().len(), 2);
    }
}
