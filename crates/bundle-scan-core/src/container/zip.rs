//! Walks a zip archive by its central directory, entry by entry.
//!
//! Needs all of the archive at hand: a file, or a stream that is buffered up to `max_buffered_bytes`. Without a directory, or above that size,
//! [`super::zip_stream`] reads it front to back. Never decrypts. Invariant: the directory is read as it is walked, so
//! memory does not grow with the number of entries, and entries of the same name are all met.
//!
//! DOS times have no zone and are ignored; only the extended timestamp says when a member changed. Source: APPNOTE 6.3.10; Info-ZIP `extrafld.txt` (0x5455).

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::sync::Arc;

use ::zip::read::{Config, ZipFile, ZipFileEntry};
use ::zip::result::ZipError;
// The manifest pins the crate exactly, as it asks for the use of this module.
use ::zip::unstable::read::ZipIterable;
use ::zip::{CompressionMethod, ExtraField, ZipReadOptions};

use crate::base::means::Means;
use crate::base::member_path::MemberPath;
use crate::base::problem::ProblemKind;

use super::budget::{Budget, Totals};
use super::deflated::{Claim, Deflated};
use super::guard::{Guarded, Stream};
use super::open::{Place, Walker};
use super::part::MIN_PART_BYTES;
use super::read_at::{Paged, ReadAt, Stretch};
use super::zip_stream;

/// Size of an entry of the central directory without its names.
const ENTRY_BYTES: u64 = 46;

/// Walks a zip that is a file of its own.
pub(super) fn walk_file(walker: &mut Walker<'_>, place: &Place, file: File) -> ControlFlow<()> {
    let outside = Some(Arc::clone(&walker.budget.terms.totals));
    let bytes: Arc<dyn ReadAt> = Arc::new(file);
    walk_bytes(walker, place, &bytes, outside, &Stream::default())
}

/// Walks a zip that is read from a stream.
pub(super) fn walk_stream(
    walker: &mut Walker<'_>,
    place: &Place,
    mut source: Guarded<'_>,
) -> ControlFlow<()> {
    let budget = walker.budget;
    let below = source.stream();
    let held = budget.buffered.get();
    let room = budget.limits().max_buffered_bytes.saturating_sub(held);
    let mut bytes = source.head(room.saturating_add(1));
    if bytes.len() > room {
        let source = source.unread(bytes);
        return zip_stream::walk(walker, place, Box::new(source), &below, None);
    }
    bytes.shrink_to_fit();
    budget.buffered.set(held + bytes.len());
    let bytes: Arc<dyn ReadAt> = Arc::new(bytes);
    let flow = walk_bytes(walker, place, &bytes, None, &below);
    budget.buffered.set(held);
    flow
}

/// Walks the zip in `bytes`, which `below` may have cut short. If it comes from outside, what is read of it counts there.
fn walk_bytes(
    walker: &mut Walker<'_>,
    place: &Place,
    bytes: &Arc<dyn ReadAt>,
    outside: Option<Arc<Totals>>,
    below: &Stream,
) -> ControlFlow<()> {
    let open = Cell::new(true);
    let shutter = || Shutter {
        inner: Paged::new(bytes.as_ref()),
        open: &open,
        outside: outside.as_deref(),
    };
    match ZipIterable::try_new(shutter(), Config::default()) {
        Ok(directory) => Zip {
            place,
            bytes,
            outside: &outside,
            open: &open,
            unclaimed: Cell::new(bytes.length().unwrap_or(u64::MAX)),
            is_overlapping: Cell::new(false),
        }
        .walk(walker, directory),
        Err(error) => {
            let reason = Some(error.to_string());
            zip_stream::walk(walker, place, Box::new(shutter()), below, reason)
        }
    }
}

/// A zip with a directory.
struct Zip<'z> {
    place: &'z Place,
    bytes: &'z Arc<dyn ReadAt>,
    outside: &'z Option<Arc<Totals>>,
    open: &'z Cell<bool>,
    /// Bytes that no entry has claimed yet.
    unclaimed: Cell<u64>,
    /// Whether that was reported of one.
    is_overlapping: Cell<bool>,
}

impl Zip<'_> {
    /// Reports, once, that entries are left alone because they share bytes.
    fn refuse_overlap(&self, walker: &mut Walker<'_>) -> ControlFlow<()> {
        if !self.is_overlapping.replace(true) {
            let detail = "the entries of the zip claim more bytes than it has, as those of bombs do: what has none of its own is not opened";
            let detail = detail.to_owned();
            walker
                .budget
                .report(&self.place.container, ProblemKind::Corrupt, detail);
        }
        walker.flush()
    }

    /// Claims bytes for an entry; says whether there are as many.
    fn claim(&self, bytes: u64) -> bool {
        let rest = self.unclaimed.get().checked_sub(bytes);
        self.unclaimed.set(rest.unwrap_or(self.unclaimed.get()));
        rest.is_some()
    }

    fn walk(
        &self,
        walker: &mut Walker<'_>,
        mut directory: ZipIterable<Shutter<'_>>,
    ) -> ControlFlow<()> {
        let entries = match directory.files() {
            Ok(entries) => entries,
            Err(error) => return refuse(walker, &self.place.container, &error),
        };
        while let Some(next) = entries.next() {
            walker.budget.begin_entry();
            walker.budget.charge_overhead(ENTRY_BYTES)?;
            match next {
                Ok(entry) => self.walk_entry(walker, entry, entries.reader_mut())?,
                Err(error) => refuse(walker, &self.place.container, &error)?,
            }
        }
        walker.flush()
    }

    fn walk_entry(
        &self,
        walker: &mut Walker<'_>,
        entry: ZipFileEntry<'static>,
        archive: &mut Shutter<'_>,
    ) -> ControlFlow<()> {
        if entry.is_dir() || entry.is_symlink() {
            return ControlFlow::Continue(());
        }
        let child = self.place.child(entry.name_raw(), None);
        let child = child.with_size(entry.size());
        let encoded_bytes = entry.compressed_size();
        if !self.claim(encoded_bytes) {
            return self.refuse_overlap(walker);
        }
        if entry.encrypted() {
            report_encrypted(walker.budget, &child.container);
            return walker.flush();
        }
        let mut file = match entry.with_reader(archive, ZipReadOptions::new()) {
            Ok(file) => file,
            Err(error) => return refuse(walker, &child.container, &error),
        };
        let child = child.modified_at(modified(&file));
        let claim = Claim {
            bytes: file.size(),
            crc: file.crc32(),
        };
        let deflated = match (file.compression(), file.data_start()) {
            (CompressionMethod::Deflated, Some(start))
                if walker.budget.terms.way.means == Means::Own =>
            {
                Some(start..start.saturating_add(file.compressed_size()))
            }
            _ => None,
        };
        // A file that is dropped reads its own rest, in vain: many entries may claim the same bytes.
        let close = |file| {
            self.open.set(false);
            drop(file);
            self.open.set(true);
        };
        let Some(range) = deflated else {
            let flow = open_content(walker, &child, &mut file, encoded_bytes);
            close(file);
            return flow;
        };
        close(file);
        let stretch = Stretch::new(self.bytes, range, self.outside.clone());
        let read = move |walker: &mut Walker<'_>, place: &Place| {
            let mut content = Deflated::new(stretch, claim);
            open_content(walker, place, &mut content, encoded_bytes)
        };
        // Parts of a nested zip would hold its bytes longer than is counted.
        match self.outside.is_some() && encoded_bytes >= MIN_PART_BYTES {
            true => walker.apart(&child, read),
            false => read(walker, &child),
        }
    }
}

fn open_content(
    walker: &mut Walker<'_>,
    place: &Place,
    content: &mut dyn Read,
    encoded_bytes: u64,
) -> ControlFlow<()> {
    let below = Stream::of_encoded(encoded_bytes);
    let stored = Guarded::stored(Box::new(content), walker.budget, &place.container, below);
    walker.open(place, stored)
}

/// When the member was last changed, in seconds since 1970-01-01T00:00:00Z, if the zip says so in UTC.
fn modified<R: Read>(file: &ZipFile<'_, R>) -> Option<i64> {
    file.extra_data_fields().find_map(|field| match field {
        ExtraField::ExtendedTimestamp(stamp) => stamp.mod_time().map(i64::from),
        _ => None,
    })
}

/// Reports that the member at `address` cannot be read without a password.
pub(super) fn report_encrypted(budget: &Budget, address: &MemberPath) {
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

/// An archive that, while it is not `open`, reads as if it ended.
struct Shutter<'a> {
    inner: Paged<'a>,
    open: &'a Cell<bool>,
    /// Where to count what is read.
    outside: Option<&'a Totals>,
}

impl Read for Shutter<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !self.open.get() {
            return Ok(0);
        }
        let count = self.inner.read(out)?;
        if let Some(totals) = self.outside {
            totals.note_read(count as u64);
        }
        Ok(count)
    }
}

impl Seek for Shutter<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
