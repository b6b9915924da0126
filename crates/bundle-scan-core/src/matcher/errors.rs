//! Finds the lines of errors that no signature is looking for, without looking at every line.
//!
//! A program that spells its levels has a mark in the line, `level=error`, which is searched together with the anchors. klog has
//! one letter: it is searched with what stands before it in this member, a pass of its own over members that hold klog lines.

use std::collections::VecDeque;

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

/// What stands before a klog header.
#[derive(Clone, Copy, Debug)]
struct Lead {
    text: &'static [u8],
    /// The place of its rarest byte.
    rarest: usize,
}

impl Lead {
    fn of(place: KlogPlace) -> Self {
        let (text, rarest) = match place {
            KlogPlace::LineStart => (b"\n".as_slice(), 0),
            KlogPlace::Cri => (b" F ".as_slice(), 1),
            KlogPlace::Tagged => (b"]: ".as_slice(), 0),
        };
        Lead { text, rarest }
    }

    /// Whether it stands before the header of an error at this byte.
    fn leads_to(self, bytes: &[u8], at: usize) -> bool {
        let (before, header) = bytes.split_at(at);
        before.ends_with(self.text) && begins_header(header)
    }
}

/// The letters in `bytes` that begin klog headers of errors. They are asked for stretch by stretch, close behind another search of the
/// same bytes, so that these still lie in the cache.
pub(super) struct KlogErrors<'b> {
    bytes: &'b [u8],
    /// What stands before them; `None` where there are no klog headers.
    lead: Option<Lead>,
    /// Up to where it was looked.
    searched: usize,
    /// What was found and not told yet, ascending.
    places: VecDeque<usize>,
}

/// Bytes looked at together, without a branch.
const LANES: usize = 64;

impl<'b> KlogErrors<'b> {
    /// Begins at the start of `bytes`, a block of `source`.
    pub(super) fn new(bytes: &'b [u8], source: &Source) -> Self {
        let starts = source.klog == Some(KlogPlace::LineStart) && begins_header(bytes);
        KlogErrors {
            bytes,
            lead: source.klog.map(Lead::of),
            searched: 0,
            places: starts.then_some(0).into_iter().collect(),
        }
    }

    /// Nothing to look for.
    pub(super) fn none() -> Self {
        KlogErrors {
            bytes: &[],
            lead: None,
            searched: 0,
            places: VecDeque::new(),
        }
    }

    /// Those before `end` that were not told yet, ascending. `end` never goes back.
    pub(super) fn up_to(&mut self, end: usize) -> impl Iterator<Item = usize> + '_ {
        if let Some(lead) = self.lead {
            self.search(lead, end);
        }
        let told = self.places.partition_point(|place| *place < end);
        self.places.drain(..told)
    }

    fn search(&mut self, lead: Lead, end: usize) {
        let bytes = self.bytes;
        let (rarest, back) = (lead.text[lead.rarest], lead.text.len() - lead.rarest);
        let mut from = self.searched.max(lead.text.len());
        while from < end {
            let to = bytes.len().min(from + LANES);
            let letters = bytes[from..to].first_chunk();
            let leads = bytes[from - back..to - back].first_chunk();
            let may_hold = leads
                .zip(letters)
                .is_none_or(|(leads, letters)| may_hold_headers(leads, letters, rarest));
            if may_hold {
                let errors = (from..to).filter(|at| lead.leads_to(bytes, *at));
                self.places.extend(errors);
            }
            from = to;
        }
        self.searched = from;
    }
}

/// Whether one of `letters` is that of an error, and the byte of `leads` that belongs to it is `lead`.
fn may_hold_headers(leads: &[u8; LANES], letters: &[u8; LANES], lead: u8) -> bool {
    let pairs = leads.iter().zip(letters);
    let may = pairs.map(|(before, letter)| {
        u8::from(*before == lead) & u8::from(letter.wrapping_sub(b'E') < 2)
    });
    may.fold(0, |any, one| any | one) != 0
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
