//! What comes near: signatures that share words with a question. Chinese has no blanks, so there each pair of characters is a word.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::signature::{Signature, SignatureSet};

/// Words of a question that may be misspelt: a longer text is no name that somebody has in his head.
const MOST_MISSPELT: usize = 4;
/// How alike a misspelt word must be to one that is known, of 1.0 for the same.
const LIKE: f64 = 0.9;
/// Words that every other question has.
const FILLERS: [&str; 24] = [
    "and", "are", "but", "can", "does", "error", "failed", "for", "from", "has", "have", "how",
    "its", "not", "pod", "pods", "seems", "that", "the", "this", "was", "what", "why", "with",
];

/// The `most` signatures that share the most telling words with a text.
pub(super) fn nearest(set: &SignatureSet, text: &str, most: usize) -> Vec<Arc<Signature>> {
    let asked = words(text);
    let known: Vec<(&Arc<Signature>, BTreeMap<String, u32>)> = set
        .iter()
        .map(|signature| (signature, known_words(signature)))
        .collect();
    let asked = match asked.len() {
        ..=MOST_MISSPELT => asked
            .into_iter()
            .map(|word| as_known(word, &known))
            .collect(),
        _ => asked,
    };
    // A word that stands in few signatures tells more.
    let telling = |word: &String| {
        let holders = known.iter().filter(|(_, words)| words.contains_key(word));
        match holders.count() {
            0 => 0.0,
            count => (1.0 + known.len() as f64 / count as f64).ln(),
        }
    };
    let weights: BTreeMap<&String, f64> = asked.iter().map(|word| (word, telling(word))).collect();
    let score = |words: &BTreeMap<String, u32>| -> f64 {
        let shared = weights
            .iter()
            .filter_map(|(word, weight)| Some(weight * f64::from(*words.get(*word)?)));
        shared.sum()
    };
    let mut scored: Vec<(f64, &Arc<Signature>)> = known
        .iter()
        .map(|(signature, words)| (score(words), *signature))
        .filter(|(score, _)| *score > 0.0)
        .collect();
    scored.sort_by(|(a, first), (b, second)| b.total_cmp(a).then_with(|| first.id.cmp(&second.id)));
    let nearest = scored.into_iter().take(most);
    nearest
        .map(|(_, signature)| Arc::clone(signature))
        .collect()
}

/// The word itself if any signature has it, else the likeliest one that was meant.
fn as_known(word: String, known: &[(&Arc<Signature>, BTreeMap<String, u32>)]) -> String {
    if known.iter().any(|(_, words)| words.contains_key(&word)) {
        return word;
    }
    let all = known.iter().flat_map(|(_, words)| words.keys());
    let scored = all.map(|other| (strsim::jaro_winkler(&word, other), other));
    let likeliest = scored.max_by(|(a, one), (b, other)| a.total_cmp(b).then(other.cmp(one)));
    match likeliest {
        Some((likeness, meant)) if likeness > LIKE => meant.clone(),
        _ => word,
    }
}

/// The words of a signature, and how much it is about them.
fn known_words(signature: &Signature) -> BTreeMap<String, u32> {
    let spec = signature.spec();
    let mut known = BTreeMap::new();
    let mut add = |text: &str, weight: u32| {
        for word in words(text) {
            let held = known.entry(word).or_insert(0);
            *held = weight.max(*held);
        }
    };
    add(&spec.cause.en, 1);
    add(&spec.cause.zh, 1);
    let anchors = signature.line_leaves().flat_map(|leaf| leaf.anchors());
    anchors.for_each(|anchor| add(&String::from_utf8_lossy(anchor), 2));
    add(&spec.title.en, 3);
    add(&spec.title.zh, 3);
    add(&spec.id, 4);
    let names = spec.codes.iter().chain(&spec.covers);
    names.for_each(|name| add(name, 4));
    known
}

fn words(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let mut words = BTreeSet::new();
    for part in lower.split(|c: char| !c.is_alphanumeric()) {
        if part.is_ascii() {
            if part.len() >= 3 && !FILLERS.contains(&part) {
                words.insert(part.to_owned());
            }
            continue;
        }
        let characters: Vec<char> = part.chars().collect();
        words.extend(characters.windows(2).map(String::from_iter));
    }
    words
}
