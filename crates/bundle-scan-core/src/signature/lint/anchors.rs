//! What anchors cost the block scan, where another literal of the same line would cost less.

use std::collections::BTreeSet;

use super::leaf_path;
use crate::signature::place::place;
use crate::signature::{Complaint, Signature};
use crate::text::commonness::{RUN, RUN_BYTES, SHORTEST_BYTES, rarest_run};

/// Windows of the shortest anchor that the prefilter finds: the last one stands for each byte that may follow, of which case is one bit.
const WINDOWS_OF_SHORTEST: usize = RUN - 1 + (1 << (u8::BITS - 1));
/// Comparisons among a million positions of logs that one anchor of thousands may cost.
const COMMON: f32 = 100.0;

/// Advice about the anchors of a signature, each told once.
pub fn advice(signature: &Signature) -> Vec<Complaint> {
    let mut seen = BTreeSet::new();
    let mut advice = Vec::new();
    for (number, leaf) in signature.leaves.iter().enumerate() {
        let anchors = leaf.as_line().into_iter().flat_map(|line| line.anchors());
        let fresh = anchors.filter(|anchor| seen.insert(anchor.to_vec()));
        for (code, message) in fresh.filter_map(cost) {
            let path = [leaf_path(signature.spec(), number), vec!["literal".into()]].concat();
            let at = place(&signature.yaml, &path);
            let complaint = Complaint::at(&signature.file, &signature.yaml, at, code, message);
            advice.push(complaint.as_advice());
        }
    }
    advice
}

/// What is to be said of an anchor: a code and a sentence.
fn cost(anchor: &[u8]) -> Option<(&'static str, String)> {
    let shown = String::from_utf8_lossy(anchor);
    let bytes = anchor.len();
    if bytes < SHORTEST_BYTES {
        let message = format!(
            "{shown:?} has {bytes} bytes: anchors of fewer than {SHORTEST_BYTES} take a pass of their own over everything, several times as long as that for all others; {RUN_BYTES} or more take none"
        );
        return Some(("costly-anchor", message));
    }
    if bytes < RUN_BYTES {
        let message = format!(
            "{shown:?} has {bytes} bytes and takes {WINDOWS_OF_SHORTEST} windows of the prefilter: from {RUN_BYTES} bytes on it takes {RUN}"
        );
        return Some(("costly-anchor", message));
    }
    let compared = rarest_run(anchor);
    (compared > COMMON).then(|| {
        let message = format!(
            "logs are full of {shown:?}: about {compared} in a million positions are compared with it; a rarer part of the line costs less"
        );
        ("common-anchor", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_anchor_costs_is_told_where_it_is_much() {
        for (anchor, expected) in [
            ("OOMKill", Some("costly-anchor")),
            ("dropping", Some("costly-anchor")),
            ("level=error", None),
            ("connection", Some("common-anchor")),
            ("neighbour table overflow", None),
        ] {
            let code = cost(anchor.as_bytes()).map(|(code, _)| code);
            assert_eq!(code, expected, "{anchor}");
        }
        assert!(cost(b"dropping").is_some_and(|(_, message)| message.contains("131 windows")));
    }
}
