//! Exit codes, and the last words of a failed run.

use std::io::Write;
use std::process::ExitCode;

use bundle_scan_core::render::escape::visible;
use bundle_scan_core::report::ignore::IgnoreError;
use bundle_scan_core::{Error, ErrorKind};

/// How a run ends. The numbers are a contract with ticket systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The scan is complete and found nothing at or above `--fail-on`.
    Clean = 0,
    /// Something was found at or above `--fail-on`.
    Found = 1,
    /// Wrong usage, a bad signature, or a saved report of another layout.
    Usage = 2,
    /// The input is unusable: never to be confused with a healthy bundle.
    Input = 3,
    /// `--strict`: not all of the bundle could be read, and nothing was found at or above `--fail-on`.
    Partial = 4,
    /// Internal error, or the report cannot be written.
    Internal = 5,
    /// Interrupted: the report, if there is one, tells what was read until then. What shells say of a process that Ctrl-C ended.
    Interrupted = 130,
}

impl Exit {
    /// The exit that says more: an unusable input over a finding over a partial scan.
    #[must_use]
    pub(crate) fn or_worse(self, other: Exit) -> Exit {
        let weight = |exit| match exit {
            Exit::Clean => 0,
            Exit::Partial => 1,
            Exit::Found => 2,
            Exit::Input => 3,
            Exit::Usage => 4,
            Exit::Internal => 5,
            Exit::Interrupted => 6,
        };
        std::cmp::max_by_key(other, self, |exit| weight(*exit))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Says on stderr why the run failed.
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    let known = error.downcast_ref::<Error>();
    let is_broken_pipe = error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe);
    if is_broken_pipe || known.is_some_and(Error::is_broken_pipe) {
        return Exit::Clean;
    }
    // When stderr is closed there is nobody left to tell.
    let text = format!("{error:#}");
    let lines: Vec<_> = text.lines().map(visible).collect();
    let text = lines.join("\n");
    let prefix = if text.starts_with("error[") {
        ""
    } else {
        "bundle-scan: "
    };
    let _ = writeln!(anstream::stderr(), "{prefix}{text}");
    match known.map(Error::kind) {
        Some(ErrorKind::Input) => Exit::Input,
        Some(ErrorKind::Signatures | ErrorKind::Layout | ErrorKind::Window) => Exit::Usage,
        _ if error.is::<args::UsageError>() || error.is::<IgnoreError>() => Exit::Usage,
        _ => Exit::Internal,
    }
}

use crate::args;
