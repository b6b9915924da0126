//! Finds the lines of errors that no signature is looking for, without looking at every line.
//!
//! A program that spells its levels has a mark in the line, `level=error`, which is searched together with the anchors. klog has
//! one letter: it is searched with what stands before it in this member, a pass of its own over members that hold klog lines.

use std::collections::VecDeque;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::source::{KlogPlace, Source};

/// The leaf that owns what is looked for beside the anchors of signatures: none of any signature.
pub(super) const MARK: u32 = u32::MAX;

/// What says in a line that it tells an error; case does not matter. Rows of events are warnings at the worst.
/// Source: logrus `TextFormatter`, log/slog `TextHandler`, zap and zerolog JSON encoders, nginx, OpenShift; `kubectl describe`.
pub(super) const MARKS: [&str; 16] = [
    "level=error",
    "level=fatal",
    "level=panic",
    "level\":\"error\"",
    "level\": \"error\"",
    "level\":\"fatal\"",
    "level\":\"panic\"",
    "severity\":\"error\"",
    "severity\": \"error\"",
    "[ERROR] ",
    "[FATAL] ",
    "] ERROR ",
    " ERROR [",
    " - ERROR - ",
    "Z\tERROR\t",
    "Warning  ",
];

/// What stands before the header of a klog line of an error or a fatal one.
static LEADS: LazyLock<[[Finder<'static>; 2]; 3]> = LazyLock::new(|| {
    [["\nE", "\nF"], [" F E", " F F"], ["]: E", "]: F"]].map(|leads| leads.map(Finder::new))
});

/// The letters in `bytes` that begin klog headers of errors. They are asked for stretch by stretch, close behind another search of the
/// same bytes, so that these still lie in the cache.
pub(super) struct KlogErrors<'b> {
    bytes: &'b [u8],
    /// What to look for; `None` where there are no klog headers.
    leads: Option<&'static [Finder<'static>; 2]>,
    /// Up to where it was looked.
    searched: usize,
    /// What was found and not told yet, ascending.
    places: VecDeque<usize>,
}

/// Bytes searched at a time: fewer than the first-level cache holds, and enough to make up for the start of a search.
const STRETCH_BYTES: usize = 16 << 10;

impl<'b> KlogErrors<'b> {
    /// Begins at the start of `bytes`, a block of `source`.
    pub(super) fn new(bytes: &'b [u8], source: &Source) -> Self {
        let leads = source.klog.map(|place| match place {
            KlogPlace::LineStart => &LEADS[0],
            KlogPlace::Cri => &LEADS[1],
            KlogPlace::Tagged => &LEADS[2],
        });
        let starts = source.klog == Some(KlogPlace::LineStart) && begins_header(bytes);
        KlogErrors {
            bytes,
            leads,
            searched: 0,
            places: starts.then_some(0).into_iter().collect(),
        }
    }

    /// Nothing to look for.
    pub(super) fn none() -> Self {
        KlogErrors {
            bytes: &[],
            leads: None,
            searched: 0,
            places: VecDeque::new(),
        }
    }

    /// Those before `end` that were not told yet, ascending. `end` never goes back.
    pub(super) fn up_to(&mut self, end: usize) -> impl Iterator<Item = usize> + '_ {
        while self.leads.is_some() && self.searched < end {
            self.search_stretch();
        }
        let told = self.places.partition_point(|place| *place < end);
        self.places.drain(..told)
    }

    fn search_stretch(&mut self) {
        let end = self.bytes.len().min(self.searched + STRETCH_BYTES);
        let known = self.places.len();
        for lead in self.leads.into_iter().flatten() {
            let before = lead.needle().len() - 1;
            let from = self.searched.saturating_sub(before);
            let letters = lead.find_iter(self.bytes.get(from..end).unwrap_or_default());
            let letters = letters.map(|at| from + at + before);
            let bytes = self.bytes;
            self.places
                .extend(letters.filter(|at| begins_header(&bytes[*at..])));
        }
        self.searched = end;
        self.places.make_contiguous()[known..].sort_unstable();
    }
}

/// Whether a klog header of an error begins here: `E0310 10:17:41`.
fn begins_header(bytes: &[u8]) -> bool {
    matches!(bytes, [b'E' | b'F', a, b, c, d, b' ', ..] if [a, b, c, d].into_iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::member_path::MemberPath;
    use crate::source::classify;

    #[test]
    fn klog_errors_are_found_wherever_their_header_stands() {
        for (path, text, expected) in [
            (
                "kubelet.log",
                "E0310 10:17:41.1 7 a.go:9] x\nI0310 10:17:41.1 7 a.go:9] Ex\nF0310 10:17:41.1 7 a.go:9] y\n",
                2,
            ),
            (
                "var/log/messages",
                "Mar 10 10:17:41 n1 kubelet[7]: I0310 10:17:41.1 7 a.go:9] x\nMar 10 10:17:41 n1 kubelet[7]: E0310 10:17:41.1 7 a.go:9] x\n",
                1,
            ),
            (
                "var/log/pods/a_b_c/d/0.log",
                "2026-03-10T10:17:41.075997041Z stderr F E0310 10:17:41.1 7 a.go:9] x\n",
                1,
            ),
            ("kubelet.log", "Error 10\nE03\n", 0),
        ] {
            let source = classify(&MemberPath::new(path), text.as_bytes());
            let headers = text.match_indices("0310 10:17").map(|(at, _)| at - 1);
            let is_error = |at: &usize| !text[*at..].starts_with('I');
            let errors: Vec<usize> = headers.filter(is_error).collect();
            assert_eq!(errors.len(), expected, "{text}");
            for step in [1, 7, text.len()] {
                let mut search = KlogErrors::new(text.as_bytes(), &source);
                let ends = (step..text.len()).step_by(step).chain([text.len()]);
                let mut found = Vec::new();
                for end in ends {
                    let fresh: Vec<usize> = search.up_to(end).collect();
                    assert!(fresh.iter().all(|at| *at < end));
                    found.extend(fresh);
                }
                assert_eq!(found, errors, "{text} in steps of {step}");
            }
        }
    }
}
