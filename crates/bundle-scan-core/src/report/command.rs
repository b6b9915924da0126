//! The commands of a remedy with what a finding names in place of their placeholders, ready to be copied.
//!
//! What is put in comes from the bundle and goes into a shell: nothing but letters, digits and a few marks that no shell obeys. A step that changes something
//! is filled only where there is no choice; one that only looks may begin with any of several things, and does with the most frequent. A step that loses data
//! is left to whoever decides what is to be lost.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Finding, Report};
use crate::base::thing::{NAMESPACED, canonical};
use crate::signature::schema::{Risk, Step};

/// Placeholders that stand for the entity of the same name, in small letters.
const PLACEHOLDERS: [&str; 10] = [
    "CONTAINER",
    "INGRESS",
    "NAMESPACE",
    "NODE",
    "POD",
    "PVC",
    "SECRET",
    "SERVICE",
    "UNIT",
    "WORKLOAD",
];
/// Those of which a step that changes something often means another one than the finding names: the new image, the disk below.
const ONLY_TO_LOOK: [&str; 4] = ["DEVICE", "HOST", "IMAGE", "INTERFACE"];

/// The command of a step, with its placeholders.
pub fn as_written(step: &Step) -> Option<Cow<'_, str>> {
    step.command.as_deref().map(Cow::Borrowed)
}

/// The command of a step, as far as a finding tells what it is about.
pub fn filled<'s>(step: &'s Step, finding: &Finding, report: &Report) -> Option<Cow<'s, str>> {
    let command = step.command.as_deref()?;
    if step.risk == Risk::DataLoss {
        return Some(Cow::Borrowed(command));
    }
    let only_looks = step.risk == Risk::ReadOnly;
    let meant = words(command).filter(|(start, end)| {
        let word = &command[*start..*end];
        PLACEHOLDERS.contains(&word) || only_looks && ONLY_TO_LOOK.contains(&word)
    });
    let meant: Vec<_> = meant.collect();
    let mut words = meant.iter().map(|(start, end)| &command[*start..*end]);
    let first = match only_looks {
        true => words.find_map(|word| First::of_several(word, finding, report)),
        false => None,
    };
    let mut out = String::new();
    let mut copied = 0;
    for (start, end) in meant {
        let word = &command[start..end];
        let value = match &first {
            Some(first) => first.value_of(word, finding, report),
            None => the_only(&word.to_lowercase(), finding, report),
        };
        let value = value.filter(|value| is_harmless(word, value));
        if let Some(value) = value {
            out.push_str(&command[copied..start]);
            // `/dev/DEVICE` of a finding that names `/dev/sda`.
            let value = value
                .strip_prefix("/dev/")
                .filter(|_| out.ends_with("/dev/"))
                .unwrap_or(value);
            out.push_str(value);
            copied = end;
        }
    }
    if copied == 0 {
        return Some(Cow::Borrowed(command));
    }
    out.push_str(&command[copied..]);
    Some(Cow::Owned(out))
}

/// Where words in capitals stand that may be placeholders: not the columns that kubectl is asked for, as in `NODE:.spec.nodeName`, nor variables that are set.
fn words(command: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = command.char_indices().filter(move |(at, c)| {
        let before = command[..*at].chars().next_back();
        c.is_ascii_uppercase() && !before.is_some_and(|c| is_word(c) || c == '$' || c == '{')
    });
    starts.filter_map(move |(start, _)| {
        let rest = &command[start..];
        let end = start + rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let after = &command[end..];
        (!after.starts_with(":.") && !after.starts_with('=')).then_some((start, end))
    })
}

/// The most frequent of several things, to look at first.
struct First<'f> {
    placeholder: String,
    name: &'f str,
    namespace: Option<&'f str>,
}

impl<'f> First<'f> {
    /// What may stand for a placeholder, if a finding names more than one such thing.
    fn of_several(placeholder: &str, finding: &'f Finding, report: &'f Report) -> Option<Self> {
        let entity = placeholder.to_lowercase();
        let own = finding.values(&entity);
        let (values, _) = match entity.as_str() {
            "node" => own.or_else(|| finding.values("host")),
            _ => own,
        }?;
        let [(first, _), _, ..] = values else {
            return None;
        };
        let namespace = first.rsplit_once('/').map(|(namespace, _)| namespace);
        Some(First {
            name: match entity.as_str() {
                "node" => node_name(first, report),
                _ => canonical_name(&entity, first),
            },
            namespace: namespace.filter(|_| NAMESPACED.contains(&entity.as_str())),
            placeholder: placeholder.to_owned(),
        })
    }

    /// What stands for any placeholder of the same command. What belongs to the other things is none of this one.
    fn value_of(&self, word: &str, finding: &'f Finding, report: &'f Report) -> Option<&'f str> {
        let entity = word.to_lowercase();
        match word {
            _ if word == self.placeholder => Some(self.name),
            "NAMESPACE" => self
                .namespace
                .or_else(|| the_only(&entity, finding, report)),
            "CONTAINER" => None,
            _ if NAMESPACED.contains(&entity.as_str()) && self.namespace.is_some() => {
                let (values, _) = finding.values(&entity)?;
                let namespaces = values.iter().map(|(name, _)| name.rsplit_once('/'));
                let mut namespaces = namespaces.map(|parts| parts.map(|(namespace, _)| namespace));
                namespaces
                    .all(|namespace| namespace == self.namespace)
                    .then(|| the_only(&entity, finding, report))?
            }
            _ => the_only(&entity, finding, report),
        }
    }
}

/// What a finding names of a kind, if that is one thing.
fn the_only<'f>(entity: &str, finding: &'f Finding, report: &'f Report) -> Option<&'f str> {
    let values = |entity: &str| {
        let (values, capped) = finding.values(entity)?;
        (!capped).then(|| values.iter().map(|(value, _)| value.as_str()))
    };
    let own = || one(values(entity)?);
    match entity {
        "node" => own()
            .or_else(|| finding.host())
            .map(|node| node_name(node, report)),
        "namespace" => {
            let owners = NAMESPACED
                .iter()
                .filter_map(|entity| values(entity))
                .flatten();
            let namespaces = || {
                one(owners.map(|name| name.rsplit_once('/').map_or("", |(namespace, _)| namespace)))
            };
            own()
                .or_else(namespaces)
                .filter(|namespace| !namespace.is_empty())
        }
        _ => one(values(entity)?.map(|name| canonical_name(entity, name))),
    }
}

/// A name without its namespace; of what has none all of it.
fn canonical_name<'n>(entity: &str, name: &'n str) -> &'n str {
    match NAMESPACED.contains(&entity) {
        true => canonical(entity, name),
        false => name,
    }
}

/// The value, if all are the same.
fn one<'v>(values: impl Iterator<Item = &'v str>) -> Option<&'v str> {
    let all: BTreeSet<&str> = values.collect();
    match all.len() {
        1 => all.into_iter().next(),
        _ => None,
    }
}

/// What the cluster calls a machine.
fn node_name<'r>(host: &'r str, report: &'r Report) -> &'r str {
    let mut nodes = report.census.nodes.iter();
    let known = nodes.find(|node| canonical("node", node) == canonical("host", host));
    known.map_or(host, String::as_str)
}

/// Whether no shell obeys it. Behind an `@` another machine might stand, but for digests of images and instances of units.
fn is_harmless(placeholder: &str, value: &str) -> bool {
    let may_be_at = ["IMAGE", "UNIT"].contains(&placeholder);
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || "._:/-".contains(c) || c == '@' && may_be_at;
    let begins_well = value.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
    begins_well && value.len() <= 253 && value.chars().all(is_plain) && !value.contains("..")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Cursor;

    use bundle_scan_testkit::Fixture;

    use super::*;
    use crate::signature::load::SourceFile;
    use crate::{Scanner, SignatureSet};

    /// The commands of a signature of lines that name a pod and a disk.
    fn commands(lines: &str) -> Vec<String> {
        let text = "id: x\ntitle: {en: T, zh: 标题}\nseverity: error\ncategory: storage\n\
            match: {any: [{line: {component: [kernel], literal: 'lost the disk of', regex: 'lost the disk of (?<pod>\\S+): (?<disk>\\S+)'}}]}\n\
            entities: {pod: pod, disk: device}\ncause: {en: C., zh: 原因。}\nimpact: {en: I., zh: 影响。}\n\
            remedy:\n\
            - {en: A., zh: 甲。, command: 'kubectl cordon NODE', risk: change}\n\
            - {en: A., zh: 甲。, command: 'kubectl -n NAMESPACE get pod POD -o custom-columns=NODE:.spec.nodeName', risk: read-only}\n\
            - {en: A., zh: 甲。, command: 'dd if=/dev/DEVICE; NODE=1 echo $NODE PODS DEVICE', risk: read-only}\n\
            - {en: A., zh: 甲。, command: 'kubectl delete pod POD', risk: data-loss}\n\
            samples: {positive: [{member: dmesg, text: 'lost the disk of a: b'}], negative: [{member: dmesg, text: 'lost the disk of'}]}\n";
        filled_of(text, lines)
    }

    /// The commands of a signature, with what lines of a kernel name.
    fn filled_of(text: &str, lines: &str) -> Vec<String> {
        let file = SourceFile {
            name: "x.yaml".to_owned(),
            text: text.to_owned(),
        };
        let set = SignatureSet::empty().with_files(vec![file]).unwrap();
        let bundle = Fixture::new(vec![("var/log/messages".into(), lines.into())]).tar();
        let scanner = Scanner::builder().threads(1).build(set);
        let report = scanner.scan_reader("b.tar", Cursor::new(bundle)).unwrap();
        let finding = &report.findings[0];
        let steps = finding.signature.spec().remedy.iter();
        let filled = steps.map(|step| filled(step, finding, &report).unwrap().into_owned());
        filled.collect()
    }

    fn line(host: &str, pod: &str, disk: &str) -> String {
        format!("2026-03-10T10:17:41+08:00 {host} kernel: lost the disk of {pod}: {disk}\n")
    }

    #[test]
    fn of_several_things_those_that_belong_together_are_put_in() {
        let text = "id: x\ntitle: {en: T, zh: 标题}\nseverity: error\ncategory: storage\n\
            match: {any: [{line: {component: [kernel], literal: 'lost the disk of', regex: 'lost the disk of (?<pod>\\S+): (?<pvc>\\S+) (?<container>\\S+)'}}]}\n\
            entities: {pod: pod, pvc: pvc, container: container}\ncause: {en: C., zh: 原因。}\nimpact: {en: I., zh: 影响。}\n\
            remedy:\n\
            - {en: A., zh: 甲。, command: 'kubectl -n NAMESPACE logs POD -c CONTAINER; kubectl -n NAMESPACE get pvc PVC', risk: read-only}\n\
            - {en: A., zh: 甲。, command: 'kubectl describe node NODE', risk: read-only}\n\
            samples: {positive: [{member: dmesg, text: 'lost the disk of a: b c'}], negative: [{member: dmesg, text: 'lost the disk of'}]}\n";
        let lines = |pvc: &str| {
            ["web-0", "web-1"].map(|pod| {
                line(
                    &format!("{pod}.example.com"),
                    &format!("shop/{pod}"),
                    &format!("{pvc} app"),
                )
            })
        };
        let found = filled_of(text, &lines("shop/data").concat());
        assert_eq!(
            found,
            [
                "kubectl -n shop logs web-0 -c CONTAINER; kubectl -n shop get pvc data",
                "kubectl describe node web-0",
            ]
        );
        let other = filled_of(text, &lines("prod/data").concat());
        assert_eq!(
            other[0],
            "kubectl -n shop logs web-0 -c CONTAINER; kubectl -n shop get pvc PVC"
        );
    }

    const LEFT: &str = "kubectl -n NAMESPACE get pod POD -o custom-columns=NODE:.spec.nodeName";

    #[test]
    fn what_a_finding_names_is_put_in() {
        let one = commands(&line("n1", "shop/web-0", "/dev/sda"));
        assert_eq!(
            one,
            [
                "kubectl cordon n1",
                "kubectl -n shop get pod web-0 -o custom-columns=NODE:.spec.nodeName",
                "dd if=/dev/sda; NODE=1 echo $NODE PODS /dev/sda",
                "kubectl delete pod POD",
            ]
        );
    }

    #[test]
    fn where_there_is_a_choice_only_a_look_is_for_the_first() {
        let two = commands(&(line("n1", "shop/web-0", "sda") + &line("n2", "shop/web-1", "sdb")));
        assert_eq!(two[0], "kubectl cordon NODE");
        let filled = |namespace, pod| LEFT.replace("NAMESPACE", namespace).replace("POD", pod);
        assert_eq!(two[1], filled("shop", "web-0"));
        assert_eq!(two[2], "dd if=/dev/sda; NODE=1 echo $NODE PODS sda");
        let often = line("n1", "prod/web-1", "sda").repeat(2);
        let apart = commands(&(line("n1", "shop/web-0", "sda") + &often));
        assert_eq!(apart[1], filled("prod", "web-1"));
        let hidden = commands(&(line("n1", "a;reboot", "sda") + &line("n1", "b;reboot", "sda")));
        assert_eq!(hidden[1], LEFT);
    }

    #[test]
    fn nothing_that_a_shell_obeys_is_put_in() {
        for pod in [
            "a;reboot",
            "$(reboot)",
            "`reboot`",
            "-f",
            "a|b",
            "a&b",
            "a'b",
            "a\"b",
            "*",
            "..",
            "~root",
            "a\\b",
            "a\u{2028}b",
            "root@b",
        ] {
            let hostile = commands(&line("n1", pod, "sda"));
            assert_eq!(hostile[1], LEFT, "{pod}");
        }
    }
}
