//! Opens a regular file, and reads it in pieces.
//!
//! Invariants: a file that grows or is cut short meanwhile is read as far as it was long and is there; a plain one is mapped only where that is
//! asked for, a container never, so that its size does not count as memory.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::ops::Range;
use std::time::UNIX_EPOCH;

#[cfg(target_os = "linux")]
use memmap2::Advice;
#[cfg(unix)]
use memmap2::UncheckedAdvice;
use memmap2::{Mmap, MmapOptions};

use super::budget::Had;
use super::guard::Guarded;
use super::magic::{self, Format};
use super::open::{Place, Walker};
use super::zip;
use crate::base::shared_bytes::Releasable;

/// Files up to this size are read at once, and the first read of any file asks for as much.
const SMALL_FILE_BYTES: usize = 64 << 10;

/// The bytes of one file in memory.
#[derive(Debug)]
pub struct Mapping {
    bytes: Bytes,
    /// How many of the bytes may be seen.
    length: usize,
}

#[derive(Debug)]
enum Bytes {
    Mapped(Mmap),
    Read(Vec<u8>),
}

impl Mapping {
    /// The bytes of the file, as far as the limits allow.
    pub fn bytes(&self) -> &[u8] {
        let whole = match &self.bytes {
            Bytes::Mapped(map) => map.as_ref(),
            Bytes::Read(bytes) => bytes,
        };
        whole.get(..self.length).unwrap_or(whole)
    }

    fn read(bytes: Vec<u8>) -> Self {
        Mapping {
            length: bytes.len(),
            bytes: Bytes::Read(bytes),
        }
    }

    /// Maps the first `length` bytes of `file`.
    #[allow(unsafe_code)]
    fn map(file: &File, length: u64) -> io::Result<Self> {
        let length = usize::try_from(length).map_err(io::Error::other)?;
        // SAFETY: the mapping is private and read-only, and lives as long as the slices given out by `bytes`. Nothing
        // here writes to the file. If another process changes it meanwhile, bytes may change under a reader, which only
        // compares them; if it is cut short, the process ends with SIGBUS. So nothing is mapped unless the caller says that all is at rest.
        let map = unsafe { MmapOptions::new().len(length).map(file) }?;
        Ok(Mapping {
            bytes: Bytes::Mapped(map),
            length,
        })
    }
}

impl Releasable for Mapping {
    /// All pages at once: met one by one, each sixteenth of them is a page fault.
    #[cfg(target_os = "linux")]
    fn expect(&self, range: Range<usize>) {
        if let Bytes::Mapped(map) = &self.bytes {
            // An older kernel does not know the advice: then the pages are met one by one.
            let _ = map.advise_range(Advice::PopulateRead, range.start, range.len());
        }
    }

    /// Without this a mapped file counts as memory of the process until its end: 100 MB of pods at 155 MB instead of 55.
    #[cfg(unix)]
    #[allow(unsafe_code)]
    fn release(&self, range: Range<usize>) {
        if let Bytes::Mapped(map) = &self.bytes {
            // SAFETY: nothing was ever written to this mapping of a file, so its pages hold what the file holds. Those that are
            // dropped are read from it again when they are touched, by this thread or another.
            let advised = unsafe {
                map.unchecked_advise_range(UncheckedAdvice::DontNeed, range.start, range.len())
            };
            // Advice that is not taken costs memory and no more.
            let _ = advised;
        }
    }
}

impl AsRef<[u8]> for Mapping {
    fn as_ref(&self) -> &[u8] {
        self.bytes()
    }
}

/// Opens the regular file that stands at `place`.
///
/// # Errors
/// When its first bytes cannot be read.
pub(super) fn open(
    walker: &mut Walker<'_>,
    place: &Place,
    mut file: File,
) -> io::Result<ControlFlow<()>> {
    let length = file.metadata()?.len();
    let mut head = Vec::with_capacity(SMALL_FILE_BYTES);
    (&mut file)
        .take(SMALL_FILE_BYTES as u64)
        .read_to_end(&mut head)?;
    let place = place.clone().with_size(length);
    let format = magic::recognise(&head);
    let whole_read = head.len() < SMALL_FILE_BYTES;
    if matches!(format, Format::Plain) && whole_read {
        return Ok(deliver(walker, &place, Mapping::read(head)));
    }
    // A file of `/proc` claims to be shorter than it is, and can only be read.
    if length >= head.len() as u64 {
        match format {
            Format::Plain if walker.budget.terms.way.maps_files => {
                if let Ok(mapping) = Mapping::map(&file, length) {
                    return Ok(deliver(walker, &place, mapping));
                }
            }
            Format::Zip if walker.admits(&place, &format) => {
                let walk = |walker: &mut Walker<'_>| zip::walk_file(walker, &place, file);
                return Ok(walker.contained(&place.container, walk));
            }
            Format::Zip => return Ok(walker.flush()),
            _ => {}
        }
    }
    // What is written behind the end meanwhile is not read: that may be a report on this very bundle.
    let rest = length.checked_sub(head.len() as u64);
    let file = file.take(rest.unwrap_or(u64::MAX));
    let read = move |walker: &mut Walker<'_>, place: &Place| {
        let whole = Box::new(io::Cursor::new(head).chain(file));
        let source = Guarded::outside(whole, walker.budget, &place.container);
        walker.open(place, source)
    };
    Ok(match place.is_bundle() || whole_read {
        true => read(walker, &place),
        false => walker.apart(&place, read),
    })
}

/// When a file was last changed, in seconds since 1970-01-01T00:00:00Z.
pub(super) fn modified(metadata: &Metadata) -> Option<i64> {
    let modified = metadata.modified().ok()?;
    match modified.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).ok(),
        Err(before) => i64::try_from(before.duration().as_secs())
            .ok()
            .map(|seconds| -seconds),
    }
}

/// Pushes a plain file, cut to what the limits allow.
fn deliver(walker: &mut Walker<'_>, place: &Place, mut mapping: Mapping) -> ControlFlow<()> {
    let budget = walker.budget;
    let length = mapping.length as u64;
    budget.note_read(length);
    let granted = budget.grant(&place.member.path, Had::default(), length);
    mapping.length = usize::try_from(granted).unwrap_or(mapping.length);
    walker.deliver_mapped(place, mapping)
}
