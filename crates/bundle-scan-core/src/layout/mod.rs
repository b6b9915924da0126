//! Which collector made the bundle, told by paths that only it writes, and where the collectors of callers put things.
//!
//! Deliberately absent: what the members mean (`source` tells that). A bundle may hold several layouts; of the known ones that wins whose mark
//! lies nearest to the root, and one that the caller has taught before all of them.

mod known;
mod taught;

use std::sync::Arc;

use crate::source::Classifier;
use known::KNOWN;

pub use taught::{Layout, LayoutError};

/// All layouts that a scan recognises.
#[derive(Debug, Default)]
pub struct Layouts {
    taught: Vec<Layout>,
    /// Tells what members are.
    pub sources: Classifier,
}

impl Layouts {
    /// The known ones and those that the caller has taught.
    pub fn new(taught: Vec<Layout>) -> Self {
        let places = taught.iter().flat_map(Layout::places);
        Layouts {
            sources: Classifier::new(places),
            taught,
        }
    }

    /// The marks of each layout, the preferred ones first.
    fn markers(&self) -> impl Iterator<Item = (Rank, &str)> {
        let taught = self.taught.iter().enumerate().flat_map(|(number, layout)| {
            let marks = layout.markers();
            marks.map(move |mark| ((false, 0, number), mark))
        });
        let known = KNOWN.iter().enumerate().flat_map(|(number, known)| {
            let marks = known.markers.iter();
            marks.map(move |mark| ((true, 0, number), *mark))
        });
        taught.chain(known)
    }
}

/// What decides between layouts: whether it is a known one, how many segments stand before its mark, and its number.
type Rank = (bool, usize, usize);

/// Recognises the layout while the members of a bundle come by.
#[derive(Debug, Default)]
pub struct Recogniser {
    best: Option<Rank>,
}

impl Recogniser {
    /// Looks at one path inside the bundle.
    pub fn see(&mut self, layouts: &Layouts, path: &str) {
        for ((is_known, _, number), marker) in layouts.markers() {
            if let Some(depth) = depth_of(path, marker) {
                let candidate = (is_known, depth, number);
                self.best = Some(self.best.map_or(candidate, |best| best.min(candidate)));
            }
        }
    }

    /// Adds what another has seen of the same bundle.
    pub fn merge(&mut self, other: Recogniser) {
        let both = [self.best, other.best];
        self.best = both.into_iter().flatten().min();
    }

    /// The name of the layout, once all members were seen.
    pub fn layout(&self, layouts: &Layouts) -> Option<Arc<str>> {
        let (is_known, _, number) = self.best?;
        match is_known {
            true => KNOWN.get(number).map(|known| known.id.into()),
            false => layouts.taught.get(number).map(Layout::name),
        }
    }
}

/// How many segments stand before `marker` in `path`, if it is there as whole segments.
fn depth_of(path: &str, marker: &str) -> Option<usize> {
    let starts = path.match_indices(marker).map(|(at, _)| at);
    let mut whole = starts.filter(|&at| {
        let ends_segment = matches!(
            path.as_bytes().get(at + marker.len()),
            None | Some(b'/' | b'!')
        );
        let starts_segment = at == 0 || matches!(path.as_bytes().get(at - 1), Some(b'/' | b'!'));
        starts_segment && ends_segment
    });
    whole
        .next()
        .map(|at| path[..at].matches(['/', '!']).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(taught: Vec<Layout>, paths: &[&str]) -> Option<Arc<str>> {
        let layouts = Layouts::new(taught);
        let mut recogniser = Recogniser::default();
        paths.iter().for_each(|path| recogniser.see(&layouts, path));
        recogniser.layout(&layouts)
    }

    fn of(paths: &[&str]) -> Option<Arc<str>> {
        told(Vec::new(), paths)
    }

    #[test]
    fn layouts_are_known_by_their_marks() {
        for (paths, expected) in [
            (
                &["sosreport-n1-2026-03-10-abcdefg/sos_commands/kernel/dmesg"][..],
                Some("sosreport"),
            ),
            (
                &["support-bundle-2026/cluster-resources/pods/default.json"],
                Some("troubleshoot"),
            ),
            (&["var/log/cce/kubernetes/kubelet.log"], Some("cce-node")),
            (
                &["must-gather.local.1/quay-io/cluster-scoped-resources/core/nodes/n1.yaml"],
                Some("must-gather"),
            ),
            (&["var/log/my_sos_commands/x"], None),
            (&["var/log/messages"], None),
        ] {
            assert_eq!(of(paths).as_deref(), expected, "{paths:?}");
        }
    }

    #[test]
    fn the_mark_nearest_to_the_root_wins() {
        assert_eq!(
            of(&["nodes/n1.zip!sos_commands/x", "cluster-resources/pods.json"]).as_deref(),
            Some("troubleshoot")
        );
    }

    #[test]
    fn what_a_caller_has_taught_comes_before_what_is_known() {
        let taught = || vec![Layout::new("acme").marked_by("acme.json")];
        let paths = ["sos_commands/x", "inner/acme.json"];
        assert_eq!(told(taught(), &paths).as_deref(), Some("acme"));
        assert_eq!(told(taught(), &paths[..1]).as_deref(), Some("sosreport"));
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(KNOWN.is_sorted_by_key(|layout| layout.id));
    }
}
