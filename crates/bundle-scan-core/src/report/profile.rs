//! What each stage of a scan cost, and which signatures cost most.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use crate::finding::{Costs, SignatureCosts};
use crate::signature::Signature;

/// Signatures told.
const COSTLIEST: usize = 10;

/// What a scan cost. Times of workers are those of all of them together.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Profile {
    /// The stages, in their order.
    pub stages: Vec<Stage>,
    /// Bytes in which anchors were searched.
    pub searched_bytes: u64,
    /// Positions of these that the prefilter handed to a comparison.
    pub candidates: u64,
    /// Lines with an anchor.
    pub anchored: u64,
    /// Of these, lines that were understood.
    pub understood: u64,
    /// The signatures whose tests of lines took longest, the costliest first.
    pub signatures: Vec<(String, SignatureCosts)>,
}

/// One stage of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stage {
    /// What is done.
    pub name: &'static str,
    /// Who does it.
    pub by: Worker,
    /// The time.
    pub time: Duration,
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Worker {
    /// The thread that reads.
    Reader,
    /// Those that scan.
    Scanner,
}

impl Profile {
    /// Puts together what was measured; `signatures` are in the order of their numbers.
    pub(crate) fn new(
        reading: Duration,
        waiting: Duration,
        costs: &Costs,
        signatures: &[Arc<Signature>],
    ) -> Self {
        let stage = |by| move |(name, time)| Stage { name, by, time };
        let of_reader = [("read and decode", reading), ("wait for scanners", waiting)];
        let of_scanners = [
            ("search for anchors", costs.searching()),
            ("look whether a line may match", costs.first_look),
            ("understand lines", costs.understanding),
            ("test signatures and count", costs.testing),
            ("read and test facts", costs.facts),
        ];
        let stages = of_reader.map(stage(Worker::Reader)).into_iter();
        let mut costliest: Vec<_> = costs.signatures.iter().collect();
        costliest.sort_by_key(|(number, cost)| (Reverse(cost.time), **number));
        let costliest = costliest.into_iter().take(COSTLIEST);
        let named = costliest.filter_map(|(number, cost)| {
            let signature = signatures.get(*number)?;
            Some((signature.id.clone(), *cost))
        });
        Profile {
            stages: stages
                .chain(of_scanners.map(stage(Worker::Scanner)))
                .collect(),
            searched_bytes: costs.bytes,
            candidates: costs.candidates,
            anchored: costs.anchored,
            understood: costs.understood,
            signatures: named.collect(),
        }
    }
}
