//! What a caller can watch.

use std::sync::Arc;

use crate::base::member_path::MemberPath;

/// How far a scan has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The bundle, as the caller of the scan named it.
    pub bundle: Arc<str>,
    /// Bytes read from the outside, as they are packed: a directory or a file has that many in all.
    pub bytes_read: u64,
    /// Members begun, in all containers of the bundle.
    pub members: u64,
    /// The member that the calling thread has just read from; `None` where it only handed a part of the bundle to another one. A clone of it is
    /// cheap.
    pub member: Option<MemberPath>,
}
