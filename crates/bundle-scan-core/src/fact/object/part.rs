//! What the parsers of objects have in common: rows of fields and paths, counts and flags that the API leaves out, keys
//! with dots, ages.
//!
//! The API server writes no count that is 0 and no flag that is false (`omitempty` in k8s.io/api), while `kubectl
//! describe` prints both. They are filled in here, but not where the document may have been cut: there they may have
//! been cut off.

use std::borrow::Cow;

use super::meta::metadata;
use crate::fact::kind::Kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::{Entry, Located, Tree};

/// A field, and the path in the object to its value.
pub(super) type Row = (&'static str, &'static str);

/// A fact about an object, with what its metadata say.
pub(super) fn begin<'a>(kind: &'static Kind, object: &Tree<'a>, section: &Section<'a>) -> Fact<'a> {
    let mut fact = Fact::new(kind, object.at().unwrap_or(0));
    metadata(&mut fact, object, section);
    fact
}

/// Takes what is there. Of several rows for a field the first that finds something counts.
pub(super) fn take_rows<'a>(fact: &mut Fact<'a>, object: &Tree<'a>, rows: &[Row]) {
    for (field, path) in rows {
        fact.take(field, object.locate(path));
    }
}

/// Takes counts from the status of an object. One that is missing is 0 if there is a status at all: a manifest that was
/// never applied has none, or an empty one.
pub(super) fn take_counts<'a>(
    fact: &mut Fact<'a>,
    object: &Tree<'a>,
    section: &Section<'a>,
    rows: &[Row],
) {
    take_rows(fact, object, rows);
    let status = object.locate("status");
    let Some(status) = status.filter(|status| status.tree.at().is_some() && is_whole(section))
    else {
        return;
    };
    for (field, _) in rows {
        fact.number(field, 0.0, status.at);
    }
}

/// Takes a flag of the spec. One that is missing is false if there is a spec.
pub(super) fn take_flag<'a>(
    fact: &mut Fact<'a>,
    object: &Tree<'a>,
    section: &Section<'a>,
    (field, path): Row,
) {
    fact.take(field, object.locate(path));
    if let Some(spec) = object.locate("spec").filter(|_| is_whole(section)) {
        fact.flag(field, false, spec.at);
    }
}

/// Sets how long ago a time was, if the time is known.
pub(super) fn take_age<'a>(
    fact: &mut Fact<'a>,
    time: &'static str,
    age: &'static str,
    section: &Section<'a>,
) {
    let at = fact.get(time).map_or(0, |field| field.at);
    let seconds = fact
        .time_of(time)
        .and_then(|unix_nanos| section.age(unix_nanos));
    if let Some(seconds) = seconds {
        fact.number(age, seconds, at);
    }
}

/// Whether the text that the object stands in shows no sign of having been cut. Only JSON is left without a line end by
/// tools that finished.
pub(super) fn is_whole(section: &Section<'_>) -> bool {
    !section.open_end || section.text.trim_end().ends_with(['}', ']'])
}

/// The value of a key that may hold dots.
pub(super) fn keyed<'a>(map: Option<Located<'a>>, key: &str) -> Option<Located<'a>> {
    let entry = map?.tree.entries().iter().find(|entry| entry.key == key)?;
    Some(Located {
        tree: &entry.value,
        at: entry.at,
    })
}

/// The elements of a list, and the place of its key.
pub(super) fn items<'a>(found: Option<Located<'a>>) -> (&'a [Tree<'a>], usize) {
    found.map_or((&[], 0), |found| (found.tree.items(), found.at))
}

/// The entries of a mapping, and the place of its key.
pub(super) fn entries<'a>(found: Option<Located<'a>>) -> (&'a [Entry<'a>], usize) {
    found.map_or((&[], 0), |found| (found.tree.entries(), found.at))
}

/// A text that is not empty, or a number as text.
pub(super) fn word<'a>(tree: &Tree<'a>) -> Option<Cow<'a, str>> {
    match tree {
        Tree::Text(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
        Tree::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

/// The text of a key in each of the elements.
pub(super) fn words<'a>(elements: &[Tree<'a>], key: &str) -> Vec<Cow<'a, str>> {
    elements
        .iter()
        .filter_map(|element| word(element.get(key)))
        .collect()
}

/// Texts with commas between; a single one as it is.
pub(super) fn joined<'a>(mut texts: Vec<Cow<'a, str>>) -> Cow<'a, str> {
    match texts.len() {
        0 | 1 => texts.pop().unwrap_or_default(),
        _ => texts.join(",").into(),
    }
}

/// The addresses that a load balancer gave.
pub(super) fn balancer_addresses<'a>(object: &Tree<'a>) -> (Vec<Cow<'a, str>>, usize) {
    let (ingress, at) = items(object.locate("status.loadBalancer.ingress"));
    let address = |one: &Tree<'a>| word(one.get("ip")).or_else(|| word(one.get("hostname")));
    (ingress.iter().filter_map(address).collect(), at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::kind;
    use crate::fact::object::testing::{self, tree_of};

    fn check(text: &str, open_end: bool, expected: &str) {
        let path = testing::path();
        let section = Section {
            open_end,
            ..testing::section(&path, text)
        };
        let tree = tree_of(text);
        let mut fact = begin(&kind::DEPLOYMENT, &tree, &section);
        take_counts(&mut fact, &tree, &section, &[("ready", "status.ready")]);
        take_flag(&mut fact, &tree, &section, ("paused", "spec.paused"));
        assert_eq!(testing::shown(text, &[fact]), expected, "{text}");
    }

    #[test]
    fn what_the_api_leaves_out_is_filled_in_unless_it_may_have_been_cut_off() {
        check(
            r#"{"spec": {"a": 1}, "status": {"a": 1}}"#,
            true,
            "deployment @1\n  paused=false @1\n  ready=0 @1\n",
        );
        check(
            r#"{"spec": {"paused": true}, "status": {"ready": 2}} "#,
            true,
            "deployment @1\n  paused=true @1\n  ready=2 @1\n",
        );
        check(
            r#"{"spec": {}, "status": {}}"#,
            false,
            "deployment @1\n  paused=false @1\n",
        );
        let cut = "{\"spec\": {},\n \"status\": {\"a\": 1}}, ";
        check(cut, true, "deployment @1\n");
        check(
            cut,
            false,
            "deployment @1\n  paused=false @1\n  ready=0 @2\n",
        );
    }
}
