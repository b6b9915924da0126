//! What stops a run. Everything else is a [`crate::base::problem::Problem`] in the report.

use std::fmt;

use crate::container::OpenError;
use crate::diff::SavedError;
use crate::layout::LayoutError;
use crate::signature::SignatureError;

/// Why there is no report.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Open(OpenError),
    Signatures(SignatureError),
    Output(std::io::Error),
    Saved(SavedError),
    Nothing(String),
    Window(&'static str),
    Setting(LayoutError),
    Cancelled,
}

/// The class of an [`Error`], for exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input cannot be opened, nothing in it is text, or a saved report is damaged.
    Input,
    /// A saved report has a layout that this version does not know, or is another document of this program.
    Layout,
    /// Signatures do not load.
    Signatures,
    /// The report cannot be written.
    Output,
    /// The part of the time that was asked for is none.
    Window,
    /// A setting of the scanner cannot be meant: a collector's layout that names what does not exist.
    Setting,
    /// The caller cancelled the scan.
    Cancelled,
}

impl Error {
    /// What class of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the reader of the output went away, which is no failure of ours.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(&self.source, Source::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }

    pub(crate) fn nothing_recognised(input: &str) -> Self {
        let text = format!(
            "nothing to scan in {input}: no text in it, so it is no support bundle and no log"
        );
        Error {
            kind: ErrorKind::Input,
            source: Source::Nothing(text),
        }
    }

    pub(crate) fn no_window(why: &'static str) -> Self {
        Error {
            kind: ErrorKind::Window,
            source: Source::Window(why),
        }
    }

    pub(crate) fn cancelled() -> Self {
        Error {
            kind: ErrorKind::Cancelled,
            source: Source::Cancelled,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Open(error) => error.fmt(formatter),
            Source::Signatures(error) => error.fmt(formatter),
            Source::Saved(error) => error.fmt(formatter),
            Source::Output(error) => write!(formatter, "cannot write the report: {error}"),
            Source::Setting(error) => error.fmt(formatter),
            Source::Window(why) => formatter.write_str(why),
            Source::Nothing(text) => formatter.write_str(text),
            Source::Cancelled => formatter.write_str("the scan was cancelled"),
        }
    }
}

impl std::error::Error for Error {}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        Error {
            kind: ErrorKind::Input,
            source: Source::Open(error),
        }
    }
}

impl From<SavedError> for Error {
    fn from(error: SavedError) -> Self {
        Error {
            kind: match error {
                SavedError::UnknownVersion { .. } | SavedError::NoReport { .. } => {
                    ErrorKind::Layout
                }
                _ => ErrorKind::Input,
            },
            source: Source::Saved(error),
        }
    }
}

impl From<LayoutError> for Error {
    fn from(error: LayoutError) -> Self {
        Error {
            kind: ErrorKind::Setting,
            source: Source::Setting(error),
        }
    }
}

impl From<SignatureError> for Error {
    fn from(error: SignatureError) -> Self {
        Error {
            kind: ErrorKind::Signatures,
            source: Source::Signatures(error),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Error {
            kind: ErrorKind::Output,
            source: Source::Output(error),
        }
    }
}
