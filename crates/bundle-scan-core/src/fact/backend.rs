//! Tells the services of an Ingress one by one, so that each can be joined with what is known about it. The Ingress may have
//! been read from any spelling.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::kind;
use super::row::Fact;
use super::section::Section;
use super::value::Value;

/// Fields that a backend shares with its Ingress.
const SHARED: [&str; 4] = ["namespace", "name", "class", "annotations"];

/// Appends an Ingress and its backends.
pub(super) fn push_with_backends<'a>(
    ingress: Fact<'a>,
    section: &Section<'a>,
    facts: &mut Vec<Fact<'a>>,
) {
    let mut services = BTreeMap::new();
    for field in ["backends", "default_backend"].map(|name| ingress.get(name)) {
        let Some(field) = field else { continue };
        let texts = match &field.value {
            Value::List(texts) => texts.as_slice(),
            Value::Text(text) => std::slice::from_ref(text),
            _ => &[],
        };
        for service in texts.iter().filter_map(service) {
            let at = match service {
                Cow::Borrowed(name) => section.at(name),
                Cow::Owned(_) => field.at,
            };
            services.entry(service).or_insert(at);
        }
    }
    let backend = |(name, at)| {
        let mut backend = Fact::new(&kind::INGRESS_BACKEND, ingress.at);
        for field in SHARED.iter().filter_map(|shared| ingress.get(shared)) {
            backend.put(field.name, field.value.clone(), field.at);
        }
        backend.put("service", Value::Text(name), at);
        backend
    };
    let backends: Vec<Fact<'a>> = services.into_iter().map(backend).collect();
    facts.push(ingress);
    facts.extend(backends);
}

/// The service of `web:80`; none of `StorageBucket/static`.
fn service<'a>(backend: &Cow<'a, str>) -> Option<Cow<'a, str>> {
    let end = backend.find(':').unwrap_or(backend.len());
    if backend.contains('/') {
        return None;
    }
    Some(match backend {
        Cow::Borrowed(text) => text[..end].into(),
        Cow::Owned(text) => text[..end].to_owned().into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::member_path::MemberPath;

    #[test]
    fn each_service_is_told_once() {
        let mut ingress = Fact::new(&kind::INGRESS, 3);
        ingress
            .text("namespace", "shop", 4)
            .text("name", "web", 5)
            .text("class", "cce", 6)
            .list(
                "backends",
                vec!["web:80".into(), "api:http".into(), "web:80".into()],
                7,
            )
            .text("default_backend", "StorageBucket/static", 8);
        let section = Section {
            path: &MemberPath::new("m"),
            header: "",
            text: "",
            modified: None,
            open_end: false,
        };
        let mut facts = Vec::new();
        push_with_backends(ingress, &section, &mut facts);
        let told: Vec<_> = facts
            .iter()
            .map(|fact| {
                let text = |name| fact.text_of(name).unwrap_or("");
                (fact.kind.name, text("name"), text("service"))
            })
            .collect();
        assert_eq!(
            told,
            [
                ("ingress", "web", ""),
                ("ingress_backend", "web", "api"),
                ("ingress_backend", "web", "web"),
            ]
        );
    }
}
