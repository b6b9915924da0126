//! Walks a zip archive by its central directory, entry by entry.
//!
//! Needs the archive in memory: mapped, or buffered up to `max_buffered_bytes`. Without a directory, or above that size,
//! [`super::zip_stream`] reads it front to back. Never decrypts. Invariant: the directory is read as it is walked, so
//! memory does not grow with the number of entries, and entries of the same name are all met.
//!
//! DOS times have no zone and are ignored; only the extended timestamp says when a member changed. Names that are not
//! UTF-8 are not guessed at. Source: APPNOTE 6.3.10; Info-ZIP `extrafld.txt` (0x5455).

use std::cell::Cell;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicU64, Ordering};

use ::zip::read::{Config, ZipFile, ZipFileEntry};
use ::zip::result::ZipError;
// The manifest pins the crate exactly, as it asks for the use of this module.
use ::zip::unstable::read::ZipIterable;
use ::zip::{CompressionMethod, ExtraField, ZipReadOptions};

use crate::base::means::Means;
use crate::base::member_path::MemberPath;
use crate::base::problem::ProblemKind;

use super::budget::Budget;
use super::deflated::{Claim, Deflated};
use super::guard::{Ending, Guarded};
use super::open::{Place, Walker};
use super::zip_stream;

/// Size of an entry of the central directory without its names.
const ENTRY_BYTES: u64 = 46;

/// Walks a zip that is a file of its own.
pub(super) fn walk_file(walker: &mut Walker<'_>, place: &Place, bytes: &[u8]) -> ControlFlow<()> {
    let budget = walker.budget;
    walk_memory(walker, place, bytes, Some(budget.read), &Ending::default())
}

/// Walks a zip that is read from a stream.
pub(super) fn walk_stream(
    walker: &mut Walker<'_>,
    place: &Place,
    mut source: Guarded<'_>,
) -> ControlFlow<()> {
    let budget = walker.budget;
    let below = source.ending();
    let held = budget.buffered.get();
    let room = budget.limits.max_buffered_bytes.saturating_sub(held);
    let bytes = source.head(room.saturating_add(1));
    if bytes.len() > room {
        let source = source.unread(bytes);
        return zip_stream::walk(walker, place, Box::new(source), &below, None);
    }
    budget.buffered.set(held + bytes.len());
    let flow = walk_memory(walker, place, &bytes, None, &below);
    budget.buffered.set(held);
    flow
}

/// Walks the zip in `bytes`, which `below` may have cut short; adds what is read of it to `read`.
fn walk_memory(
    walker: &mut Walker<'_>,
    place: &Place,
    bytes: &[u8],
    read: Option<&AtomicU64>,
    below: &Ending,
) -> ControlFlow<()> {
    let open = Cell::new(true);
    let memory = || Memory {
        bytes: Cursor::new(bytes),
        open: &open,
        read,
    };
    match ZipIterable::try_new(memory(), Config::default()) {
        Ok(archive) => walk_directory(walker, place, archive, &open),
        Err(error) => {
            let reason = Some(error.to_string());
            zip_stream::walk(walker, place, Box::new(memory()), below, reason)
        }
    }
}

fn walk_directory(
    walker: &mut Walker<'_>,
    place: &Place,
    mut archive: ZipIterable<Memory<'_>>,
    open: &Cell<bool>,
) -> ControlFlow<()> {
    let budget = walker.budget;
    let entries = match archive.files() {
        Ok(entries) => entries,
        Err(error) => return refuse(walker, &place.container, &error),
    };
    while let Some(next) = entries.next() {
        budget.charge_overhead(ENTRY_BYTES)?;
        match next {
            Ok(entry) => walk_entry(walker, place, entry, entries.reader_mut(), open)?,
            Err(error) => refuse(walker, &place.container, &error)?,
        }
    }
    walker.flush()
}

fn walk_entry(
    walker: &mut Walker<'_>,
    place: &Place,
    entry: ZipFileEntry<'static>,
    memory: &mut Memory<'_>,
    open: &Cell<bool>,
) -> ControlFlow<()> {
    if entry.is_dir() || entry.is_symlink() {
        return ControlFlow::Continue(());
    }
    let child = place.child(entry.name_raw(), None).with_size(entry.size());
    if entry.encrypted() {
        report_encrypted(walker.budget, &child.container);
        return walker.flush();
    }
    let mut file = match entry.with_reader(memory, ZipReadOptions::new()) {
        Ok(file) => file,
        Err(error) => return refuse(walker, &child.container, &error),
    };
    let child = child.modified_at(modified(&file));
    let claim = Claim {
        bytes: file.size(),
        crc: file.crc32(),
    };
    let deflated = match (file.compression(), file.data_start(), walker.budget.means) {
        (CompressionMethod::Deflated, Some(start), Means::Own) => {
            Some(start..start.saturating_add(file.compressed_size()))
        }
        _ => None,
    };
    // A file that is dropped reads its own rest, in vain: many entries may claim the same bytes.
    let close = |file| {
        open.set(false);
        drop(file);
        open.set(true);
    };
    let mut open_content = |content: &mut dyn Read| {
        let budget = walker.budget;
        let below = Ending::default();
        let stored = Guarded::stored(Box::new(content), budget, &child.container, below);
        walker.open(&child, stored)
    };
    match deflated {
        Some(range) => {
            close(file);
            open_content(&mut Deflated::new(memory.part(range), claim))
        }
        None => {
            let flow = open_content(&mut file);
            close(file);
            flow
        }
    }
}

/// When the member was last changed, in seconds since 1970-01-01T00:00:00Z, if the zip says so in UTC.
fn modified<R: Read>(file: &ZipFile<'_, R>) -> Option<i64> {
    file.extra_data_fields().find_map(|field| match field {
        ExtraField::ExtendedTimestamp(stamp) => stamp.mod_time().map(i64::from),
        _ => None,
    })
}

/// Reports that the member at `address` cannot be read without a password.
pub(super) fn report_encrypted(budget: &Budget<'_>, address: &MemberPath) {
    let detail = "encrypted in the zip: unpack it with its password and scan the result";
    budget.report(address, ProblemKind::Encrypted, detail.to_owned());
}

fn refuse(walker: &mut Walker<'_>, address: &MemberPath, error: &ZipError) -> ControlFlow<()> {
    let (kind, detail) = match error {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => (
            ProblemKind::Unsupported,
            format!("cannot be unpacked ({error}): repack it as .tar.gz"),
        ),
        _ => (
            ProblemKind::Corrupt,
            format!("the zip is damaged here ({error}): the rest is scanned where possible"),
        ),
    };
    walker.budget.report(address, kind, detail);
    walker.flush()
}

/// An archive in memory. While it is not `open`, it reads as if it ended.
struct Memory<'a> {
    bytes: Cursor<&'a [u8]>,
    open: &'a Cell<bool>,
    /// Where to count what is read.
    read: Option<&'a AtomicU64>,
}

impl<'a> Memory<'a> {
    /// What lies in this range, as far as there is any.
    fn part(&self, range: Range<u64>) -> Memory<'a> {
        let all: &'a [u8] = self.bytes.get_ref();
        let [start, end] = [range.start, range.end]
            .map(|at| usize::try_from(at).map_or(all.len(), |at| at.min(all.len())));
        Memory {
            bytes: Cursor::new(all.get(start..end).unwrap_or_default()),
            open: self.open,
            read: self.read,
        }
    }
}

impl Read for Memory<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !self.open.get() {
            return Ok(0);
        }
        let count = self.bytes.read(out)?;
        if let Some(read) = self.read {
            read.fetch_add(count as u64, Ordering::Relaxed);
        }
        Ok(count)
    }
}

impl Seek for Memory<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}
