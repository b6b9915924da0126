//! Folds symptoms under their causes: which found signature explains which.
//!
//! An edge is a `causes` entry between two findings, or a chain of entries through signatures that were not found. Entities
//! and times are not compared. Invariant: the result is a forest, because the linter refuses circles.

use std::collections::{BTreeMap, BTreeSet};

use crate::signature::SignatureSet;

/// For each explained finding the id of the finding that explains it: the nearest one, of several the strongest.
///
/// `strength` holds the findings by id with their own score.
pub fn explained_by(
    set: &SignatureSet,
    strength: &BTreeMap<String, i64>,
) -> BTreeMap<String, String> {
    let mut best: BTreeMap<String, (usize, i64, String)> = BTreeMap::new();
    for (cause, own) in strength {
        for (symptom, distance) in symptoms(set, cause, strength) {
            // Nearest first, then strongest, then by id: `min` of this tuple.
            let candidate = (distance, -own, cause.clone());
            let known = best.entry(symptom).or_insert_with(|| candidate.clone());
            if candidate < *known {
                *known = candidate;
            }
        }
    }
    best.into_iter()
        .map(|(symptom, (_, _, cause))| (symptom, cause))
        .collect()
}

/// The findings that `cause` leads to, with the number of edges on the way; the search stops at each finding.
fn symptoms(
    set: &SignatureSet,
    cause: &str,
    found: &BTreeMap<String, i64>,
) -> Vec<(String, usize)> {
    let mut reached = Vec::new();
    let mut seen = BTreeSet::from([cause.to_owned()]);
    let mut level = vec![cause.to_owned()];
    let mut distance = 0;
    while !level.is_empty() {
        distance += 1;
        let targets = level
            .iter()
            .filter_map(|id| set.find(id))
            .flat_map(|signature| signature.spec().causes.clone());
        let fresh: Vec<String> = targets
            .filter(|target| seen.insert(target.clone()))
            .collect();
        let (found_now, missing): (Vec<_>, Vec<_>) = fresh
            .into_iter()
            .partition(|target| found.contains_key(target));
        reached.extend(found_now.into_iter().map(|target| (target, distance)));
        level = missing;
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::load::SourceFile;

    fn signature(id: &str, causes: &str) -> SourceFile {
        let text = format!(
            "id: {id}\ntitle: {{en: t, zh: t}}\nseverity: error\ncategory: node\nmatch: {{any: [{{line: {{literal: some text}}}}]}}\n\
             causes: [{causes}]\ncause: {{en: c, zh: c}}\nimpact: {{en: i, zh: i}}\nremedy: [{{en: r, zh: r, risk: read-only}}]\n\
             samples: {{positive: [{{member: m, text: some text}}], negative: [{{member: m, text: some words}}]}}\n"
        );
        SourceFile {
            name: format!("{id}.yaml"),
            text,
        }
    }

    fn check(found: &[(&str, i64)], expected: &[(&str, &str)]) {
        let files = vec![
            signature("a", "b"),
            signature("b", "c, d"),
            signature("c", "d"),
            signature("d", ""),
            signature("e", "d"),
        ];
        let set = SignatureSet::empty()
            .with_files(files)
            .expect("the signatures are good");
        let found = found
            .iter()
            .map(|(id, score)| ((*id).to_owned(), *score))
            .collect();
        let explained = explained_by(&set, &found);
        let explained: Vec<(&str, &str)> = explained
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(explained, expected);
    }

    #[test]
    fn a_symptom_folds_under_its_cause() {
        check(&[("a", 1), ("b", 9)], &[("b", "a")]);
    }

    #[test]
    fn a_cause_reaches_through_what_was_not_found() {
        check(&[("a", 1), ("d", 1)], &[("d", "a")]);
    }

    #[test]
    fn the_strongest_of_the_nearest_causes_wins() {
        check(
            &[("a", 50), ("c", 1), ("d", 1), ("e", 2)],
            &[("c", "a"), ("d", "e")],
        );
    }
}
