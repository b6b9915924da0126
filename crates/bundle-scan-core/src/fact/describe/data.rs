//! Secrets and config maps.
//!
//! ```text
//! Data                         Data
//! ====                         ====
//! tls.crt:  1245 bytes         Corefile:
//! tls.key:  1704 bytes         ----
//!                              .:53 {
//! ```
//!
//! Of a secret the text has the sizes of its values, of which only the keys are kept. Binary data is not read.
//! Source: `describeSecret` and `ConfigMapDescriber` of k8s.io/kubectl `pkg/describe/describe.go`.

use std::borrow::Cow;

use super::object::{Object, Titles};
use super::outline::nodes;
use crate::fact::{Fact, kind};

const SECRET: &Titles = &[("Type", "type")];

/// Bytes of a value of a config map that are kept.
const MAX_VALUE_BYTES: usize = 4_096;

/// Appends the fact of a secret.
pub(super) fn read_secret<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut secret = object.fact(&kind::SECRET);
    object.fill(&mut secret, SECRET);
    object.fill_common(&mut secret);
    let lines = nodes(object.lines)
        .map(|node| node.line)
        .skip_while(|line| line.text != "Data");
    let keys: Vec<&'a str> = lines
        .filter(|line| line.value.ends_with("bytes"))
        .map(|line| line.key)
        .collect();
    if let Some(first) = keys.first().filter(|key| !key.is_empty()) {
        let at = object.section.at(first);
        secret.list(
            "keys",
            keys.iter().copied().map(Cow::Borrowed).collect(),
            at,
        );
    }
    facts.push(secret);
}

/// Appends the fact of a config map.
pub(super) fn read_configmap<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut map = object.fact(&kind::CONFIGMAP);
    let text = object.section.text;
    let data = text.split_once("\nData").map_or("", |(_, data)| data);
    let data = data.split("\nBinaryData").next().unwrap_or("");
    let data = data.split("\nEvents:").next().unwrap_or("");
    let entries = entries(data);
    if let Some((first, _)) = entries.first() {
        let at = object.section.at(first);
        let shown = entries
            .iter()
            .map(|(key, value)| Cow::Owned(format!("{key}={}", cut(value))))
            .collect();
        map.list("data", shown, at);
    }
    facts.push(map);
}

/// Each key stands on a line of its own, with a rule below it and the value below that.
fn entries(data: &str) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut parts = data.split("\n----");
    let last_line = |part: &'_ str| {
        part.trim_end_matches('\r')
            .rfind('\n')
            .map_or(0, |at| at + 1)
    };
    let mut key = parts.next().and_then(|part| part.get(last_line(part)..));
    for part in parts {
        let next = last_line(part);
        let (value, next_key) = part.split_at_checked(next).unwrap_or((part, ""));
        let is_key = next_key.trim_end().ends_with(':');
        let value = if is_key { value } else { part };
        found.extend(key.map(|key| (key.trim().trim_end_matches(':'), value.trim())));
        key = Some(next_key);
    }
    found
}

fn cut(value: &str) -> &str {
    let starts = value.char_indices().map(|(start, _)| start);
    match starts.take_while(|start| *start <= MAX_VALUE_BYTES).last() {
        Some(end) if value.len() > MAX_VALUE_BYTES => value.get(..end).unwrap_or(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use crate::fact::describe::testing::check;

    #[test]
    fn a_secret_keeps_its_values() {
        check(
            "Name:         cert\nNamespace:    shop\nLabels:       <none>\nAnnotations:  a=b\n\nType:  kubernetes.io/tls\n\n\
             Data\n====\ntls.crt:  1245 bytes\ntls.key:  1704 bytes\n",
            "secret name=cert namespace=shop type=kubernetes.io/tls annotations=a=b keys=tls.crt,tls.key @1\n",
        );
    }

    #[test]
    fn a_config_map() {
        check(
            "Name:         dns\nNamespace:    shop\nLabels:       <none>\nAnnotations:  <none>\n\nData\n====\nCorefile:\n----\n\
             .:53 {\n    forward . 192.0.2.1\n}\n\nmode:\n----\nfast\n\nBinaryData\n====\n\nEvents:  <none>\n",
            "configmap name=dns namespace=shop data=Corefile=.:53 {\\n    forward . 192.0.2.1\\n},mode=fast @1\n",
        );
    }
}
