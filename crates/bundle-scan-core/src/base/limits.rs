//! The limits that keep a hostile or enormous bundle from costing more than it should.

use std::time::Duration;

/// Bounds of a scan. Reaching one ends the member or the scan with a `limit_reached` problem, never with an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Containers inside containers; the bundle itself is depth 0. Default 8.
    pub max_depth: usize,
    /// Members in the whole bundle. Default 1,000,000.
    pub max_members: u64,
    /// Bytes after decoding, over all members. Default 1 TiB.
    pub max_decoded_bytes: u64,
    /// Bytes after decoding in one member. Default 256 GiB.
    pub max_member_bytes: u64,
    /// Decoded bytes per encoded byte from which on what was compressed counts as dense, if there are more than 64 MiB of it. Default 250.
    pub max_ratio: u64,
    /// Bytes scanned of dense members, over all of them. Sixteen times as many are decoded to get to what stands behind them. Default 1 GiB.
    pub max_dense_bytes: u64,
    /// Time for reading the bundle, from the start of the scan. Default none.
    pub max_time: Option<Duration>,
    /// Bytes of a nested zip held in memory; a larger one is read front to back without its directory. Default 48 MiB.
    pub max_buffered_bytes: usize,
    /// Bytes of a line taken as one piece, give or take a character; a longer line is cut. Default 1 MiB.
    pub max_line_bytes: usize,
    /// Bytes of a line shown as evidence or context. Default 2,048.
    pub max_shown_bytes: usize,
    /// Distinct values kept for one entity of one finding. Default 1,000.
    pub max_entity_values: usize,
    /// Kinds of errors kept that no signature matches; of more a sample is counted. Default 1,024.
    pub max_templates: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_depth: 8,
            max_members: 1_000_000,
            max_decoded_bytes: 1 << 40,
            max_member_bytes: 256 << 30,
            max_ratio: 250,
            max_dense_bytes: 1 << 30,
            max_time: None,
            max_buffered_bytes: 48 << 20,
            max_line_bytes: 1 << 20,
            max_shown_bytes: 2_048,
            max_entity_values: 1_000,
            max_templates: 1_024,
        }
    }
}
