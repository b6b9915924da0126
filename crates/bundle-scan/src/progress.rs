//! A progress line on stderr, only where a person can see it.

use std::io::{IsTerminal, stderr};
use std::path::Path;

use bundle_scan_core::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Bytes read, rate, and time left where the size is known; nothing when stderr is no terminal.
pub(crate) struct Line(ProgressBar);

impl Line {
    pub(crate) fn new(path: &Path, wanted: bool) -> Self {
        if !wanted || !stderr().is_terminal() {
            return Line(ProgressBar::hidden());
        }
        let size = path
            .metadata()
            .ok()
            .filter(std::fs::Metadata::is_file)
            .map(|data| data.len());
        let template = match size {
            Some(_) => "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}",
            None => "{spinner} {bytes} {bytes_per_sec} {msg}",
        };
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let target = ProgressDrawTarget::stderr_with_hz(10);
        Line(ProgressBar::with_draw_target(size, target).with_style(style))
    }

    pub(crate) fn handle(&self) -> ProgressBar {
        self.0.clone()
    }
}

/// Shows how far the scan has come.
pub(crate) fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_position(progress.bytes_read);
    if progress.members % 64 == 1 {
        bar.set_message(format!("{} members", progress.members));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
