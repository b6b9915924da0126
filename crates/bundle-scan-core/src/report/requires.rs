//! Holds what a signature requires of the machine against what the bundle says about it.

use crate::base::severity::Confidence;
use crate::fact::census::Census;
use crate::fact::value::compare_versions;
use crate::signature::schema::{Requirement, Spec};

/// Whether one of the values that the bundle tells of a property meets a requirement; `None` if it tells none.
pub fn is_met(property: &str, requirement: &Requirement, census: &Census) -> Option<bool> {
    let mut values = census.values(property).peekable();
    values.peek()?;
    Some(values.any(|value| meets(property, requirement, value)))
}

/// How sure a finding of this signature is in this bundle; `None` if the bundle contradicts what it requires. What is not
/// known is no contradiction, and lowers the confidence.
pub(super) fn confidence(spec: &Spec, census: &Census) -> Option<Confidence> {
    let mut is_known = true;
    for (property, requirement) in &spec.requires {
        match is_met(property, requirement, census) {
            None => is_known = false,
            Some(true) => {}
            Some(false) => return None,
        }
    }
    Some(match (is_known, spec.confidence) {
        (true, confidence) => confidence,
        (false, Confidence::High) => Confidence::Medium,
        (false, _) => Confidence::Low,
    })
}

fn meets(property: &str, requirement: &Requirement, value: &str) -> bool {
    let one = |wanted: &String| match property {
        "os" => is_system(wanted, value),
        _ => in_range(wanted, value),
    };
    requirement.wanted().iter().any(one)
}

/// Whether a version lies in a range such as `<5.9` or `>=1.17 <1.19.16-r7`; without an operator the value or a version
/// that begins with it is meant.
fn in_range(range: &str, version: &str) -> bool {
    let bounds = range.split([' ', ',']).filter(|bound| !bound.is_empty());
    bounds.into_iter().all(|bound| {
        let end = bound
            .find(|c: char| !"<>=".contains(c))
            .unwrap_or(bound.len());
        let (operator, wanted) = bound.split_at_checked(end).unwrap_or(("", bound));
        let order = compare_versions(version, wanted);
        match operator {
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            ">=" => order.is_ge(),
            _ => begins_with_version(version, wanted),
        }
    })
}

fn begins_with_version(version: &str, wanted: &str) -> bool {
    let version = version.strip_prefix('v').unwrap_or(version);
    let rest = version.strip_prefix(wanted.strip_prefix('v').unwrap_or(wanted));
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// Whether `centos7`, `euleros2.8` or `ubuntu` means the system that calls itself `CentOS Linux 7 (Core)`,
/// `EulerOS 2.0 (SP8)`, `Ubuntu 22.04.5 LTS`.
fn is_system(wanted: &str, value: &str) -> bool {
    let wanted = wanted.to_ascii_lowercase();
    let value = value.to_ascii_lowercase();
    let digits = wanted
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(wanted.len());
    let (name, version) = wanted.split_at_checked(digits).unwrap_or((&wanted, ""));
    let letters: String = value.chars().filter(char::is_ascii_alphabetic).collect();
    let name: String = name.chars().filter(char::is_ascii_alphabetic).collect();
    if !letters.contains(&name) {
        return false;
    }
    let mut words: Vec<String> = value
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .map(str::to_owned)
        .collect();
    // A service pack counts as the second number: 2.0 (SP8) is 2.8.
    let pack = words
        .iter()
        .find_map(|word| word.strip_prefix("sp").map(str::to_owned));
    if let Some(pack) = pack {
        let majors: Vec<String> = words
            .iter()
            .filter_map(|word| word.strip_suffix(".0"))
            .map(|major| format!("{major}.{pack}"))
            .collect();
        words.extend(majors);
    }
    version.is_empty() || words.iter().any(|word| begins_with_version(word, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_versions() {
        for (range, version, expected) in [
            ("<5.9", "5.10.225-213.amzn2", false),
            ("<5.9", "3.10.0-957.el7", true),
            (">=1.17 <1.19.16-r7", "v1.19.8-r0", true),
            (">=1.17 <1.19.16-r7", "v1.15.11-r1", false),
            ("aarch64", "aarch64", true),
            ("aarch64", "x86_64", false),
            ("1.15.6", "v1.15.6-r1", true),
            ("1.15", "v1.150.6", false),
        ] {
            assert_eq!(in_range(range, version), expected, "{range} {version}");
        }
    }

    #[test]
    fn systems_have_many_names() {
        for (wanted, value, expected) in [
            ("centos7", "CentOS Linux 7 (Core)", true),
            ("centos7", "centos 7", true),
            ("centos7.6", "CentOS Linux release 7.6.1810 (Core)", true),
            ("centos7", "CentOS Stream 8", false),
            ("euleros2.8", "EulerOS 2.0 (SP8)", true),
            ("euleros2.8", "EulerOS 2.0 (SP9)", false),
            ("ubuntu", "Ubuntu 22.04.5 LTS", true),
            ("ubuntu", "Debian GNU/Linux 12", false),
        ] {
            assert_eq!(is_system(wanted, value), expected, "{wanted} {value}");
        }
    }

    #[test]
    fn the_unknown_lowers_confidence_and_a_contradiction_ends_it() {
        let spec = |requires: &str| -> Spec {
            let text = format!(
                "id: a\ntitle: {{en: t, zh: t}}\nseverity: error\ncategory: node\nmatch: {{}}\nrequires: {requires}\n\
                 cause: {{en: c, zh: c}}\nimpact: {{en: i, zh: i}}\nremedy: []\nsamples: {{positive: [], negative: []}}"
            );
            serde_saphyr::from_str(&text).expect("a signature")
        };
        let mut census = Census::default();
        census.add("kernel", "4.18.0-147");
        for (requires, expected) in [
            ("{}", Some(Confidence::High)),
            ("{kernel: '<5.9'}", Some(Confidence::High)),
            ("{kernel: '<4'}", None),
            ("{kernel: '<5.9', os: [centos7]}", Some(Confidence::Medium)),
        ] {
            assert_eq!(confidence(&spec(requires), &census), expected, "{requires}");
        }
    }
}
