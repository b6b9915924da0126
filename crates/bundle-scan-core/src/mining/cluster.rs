//! Joins masked messages that differ in a few words only.

use std::collections::BTreeMap;

use super::mask::VARIABLE;

/// Of a hundred words at least so many must be the same.
const SAME_PERCENT: usize = 60;

/// Messages of one template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// What they have in common, [`VARIABLE`] for each word in which they differ.
    pub template: String,
    /// Their places in what was clustered, ascending.
    pub members: Vec<usize>,
}

/// Clusters masked messages. They are taken in their order: the first of a cluster decides what is like it, so the most frequent
/// should come first.
pub fn cluster(messages: &[&str]) -> Vec<Cluster> {
    let mut clusters: Vec<(Vec<&str>, Vec<usize>)> = Vec::new();
    let mut by_shape: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    for (place, message) in messages.iter().enumerate() {
        let words: Vec<&str> = message.split(' ').collect();
        let shape = (words.len(), first_word(&words));
        let alike = by_shape.entry(shape).or_default();
        let best = alike.iter().copied().max_by_key(|number| {
            let same = same_words(&clusters[*number].0, &words);
            // Of equally good ones the first.
            (same, std::cmp::Reverse(*number))
        });
        match best.filter(|number| is_like(&clusters[*number].0, &words)) {
            Some(number) => {
                let (template, members) = &mut clusters[number];
                for (known, word) in template.iter_mut().zip(words) {
                    if *known != word {
                        *known = VARIABLE;
                    }
                }
                members.push(place);
            }
            None => {
                alike.push(clusters.len());
                clusters.push((words, vec![place]));
            }
        }
    }
    let clusters = clusters.into_iter();
    clusters
        .map(|(words, members)| Cluster {
            template: words.join(" "),
            members,
        })
        .collect()
}

/// The first word, unless it changes.
fn first_word<'w>(words: &[&'w str]) -> &'w str {
    let first = words.first().copied().unwrap_or_default();
    if first.contains(VARIABLE) { "" } else { first }
}

fn same_words(template: &[&str], words: &[&str]) -> usize {
    let pairs = template.iter().zip(words);
    pairs.filter(|(known, word)| known == word).count()
}

fn is_like(template: &[&str], words: &[&str]) -> bool {
    same_words(template, words) * 100 >= words.len() * SAME_PERCENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_that_differ_in_a_few_words_are_one_template() {
        let clusters = cluster(&[
            "cannot spin the widget of shop",
            "cannot spin the widget of bank",
            "cannot spin",
            "cannot stop the widget of shop",
            "the widget of shop is gone now",
        ]);
        let templates: Vec<&str> = clusters.iter().map(|one| one.template.as_str()).collect();
        assert_eq!(
            templates,
            [
                "cannot <*> the widget of <*>",
                "cannot spin",
                "the widget of shop is gone now"
            ]
        );
        assert_eq!(clusters[0].members, [0, 1, 3]);
    }

    proptest! {
        #[test]
        fn every_message_is_in_one_cluster_that_fits_it(
            messages in proptest::collection::vec("[ab]( [ab<*>]{1,3}){0,4}", 0..20),
        ) {
            let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
            let clusters = cluster(&messages);
            let mut members: Vec<usize> = Vec::new();
            for one in &clusters {
                let template: Vec<&str> = one.template.split(' ').collect();
                for place in &one.members {
                    let words: Vec<&str> = messages[*place].split(' ').collect();
                    prop_assert_eq!(words.len(), template.len());
                    let fits = |(known, word): (&&str, &&str)| *known == VARIABLE || known == word;
                    prop_assert!(template.iter().zip(&words).all(fits));
                }
                members.extend(&one.members);
            }
            members.sort_unstable();
            prop_assert_eq!(members, (0..messages.len()).collect::<Vec<_>>());
        }
    }
}
