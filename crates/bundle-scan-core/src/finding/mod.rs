//! Matches of one signature, joined: exact counts, times, entities, and capped evidence.
//!
//! Everything here merges: tallies of blocks, of members and of workers give the same sum in any grouping.

pub mod attempts;
#[doc(hidden)]
pub mod burst;
#[doc(hidden)]
pub mod clocks;
#[doc(hidden)]
pub mod counter;
#[doc(hidden)]
pub mod detail;
#[doc(hidden)]
pub mod entity;
pub mod evidence;
#[doc(hidden)]
pub mod group;
pub mod histogram;
#[doc(hidden)]
pub mod homes;
#[doc(hidden)]
pub mod kept;
#[doc(hidden)]
pub mod moment;
#[doc(hidden)]
pub mod occurrences;
pub mod parts;
#[doc(hidden)]
pub mod presence;
#[doc(hidden)]
pub mod resolve;
#[doc(hidden)]
pub mod seen;
#[doc(hidden)]
pub mod storage;
#[doc(hidden)]
pub mod tally;
#[doc(hidden)]
pub mod unexplained;
mod window;

pub use crate::matcher::End;
#[doc(hidden)]
pub use crate::matcher::costs::Costs;
pub use crate::matcher::costs::SignatureCosts;
pub use evidence::{Evidence, LineAddress};
#[doc(hidden)]
pub use tally::{Next, Tally, TallyOptions};
