//! What can go wrong, as data: the schema of signature files, loading, linting, and the immutable [`SignatureSet`].
//!
//! Deliberately absent: running anything. The matcher executes what is compiled here.

pub mod builtin;
pub mod capturing;
pub mod compile;
pub mod complaint;
pub mod condition;
pub mod lint;
pub mod load;
pub mod place;
pub mod plan;
mod required;
pub mod schema;
pub mod set;
pub mod where_clause;
pub mod written;

pub use complaint::{Complaint, SignatureError};
pub use set::{Signature, SignatureSet};
