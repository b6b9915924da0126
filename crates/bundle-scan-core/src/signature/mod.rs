//! What can go wrong, as data: the schema of signature files, loading, linting, and the immutable [`SignatureSet`].
//!
//! Deliberately absent: running anything. The matcher executes what is compiled here.

#[doc(hidden)]
pub mod builtin;
#[doc(hidden)]
pub mod capturing;
#[doc(hidden)]
pub mod compile;
pub mod complaint;
#[doc(hidden)]
pub mod condition;
#[doc(hidden)]
pub mod lint;
pub mod load;
#[doc(hidden)]
pub mod place;
#[doc(hidden)]
pub mod plan;
mod required;
pub mod schema;
pub mod set;
pub mod where_clause;
#[doc(hidden)]
pub mod written;

pub use complaint::{Complaint, SignatureError};
pub use set::{Signature, SignatureSet};
