//! A signature made from one log line: what never changes becomes the anchor, what changes around it is captured, and the line
//! itself is the first sample. What it means is left to whoever knows.

use std::fmt::Write;
use std::sync::LazyLock;

use regex::Regex;

use crate::base::member_path::MemberPath;
use crate::envelope::Level;
use crate::record::Record;
use crate::record::clock::Clock;
use crate::signature::SignatureSet;
use crate::signature::lint::unfinished::{CAUSE, IMPACT, REMEDY, TITLE};
use crate::source::classify;
use crate::source::component::Component;

/// Words of an id.
const ID_WORDS: usize = 5;
/// Bytes of the shortest anchor: the search is made for these.
const MIN_BYTES: usize = 8;
/// Characters of the shortest anchor.
const MIN_CHARACTERS: usize = 4;
/// Where the sample is said to come from.
const MEMBER: &str = "var/log/messages";

/// What differs from one occurrence of a message to the next, by what it is.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    // ASCII alone, as in the patterns of signatures. A quoted sentence is a message, a quoted word a name.
    let parts = [
        r#"(?<quoted>"[^"\s]*"|'[^'\s]*')"#,
        r"(?<url>https?://[^\s,;)]+)",
        r"(?<address>[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]+)?)",
        r"(?<path>(?:/[A-Za-z0-9_.@:-]+){2,}/?)",
        r"(?<id>(?:0x)?[0-9a-f]{7,}(?:-[0-9a-f]{4,})*)",
        r"(?<name>[A-Za-z]+[A-Za-z0-9_.-]*[0-9][A-Za-z0-9_.-]*)",
        r"(?<number>[0-9]+(?:\.[0-9]+)?)",
    ];
    Regex::new(&parts.join("|")).expect("the pattern is constant and tested")
});

/// Each kind of variable: its group above, the entity that it is called, and how it is matched.
const KINDS: [(&str, &str, &str); 7] = [
    ("quoted", "object", r#"["'](?<NAME>[^"'\s]*)["']"#),
    ("url", "url", r"(?<NAME>https?://[^\s,;)]+)"),
    ("address", "address", r"(?<NAME>[\d.]+(?::\d+)?)"),
    ("path", "path", r"(?<NAME>/[\w.@:/-]+)"),
    ("id", "object_id", r"(?<NAME>[0-9a-fx-]+)"),
    ("name", "object", r"(?<NAME>[\w.-]+)"),
    ("number", "count", r"(?<NAME>[\d.]+)"),
];

/// A part of the text that changes.
struct Variable {
    start: usize,
    end: usize,
    /// Its place in [`KINDS`].
    kind: usize,
}

/// A signature file to be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Draft {
    /// The id, which is the name of the file.
    pub id: String,
    /// The text of the file.
    pub yaml: String,
}

/// A signature file that recognises `line` and passes the linter; `set` tells which ids are taken. `None` if nothing in
/// the line is long enough to be searched for.
pub fn draft(set: &SignatureSet, line: &str) -> Option<Draft> {
    let line = line.lines().find(|line| !line.trim().is_empty())?;
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    let path = MemberPath::new(MEMBER);
    let source = classify(&path, line.as_bytes());
    let record = Record::read(line.as_bytes(), &source, &Clock::new(None));
    let text = String::from_utf8_lossy(&record.text).into_owned();
    let variables = variables(&text);
    let (start, end) = stable(&text, &variables)?;
    let anchor = text.get(start..end)?;
    let id = id(set, anchor);
    let (regex, entities) = pattern(&text, (start, end), &variables);
    let severity = match record.level {
        Some(Level::Critical | Level::Error) => "error",
        _ => "warning",
    };
    let component = record.component.map_or(String::new(), |component| {
        format!("        component: [{}]\n", component.as_str())
    });
    let mut out = String::new();
    // Into memory: nothing can fail.
    let _ = write!(
        out,
        "id: {id}\n\
         title:\n  en: \"{title_en}\"\n  zh: \"{title_zh}\"\n\
         severity: {severity}\nconfidence: medium\ncategory: {category}\ncodes: []\ncovers: []\n\
         match:\n  any:\n    - line:\n{component}        literal: {literal}\n{regex}\
         entities: {{{entities}}}\ncauses: []\n\
         cause:\n  en: \"{cause_en}\"\n  zh: \"{cause_zh}\"\n\
         impact:\n  en: \"{impact_en}\"\n  zh: \"{impact_zh}\"\n\
         remedy:\n  - {{en: \"{remedy_en}\", zh: \"{remedy_zh}\", risk: read-only}}\n\
         references: []\n\
         samples:\n  positive:\n    - member: {MEMBER}\n      text: {sample}\n  \
         negative:\n    - member: root/.bash_history\n      text: {echo}\n",
        title_en = TITLE.en,
        title_zh = TITLE.zh,
        cause_en = CAUSE.en,
        cause_zh = CAUSE.zh,
        impact_en = IMPACT.en,
        impact_zh = IMPACT.zh,
        remedy_en = REMEDY.en,
        remedy_zh = REMEDY.zh,
        category = category(record.component),
        literal = quoted(anchor),
        regex = regex.map_or(String::new(), |regex| format!(
            "        regex: {}\n",
            quoted(&regex)
        )),
        sample = quoted(&line),
        echo = quoted(&format!("grep -r -F \"{anchor}\" /var/log")),
    );
    Some(Draft { id, yaml: out })
}

fn variables(text: &str) -> Vec<Variable> {
    let found = VARIABLE.captures_iter(text);
    let known = found.filter_map(|captures| {
        let kind = KINDS
            .iter()
            .position(|(group, ..)| captures.name(group).is_some())?;
        let whole = captures.get(0)?;
        Some(Variable {
            start: whole.start(),
            end: whole.end(),
            kind,
        })
    });
    known.collect()
}

/// The longest stretch between variables, if it is long enough for an anchor.
fn stable(text: &str, variables: &[Variable]) -> Option<(usize, usize)> {
    let starts = std::iter::once(0).chain(variables.iter().map(|variable| variable.end));
    let ends = variables
        .iter()
        .map(|variable| variable.start)
        .chain([text.len()]);
    let trimmed = starts.zip(ends).filter_map(|(start, end)| {
        let part = text.get(start..end)?;
        // Quotes and backslashes may be escaped in the raw line.
        let part = part
            .split(['"', '\'', '\\'])
            .max_by_key(|part| part.len())?;
        let part = part.trim();
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        Some((start, start + part.len()))
    });
    trimmed
        .filter(|(start, end)| {
            let part = text.get(*start..*end).unwrap_or("");
            part.len() >= MIN_BYTES && part.chars().count() >= MIN_CHARACTERS
        })
        .max_by_key(|(start, end)| (end - start, std::cmp::Reverse(*start)))
}

/// The anchor with the variables next to it, as a regex, and the entities that it captures.
fn pattern(
    text: &str,
    (start, end): (usize, usize),
    variables: &[Variable],
) -> (Option<String>, String) {
    let before = variables.iter().rfind(|variable| variable.end <= start);
    let after = variables.iter().find(|variable| variable.start >= end);
    if before.is_none() && after.is_none() {
        return (None, String::new());
    }
    let mut regex = String::new();
    let mut entities: Vec<(String, &str)> = Vec::new();
    let mut capture = |variable: &Variable| {
        let (_, entity, pattern) = KINDS[variable.kind];
        let name = match entities.iter().any(|(name, _)| name == entity) {
            true => format!("other_{entity}"),
            false => entity.to_owned(),
        };
        let part = pattern.replace("NAME", &name);
        entities.push((name, entity));
        part
    };
    let escaped = |from: usize, to: usize| regex::escape(text.get(from..to).unwrap_or(""));
    let from = before.map_or(start, |variable| {
        regex += &capture(variable);
        variable.end
    });
    regex += &escaped(from, after.map_or(end, |variable| variable.start));
    if let Some(variable) = after {
        regex += &capture(variable);
    }
    let entities: Vec<String> = entities
        .iter()
        .map(|(name, entity)| format!("{name}: {entity}"))
        .collect();
    (Some(regex), entities.join(", "))
}

fn id(set: &SignatureSet, anchor: &str) -> String {
    let lower = anchor.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut id = words.take(ID_WORDS).collect::<Vec<_>>().join("-");
    if id.is_empty() {
        "new-signature".clone_into(&mut id);
    }
    match set.find(&id) {
        Some(_) => format!("{id}-2"),
        None => id,
    }
}

fn category(component: Option<Component>) -> &'static str {
    match component {
        Some(Component::Kernel) => "kernel",
        Some(Component::Containerd | Component::Dockerd | Component::Crio) => "runtime",
        Some(Component::Cni | Component::KubeProxy) => "network",
        Some(Component::Coredns) => "dns",
        Some(Component::IngressController | Component::Web) => "ingress",
        Some(Component::Csi) => "storage",
        Some(
            Component::Apiserver
            | Component::ControllerManager
            | Component::Scheduler
            | Component::Etcd,
        ) => "cluster",
        Some(Component::App | Component::Event | Component::Describe | Component::Object) => {
            "workload"
        }
        _ => "node",
    }
}

/// A YAML scalar in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::check_files;
    use crate::signature::load::SourceFile;
    use proptest::prelude::*;

    #[test]
    fn a_draft_passes_the_linter_and_finds_its_line() {
        for line in [
            "Mar 10 10:17:41 n1 kernel: frobnicator 0000:00:1f.2: watchdog bit 7 stays set after 120 seconds",
            "Mar 10 10:17:41 n1 kubelet[812]: E0310 10:17:41.075997     812 widget.go:99] \"Widget refuses to spin\" err=\"spin budget of pod web-5c7d is exhausted\" pod=\"shop/web-5c7d\"",
            "time=\"2026-03-10T10:17:41Z\" level=error msg=\"frobnication of image \\\"reg.local/a:1\\\" went astray\"",
            "the gizmo 'left' of 10.0.0.7:8080 does not turn any more: it's stuck",
            "完全看不懂的错误：组件 7 无法完成同步操作",
        ] {
            let set = SignatureSet::empty();
            let Draft { id, yaml } = draft(&set, line).expect(line);
            let file = SourceFile {
                name: format!("{id}.yaml"),
                text: yaml.clone(),
            };
            let complaints = check_files(&set, vec![file]).complaints;
            assert!(complaints.is_empty(), "{line}\n{yaml}\n{complaints:?}");
        }
    }

    #[test]
    fn what_changes_is_captured_and_the_rest_is_the_anchor() {
        let text = draft(
            &SignatureSet::empty(),
            "Mar 10 10:17:41 n1 kernel: gizmo sdb7: turns blocked for more than 120 seconds.",
        )
        .expect("it is long enough")
        .yaml;
        assert!(text.contains("id: turns-blocked-for-more-than\n"), "{text}");
        assert!(
            text.contains("literal: ': turns blocked for more than'"),
            "{text}"
        );
        assert!(
            text.contains(
                r"regex: '(?<object>[\w.-]+): turns blocked for more than (?<count>[\d.]+)'"
            ),
            "{text}"
        );
        assert!(text.contains("component: [kernel]"), "{text}");
    }

    #[test]
    fn a_line_without_stable_text_gives_none() {
        for line in ["", "12 34 56", "0xdeadbeef 10.0.0.1"] {
            assert_eq!(draft(&SignatureSet::empty(), line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_pasted_makes_a_draft_that_finds_it_or_none(
            words in proptest::collection::vec(
                prop_oneof!["[a-z]{1,9}", "\\PC{0,6}", "[0-9]{1,5}", "[\"'\\\\:=/.-]{1,3}", Just("10.0.0.7:80".to_owned())],
                0..12,
            ),
        ) {
            let line = format!("Mar 10 10:17:41 n1 kernel: {}", words.join(" "));
            if let Some(Draft { id, yaml }) = draft(&SignatureSet::empty(), &line) {
                let file = SourceFile { name: format!("{id}.yaml"), text: yaml.clone() };
                let complaints = check_files(&SignatureSet::empty(), vec![file]).complaints;
                prop_assert!(complaints.is_empty(), "{line}\n{yaml}\n{complaints:?}");
            }
        }
    }
}
