//! Finds the lines of errors that no signature is looking for, without looking at every line.
//!
//! A program that spells its levels has a mark in the line, `level=error`, which is searched together with the anchors. klog has
//! one letter: it is searched with what stands before it in this member, a pass of its own over members that hold klog lines.

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

/// The places in `bytes` of the letters that begin klog headers of errors, ascending.
pub(super) fn klog_errors(bytes: &[u8], source: &Source) -> Vec<usize> {
    let Some(place) = source.klog else {
        return Vec::new();
    };
    let leads = match place {
        KlogPlace::LineStart => &LEADS[0],
        KlogPlace::Cri => &LEADS[1],
        KlogPlace::Tagged => &LEADS[2],
    };
    let mut places: Vec<usize> = leads
        .iter()
        .flat_map(|lead| {
            let before = lead.needle().len() - 1;
            lead.find_iter(bytes).map(move |at| at + before)
        })
        .chain((place == KlogPlace::LineStart).then_some(0))
        .filter(|at| begins_header(&bytes[*at..]))
        .collect();
    places.sort_unstable();
    places
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
            assert_eq!(klog_errors(text.as_bytes(), &source), errors, "{text}");
        }
    }
}
