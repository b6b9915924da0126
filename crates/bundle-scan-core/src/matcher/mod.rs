//! Runs a set of signatures over blocks: one pass for all anchors, and only where one is found the line is cut out,
//! understood, and tested.
//!
//! Deliberately absent: counting and ranking. Each match is handed to the caller while its line is still in memory.

pub mod anchor;
mod attempt;
pub mod costs;
mod errors;
mod facts;
mod found;
mod gate;
mod line_pass;
mod qgram;
mod verdicts;
mod verify;
mod words;

pub use attempt::{Attempt, End};
pub use facts::{Held, Well, event_line};
pub use found::{Capture, Match, Name, Sighting, Sink};
pub use verify::{Matcher, begins_boot};
