//! A progress line on stderr, only where a person can see it.

use std::io::{IsTerminal, stderr};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bundle_scan_core::Progress;
use bundle_scan_core::render::escape::visible;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the line says something new, each second.
const HERTZ: u8 = 10;
/// A scan that is done sooner needs no line.
const PATIENCE: Duration = Duration::from_millis(300);

/// Bytes read, rate, time left where the size is known, members, and which one is being read; nothing when stderr is no terminal.
pub(crate) struct Line(ProgressBar);

impl Line {
    pub(crate) fn new(path: &Path, wanted: bool) -> Self {
        if !wanted || !stderr().is_terminal() {
            return Line(ProgressBar::hidden());
        }
        let size = size_of(path);
        let template = match size {
            Some(_) => {
                "{bar:20} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta} left · {wide_msg}"
            }
            None => "{spinner} {decimal_bytes} {decimal_bytes_per_sec} · {wide_msg}",
        };
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let target = ProgressDrawTarget::stderr_with_hz(HERTZ);
        Line(ProgressBar::with_draw_target(size, target).with_style(style))
    }

    /// What shows in this line how far a scan has come.
    pub(crate) fn watcher(&self) -> impl Fn(&Progress) + Send + Sync + 'static {
        let bar = self.0.clone();
        let turn = AtomicU64::new(0);
        move |now| {
            if bar.is_hidden() || bar.elapsed() < PATIENCE {
                return;
            }
            // A bundle may have many thousands of members, and nobody reads as fast.
            let due = bar.elapsed().as_millis() as u64 * u64::from(HERTZ) / 1_000;
            if turn.swap(due, Ordering::Relaxed) == due {
                return;
            }
            bar.set_position(now.bytes_read);
            let member = now.member.as_ref().map_or("", |member| member.as_str());
            let (members, member) = (HumanCount(now.members), visible(member));
            bar.set_message(format!("{members} members · {member}"));
        }
    }
}

/// Bytes of a file, or of the files in a folder if they are soon counted: a scan begins only then.
fn size_of(path: &Path) -> Option<u64> {
    let begun = Instant::now();
    let data = path.metadata().ok()?;
    if data.is_file() {
        return Some(data.len());
    }
    let mut total = 0;
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().ok()?.flatten() {
            if begun.elapsed() > PATIENCE / 3 {
                return None;
            }
            // Links are not followed.
            match entry.metadata() {
                Ok(data) if data.is_dir() => folders.push(entry.path()),
                Ok(data) if data.is_file() => total += data.len(),
                _ => {}
            }
        }
    }
    Some(total)
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
