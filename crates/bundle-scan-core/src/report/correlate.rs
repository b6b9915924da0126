//! Folds symptoms under their causes: which finding explains which.
//!
//! An edge is a `causes` entry between two findings, or a chain of entries through signatures that were not found. It holds only
//! between findings that can be about the same thing at a possible time (`report::scene`); and a symptom is only folded if its causes account
//! for most of the pods that it names. A chain leads to the program of a pod only if both ends are known to be about the same thing: else any
//! trouble of the cluster would explain any crash. Invariant: the result is a forest, because the linter refuses circles.

use std::collections::{BTreeMap, BTreeSet};

use super::scene::Scene;
use crate::signature::SignatureSet;

/// For each explained finding the id of the finding that explains it: the nearest one, of several the strongest.
///
/// `scenes` holds the findings by id.
pub fn explained_by(
    set: &SignatureSet,
    scenes: &BTreeMap<String, Scene>,
) -> BTreeMap<String, String> {
    let mut candidates: BTreeMap<String, Vec<Candidate<'_>>> = BTreeMap::new();
    for cause in scenes.keys() {
        for (symptom, distance) in symptoms(set, cause, scenes) {
            candidates
                .entry(symptom)
                .or_default()
                .push((distance, cause));
        }
    }
    let explained = candidates.into_iter().filter_map(|(symptom, causes)| {
        let scene = scenes.get(&symptom)?;
        let mut accounted = causes.iter().filter_map(|(_, cause)| scenes.get(*cause));
        if !scene.is_accounted_for(&mut accounted) {
            return None;
        }
        // Nearest first, then strongest, then by id.
        let ranked = causes.into_iter().map(|(distance, cause)| {
            let strength = scenes.get(cause).map_or(0, |scene| scene.score);
            (distance, -strength, cause)
        });
        let (.., best) = ranked.min()?;
        Some((symptom, best.to_owned()))
    });
    explained.collect()
}

/// A cause and the number of edges from it.
type Candidate<'c> = (usize, &'c str);

/// The findings that `cause` leads to, with the number of edges on the way. The search stops at each of them; what was found
/// elsewhere, or too early, is passed as if it had not been found.
fn symptoms(
    set: &SignatureSet,
    cause: &str,
    scenes: &BTreeMap<String, Scene>,
) -> Vec<(String, usize)> {
    let Some(origin) = scenes.get(cause) else {
        return Vec::new();
    };
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
        let (found_now, passed): (Vec<_>, Vec<_>) = fresh.into_iter().partition(|target| {
            let scene = scenes.get(target);
            scene.is_some_and(|symptom| match distance {
                1 => origin.may_explain(symptom),
                _ => origin.may_explain(symptom) && origin.is_known_to_meet(symptom),
            })
        });
        reached.extend(found_now.into_iter().map(|target| (target, distance)));
        level = passed;
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
        let scenes = found
            .iter()
            .map(|(id, score)| ((*id).to_owned(), Scene::of_score(*score)));
        let explained = explained_by(&set, &scenes.collect());
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
    fn a_chain_explains_no_crash_of_a_pod_that_it_does_not_know() {
        let files = vec![signature("a", "b"), signature("b", "c"), signature("c", "")];
        let set = SignatureSet::empty().with_files(files).expect("good");
        let explained = |found: &[&str]| {
            let scene = |id: &str| match id {
                "c" => Scene::of_workload("web-0"),
                _ => Scene::default(),
            };
            let scenes = found.iter().map(|id| ((*id).to_owned(), scene(id)));
            explained_by(&set, &scenes.collect()).contains_key("c")
        };
        assert!(explained(&["b", "c"]));
        assert!(explained(&["a", "b", "c"]));
        assert!(!explained(&["a", "c"]));
    }

    #[test]
    fn a_cause_reaches_past_what_was_found_elsewhere() {
        let files = vec![signature("a", "b"), signature("b", "c"), signature("c", "")];
        let set = SignatureSet::empty().with_files(files).expect("good");
        let on = |pod: &str| Scene::of_pods(&[pod]);
        let scenes = [("a", on("x-0")), ("b", on("y-0")), ("c", on("x-0"))];
        let scenes = scenes.map(|(id, scene)| (id.to_owned(), scene));
        let explained = explained_by(&set, &BTreeMap::from(scenes));
        assert_eq!(
            explained,
            BTreeMap::from([("c".to_owned(), "a".to_owned())])
        );
    }

    #[test]
    fn the_strongest_of_the_nearest_causes_wins() {
        check(
            &[("a", 50), ("c", 1), ("d", 1), ("e", 2)],
            &[("c", "a"), ("d", "e")],
        );
    }
}
