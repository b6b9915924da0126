//! The signature file as it is written: one struct for each mapping of the YAML.
//!
//! Unknown keys are errors. The whole schema is accepted here; the parts that the engine does not run yet are refused
//! by `signature::lint`, with their place. The reference for authors is `docs/signatures.md`.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

use super::where_clause::Condition;
use crate::base::lang::{Lang, Localized};
use crate::base::severity::{Confidence, Severity};

/// One signature: how a failure is recognised, what it means and what to do about it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Spec {
    /// Kebab-case name, stable for ever.
    pub id: String,
    /// Earlier ids.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// One line for people.
    pub title: Localized,
    /// How bad it is, by consequence.
    pub severity: Severity,
    /// How surely a match means this problem.
    #[serde(default)]
    pub confidence: Confidence,
    /// The part of the system it belongs to.
    pub category: Category,
    /// Exact product error codes and event reasons.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Other names under which the failure is known.
    #[serde(default)]
    pub covers: Vec<String>,
    /// How to recognise it.
    #[serde(rename = "match", default)]
    pub rule: Rule,
    /// How often it must happen to be a problem.
    #[serde(default)]
    pub threshold: Option<Threshold>,
    /// Lines that only together mean something.
    #[serde(default)]
    pub sequence: Option<Sequence>,
    /// Recovery lines.
    #[serde(default)]
    pub cleared_by: Vec<Node>,
    /// Facts about the machine that must not contradict: name to a version range or a list of values.
    #[serde(default)]
    pub requires: BTreeMap<String, Requirement>,
    /// Capture name to entity name.
    #[serde(default)]
    pub entities: BTreeMap<String, String>,
    /// Ids of the symptoms that this explains.
    #[serde(default)]
    pub causes: Vec<String>,
    /// Whether it is harmless in spite of how it sounds.
    #[serde(default)]
    pub benign: bool,
    /// Whether it tells that logs are incomplete: no problem of the cluster, but one of the proof.
    #[serde(default)]
    pub evidence_lost: bool,
    /// What happened.
    pub cause: Localized,
    /// What suffers.
    pub impact: Localized,
    /// What to do, in order.
    pub remedy: Vec<Step>,
    /// Links.
    #[serde(default)]
    pub references: Vec<String>,
    /// Texts that must and must not match.
    pub samples: Samples,
}

/// How a signature is recognised: all of its file that a scan needs before anything was found.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[doc(hidden)]
pub struct Detection {
    /// See [`Spec::rule`].
    #[serde(rename = "match")]
    pub rule: Rule,
    /// See [`Spec::threshold`].
    pub threshold: Option<Threshold>,
    /// See [`Spec::sequence`].
    pub sequence: Option<Sequence>,
    /// See [`Spec::cleared_by`].
    pub cleared_by: Vec<Node>,
    /// See [`Spec::entities`].
    pub entities: BTreeMap<String, String>,
}

impl From<&Spec> for Detection {
    fn from(spec: &Spec) -> Self {
        Detection {
            rule: spec.rule.clone(),
            threshold: spec.threshold.clone(),
            sequence: spec.sequence.clone(),
            cleared_by: spec.cleared_by.clone(),
            entities: spec.entities.clone(),
        }
    }
}

/// The part of the system that a signature belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // The names say it.
#[non_exhaustive]
pub enum Category {
    Cluster,
    Node,
    Kernel,
    Runtime,
    Image,
    Scheduling,
    Network,
    Dns,
    Ingress,
    Storage,
    Addon,
    Access,
    Workload,
    Gpu,
}

impl Category {
    /// The word used in signature files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Cluster => "cluster",
            Category::Node => "node",
            Category::Kernel => "kernel",
            Category::Runtime => "runtime",
            Category::Image => "image",
            Category::Scheduling => "scheduling",
            Category::Network => "network",
            Category::Dns => "dns",
            Category::Ingress => "ingress",
            Category::Storage => "storage",
            Category::Addon => "addon",
            Category::Access => "access",
            Category::Workload => "workload",
            Category::Gpu => "gpu",
        }
    }
}

/// The `match` mapping.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Rule {
    /// One of these is enough.
    pub any: Vec<Node>,
    /// All of these are needed.
    pub all: Vec<Node>,
    /// Lines that match one of these never count.
    pub none: Vec<TextRule>,
    /// Entities that must be the same wherever several leaves are needed: `pod`, `node`, ...
    pub join: Vec<String>,
}

/// One node of the `match` tree.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Node {
    /// A line of text.
    Line(Line),
    /// A typed row of a structured member.
    Fact(Fact),
    /// Several lines in a window.
    Sequence(Sequence),
    /// One of these is enough.
    Any(Vec<Node>),
    /// All of these are needed.
    All(Vec<Node>),
    /// This must not be found.
    Absent(Box<Node>),
    /// This must be found, but proves nothing: it is neither shown nor counted.
    Given(Box<Node>),
    /// This must be found a number of times.
    Count(Count),
}

/// A number of matches.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Count {
    /// What is counted.
    pub of: Box<Node>,
    /// How many are needed.
    #[serde(default)]
    pub at_least: Option<u64>,
    /// How many are too many.
    #[serde(default)]
    pub at_most: Option<u64>,
    /// Count only what lies in one window of this length.
    #[serde(default, deserialize_with = "optional_duration")]
    #[schemars(with = "Option<String>")]
    pub within: Option<Duration>,
    /// Count distinct values of this entity instead of matches.
    #[serde(default)]
    pub distinct: Option<String>,
    /// Of how many things the counted ones are a share; `percent` says how large it must be.
    #[serde(default)]
    pub among: Option<Box<Node>>,
    /// The least share of `among`, in percent.
    #[serde(default)]
    pub percent: Option<u8>,
}

/// A leaf that matches lines.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Line {
    /// Components or groups that may say it; empty for anybody but the echo components.
    #[serde(default)]
    pub component: Vec<String>,
    /// The anchors, any of which is enough.
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(with = "OneOrMany")]
    pub literal: Vec<String>,
    /// What the record text must match besides.
    #[serde(default)]
    pub regex: Option<String>,
    /// Whether literal and regex ignore ASCII case.
    #[serde(default)]
    pub ignore_case: bool,
    /// Capture name to the condition it must meet.
    #[serde(rename = "where", default)]
    pub conditions: BTreeMap<String, Condition>,
    /// Lines that match one of these do not count for this leaf.
    #[serde(default)]
    pub none: Vec<TextRule>,
}

/// A test of the record text alone, for exclusions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TextRule {
    /// Any of these texts.
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "OneOrMany")]
    pub literal: Vec<String>,
    /// A regex on the record text.
    #[serde(default)]
    pub regex: Option<String>,
    /// Whether ASCII case is ignored.
    #[serde(default)]
    pub ignore_case: bool,
}

/// A leaf that matches typed rows.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fact {
    /// The kind of fact: `lvs`, `container`, ...
    pub kind: String,
    /// Field name to the condition it must meet.
    #[serde(rename = "where", default)]
    pub conditions: BTreeMap<String, Condition>,
}

/// What the machine must be: `"<5.9"` or a list of values.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Requirement {
    /// A version range or one value.
    One(String),
    /// Any of these values.
    Many(Vec<String>),
}

impl Requirement {
    /// The ranges or values of which one is enough.
    pub fn wanted(&self) -> &[String] {
        match self {
            Requirement::One(wanted) => std::slice::from_ref(wanted),
            Requirement::Many(wanted) => wanted,
        }
    }
}

/// How often matches must come to be a problem.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Threshold {
    /// Matches needed.
    pub count: u64,
    /// The window in which they must lie; without it, anywhere in the bundle.
    #[serde(default, deserialize_with = "optional_duration")]
    #[schemars(with = "Option<String>")]
    pub within: Option<Duration>,
    /// Count distinct values of this entity instead of matches.
    #[serde(default)]
    pub distinct: Option<String>,
    /// Count for each value of these entities alone.
    #[serde(default)]
    pub per: Vec<String>,
}

impl Threshold {
    /// The entity whose values are counted within the window; empty if matches are.
    pub(crate) fn label(&self) -> &str {
        self.distinct.as_deref().unwrap_or_default()
    }
}

/// Lines that only together mean something.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Sequence {
    /// The lines.
    pub steps: Vec<Node>,
    /// The window in which they must lie.
    #[serde(default, deserialize_with = "optional_duration")]
    #[schemars(with = "Option<String>")]
    pub within: Option<Duration>,
    /// Whether they must come in this order.
    #[serde(default)]
    pub ordered: bool,
    /// Captures that must agree.
    #[serde(default)]
    pub join: Vec<String>,
}

/// One step of a remedy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Step {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
    /// A command to run, placeholders in capitals.
    #[serde(default)]
    pub command: Option<String>,
    /// What the step may cost.
    pub risk: Risk,
}

impl Step {
    /// The instruction in one language.
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

/// What a remedy step may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Risk {
    /// Looks only.
    ReadOnly,
    /// Changes settings.
    Change,
    /// Restarts something.
    Restart,
    /// May destroy data.
    DataLoss,
}

impl Risk {
    /// The word used in signature files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Risk::ReadOnly => "read-only",
            Risk::Change => "change",
            Risk::Restart => "restart",
            Risk::DataLoss => "data-loss",
        }
    }
}

/// Texts that prove a signature.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Samples {
    /// Texts on which it must fire.
    pub positive: Vec<Sample>,
    /// Texts on which it must stay silent.
    pub negative: Vec<Sample>,
}

/// One text of one member.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Sample {
    /// The member's path in a bundle.
    pub member: String,
    /// The member's content.
    pub text: String,
    /// Captures of the first match.
    #[serde(default)]
    pub expect: BTreeMap<String, String>,
    /// Ids of other signatures that rightly fire on it, too, although neither explains the other.
    #[serde(default)]
    pub also: Vec<String>,
}

/// The JSON Schema of signature files, for editors.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Spec).to_value()
}

/// How [`one_or_many`] looks from outside.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code)] // Only its schema is used.
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// A text or a list of texts.
pub(crate) fn one_or_many<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    struct Texts;
    impl<'de> Visitor<'de> for Texts {
        type Value = Vec<String>;
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a text or a list of texts")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(vec![text.to_owned()])
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut texts = Vec::new();
            while let Some(text) = seq.next_element()? {
                texts.push(text);
            }
            Ok(texts)
        }
    }
    deserializer.deserialize_any(Texts)
}

fn optional_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map(Some).ok_or_else(|| {
        de::Error::custom(format!(
            "expected a duration such as 30s, 10m, 2h or 1d, found {text:?}"
        ))
    })
}

/// Reads `30s`, `10m`, `2h`, `1d`.
fn parse_duration(text: &str) -> Option<Duration> {
    let (number, seconds_per_unit) = match text.char_indices().last()? {
        (at, 's') => (&text[..at], 1),
        (at, 'm') => (&text[..at], 60),
        (at, 'h') => (&text[..at], 3_600),
        (at, 'd') => (&text[..at], 86_400),
        _ => return None,
    };
    let number: u64 = number.parse().ok()?;
    number
        .checked_mul(seconds_per_unit)
        .map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_unit() {
        for (text, seconds) in [
            ("30s", Some(30)),
            ("10m", Some(600)),
            ("2h", Some(7_200)),
            ("1d", Some(86_400)),
        ] {
            assert_eq!(parse_duration(text).map(|d| d.as_secs()), seconds, "{text}");
        }
        for text in [
            "",
            "m",
            "10",
            "10 m",
            "-1m",
            "1m30s",
            "99999999999999999999d",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
