//! What a caller can watch.

/// How far a scan has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read from the outside.
    pub bytes_read: u64,
    /// Members begun.
    pub members: u64,
}
