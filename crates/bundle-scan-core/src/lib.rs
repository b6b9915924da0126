//! Finds what is wrong in a Kubernetes support bundle: streams any archive or directory through signature matching and
//! ranks what it finds, with proof and remedy.
//!
//! ```
//! use bundle_scan_core::{Render, Scanner, SignatureSet, render};
//!
//! # fn main() -> Result<(), bundle_scan_core::Error> {
//! # let mut out = Vec::new();
//! # let bundle = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/thinpool-full/bundle");
//! let set = SignatureSet::builtin()?;
//! let report = Scanner::builder().threads(8).build(set).scan_path(bundle)?;
//! render::TEXT.write(&report, &mut out)?;
//! # assert!(!report.findings.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! Data flows one way: container, members, text, records, matches, findings, report, renderings. `docs/architecture.md` in
//! the repository has the map.

#[cfg(not(any(feature = "fast", feature = "pure-rust")))]
compile_error!(
    "choose how xz and zstd are decoded: enable the feature `fast` (the C libraries, on by default) or `pure-rust`"
);

pub mod base;
pub mod diff;
mod error;
pub mod explain;
pub mod finding;
pub mod render;
pub mod report;
pub mod scan;
pub mod signature;

// Open to the tests and benches of this repository; no part of what the library promises.
#[doc(hidden)]
pub mod container;
#[doc(hidden)]
pub mod envelope;
#[doc(hidden)]
pub mod fact;
#[doc(hidden)]
pub mod layout;
#[doc(hidden)]
pub mod matcher;
#[doc(hidden)]
pub mod mining;
#[doc(hidden)]
pub mod record;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod text;

pub use base::halt::Switch;
pub use base::lang::Lang;
pub use base::limits::Limits;
pub use base::means::Means;
pub use base::severity::Severity;
pub use error::{Error, ErrorKind};
pub use render::Render;
pub use report::Report;
pub use scan::{Progress, Scanner, ScannerBuilder};
pub use signature::SignatureSet;
