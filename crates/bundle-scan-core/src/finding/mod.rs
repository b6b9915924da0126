//! Matches of one signature, joined: exact counts, times, entities, and capped evidence.
//!
//! Everything here merges: tallies of blocks, of members and of workers give the same sum in any grouping.

pub mod attempts;
pub mod burst;
pub mod clocks;
pub mod counter;
pub mod detail;
pub mod entity;
pub mod evidence;
pub mod group;
pub mod histogram;
pub mod homes;
pub mod kept;
pub mod moment;
pub mod occurrences;
pub mod parts;
pub mod presence;
pub mod resolve;
pub mod seen;
pub mod storage;
pub mod tally;
pub mod unexplained;
mod window;

pub use crate::matcher::End;
pub use crate::matcher::costs::{Costs, SignatureCosts};
pub use evidence::{Evidence, LineAddress};
pub use tally::{Next, Tally, TallyOptions};
