//! Finds what is wrong in a Kubernetes support bundle: streams any archive or directory through signature matching and
//! ranks what it finds, with proof and remedy.
//!
//! # Scan a path
//!
//! A directory, an archive in whatever packing, or one log. A [`Scanner`] is built once and used for any number of bundles, from any thread.
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
//! # Scan what somebody sends
//!
//! Any `Read + Send` will do: a body of HTTP, a pipe, bytes at hand. Nothing is written to disk.
//!
//! ```
//! # use bundle_scan_core::{Scanner, SignatureSet};
//! # fn main() -> Result<(), bundle_scan_core::Error> {
//! let upload = std::io::Cursor::new("Mar 10 10:17:41 n1 kernel: neighbour: arp_cache: neighbor table overflow!\n");
//! let report = Scanner::builder()
//!     .build(SignatureSet::builtin()?)
//!     .scan_reader("messages", upload)?;
//! assert!(report.finding("arp-table-overflow").is_some());
//! # Ok(())
//! # }
//! ```
//!
//! # Walk the report
//!
//! A [`Report`] is a plain value. [`Report::roots`] are the findings that no other explains; each [`Finding`] has its count, times, hosts and
//! entities, [`Evidence`] to the line, and its [`Signature`] with all texts in both languages. What could not be read stands in
//! [`Report::problems`], and a report with such problems is [`Status::Partial`](report::Status::Partial).
//!
//! ```
//! # use bundle_scan_core::{Lang, Scanner, SignatureSet};
//! # fn main() -> Result<(), bundle_scan_core::Error> {
//! # let bundle = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/thinpool-full/bundle");
//! # let report = Scanner::builder().build(SignatureSet::builtin()?).scan_path(bundle)?;
//! # let mut lines = Vec::new();
//! for cause in report.roots() {
//!     let title = cause.signature.spec().title.text(Lang::En);
//!     let proof = cause.evidence.first().map(|line| (&line.member, line.line));
//!     lines.push(format!("{:?} {title} {}x {proof:?}", cause.severity(), cause.count));
//! }
//! # assert!(!lines.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! [`render`] writes it as text, HTML, Markdown, JSON, SARIF and JUnit; [`RenderOptions`] choose language and length.
//!
//! # Add signatures
//!
//! From a folder with [`SignatureSet::with_dir`], from memory with [`SignatureSet::with_files`]; one with the id of a known signature takes its
//! place. Every mistake is told with its line. [`scan::check_files`] runs the samples too.
//!
//! ```
//! # use bundle_scan_core::{ErrorKind, SignatureSet, SourceFile};
//! let file = SourceFile {
//!     name: "acme.yaml".to_owned(),
//!     text: "id: acme-lease-lost\nseverity: terrible\n".to_owned(),
//! };
//! let mistakes = SignatureSet::empty().with_files(vec![file]).unwrap_err();
//! assert!(mistakes.to_string().contains("acme.yaml:2"));
//! let error = bundle_scan_core::Error::from(mistakes);
//! assert_eq!(error.kind(), ErrorKind::Signatures);
//! ```
//!
//! # See what it meets, watch it, end it
//!
//! [`ScannerBuilder::on_first_match`] tells each signature when it first matches, long before the report; [`ScannerBuilder::on_progress`] tells
//! how far the scan is. A [`Switch`] ends it from anywhere: [`ScannerBuilder::cancel`] without a report, [`ScannerBuilder::stop`] with one of what
//! was read.
//!
//! ```
//! # use bundle_scan_core::{ErrorKind, Scanner, SignatureSet, Switch};
//! # use std::sync::mpsc;
//! # fn main() -> Result<(), bundle_scan_core::Error> {
//! # let bundle = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/thinpool-full/bundle");
//! let cancel = Switch::default();
//! let (told, first_matches) = mpsc::channel();
//! let mut builder = Scanner::builder();
//! builder.cancel(cancel.clone());
//! builder.on_first_match(move |first| drop(told.send(first.clone())));
//! builder.on_progress(move |now| {
//!     if now.bytes_read > 10_000 {
//!         cancel.set();
//!     }
//! });
//! let scan = builder.build(SignatureSet::builtin()?).scan_path(bundle);
//! assert_eq!(scan.unwrap_err().kind(), ErrorKind::Cancelled);
//! assert!(first_matches.try_recv().is_ok_and(|first| first.member.is_some()));
//! # Ok(())
//! # }
//! ```
//!
//! # Teach a layout
//!
//! What a member is, and so which signatures may match in it, is told by its path. Where a collector of one's own puts things, a [`Layout`] says.
//!
//! ```
//! # use bundle_scan_core::{Layout, Scanner};
//! # fn main() -> Result<(), bundle_scan_core::Error> {
//! let acme = Layout::new("acme")
//!     .marked_by("acme/collected-by.txt")
//!     .place("{host}/kl.out", "kubelet")?;
//! let mut builder = Scanner::builder();
//! builder.layout(acme);
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! An [`Error`] means that there is no report, and [`Error::kind`] whose fault that is: with [`ErrorKind::Input`] the bundle is to be sent again, with
//! [`ErrorKind::Signatures`], [`ErrorKind::Setting`] and [`ErrorKind::Window`] what was asked for is to be put right, [`ErrorKind::Cancelled`] is what the caller
//! wanted. A damaged bundle is no error: it is scanned as far as it goes.
//!
//! # More
//!
//! `docs/library.md` in the repository tells of features, threads, memory, limits and versions; `examples/` has whole programs. Data flows one way:
//! container, members, text, records, matches, findings, report, renderings; `docs/architecture.md` has the map.

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
pub use base::member_path::MemberPath;
pub use base::problem::Problem;
pub use base::severity::Severity;
pub use error::{Error, ErrorKind};
pub use finding::Evidence;
pub use layout::{Layout, LayoutError};
pub use render::{Render, RenderOptions};
pub use report::redact::Redactor;
pub use report::{Finding, Report};
pub use scan::{FirstMatch, Progress, Scanner, ScannerBuilder};
pub use signature::load::SourceFile;
pub use signature::{Signature, SignatureSet};

/// Runs what the guide shows.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/library.md")]
mod guide {}
