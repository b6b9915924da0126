//! Bytes that are read from any place: a file or memory.
//!
//! A file is read and not mapped: what is read does not count as memory of the process, and a file that is cut short meanwhile ends early.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use super::budget::Totals;

/// Bytes read at a time where places far from each other are read by turns.
const PAGE_BYTES: u64 = 16 << 10;
/// Pages kept: one of the directory of an archive, and one of its members.
const PAGES: usize = 2;

/// Bytes that several threads may read at once, each where it likes.
pub(super) trait ReadAt: Send + Sync {
    /// Reads bytes from `at` on; none at the end.
    ///
    /// # Errors
    /// When the operating system refuses.
    fn read_at(&self, out: &mut [u8], at: u64) -> io::Result<usize>;

    /// How many bytes there are.
    ///
    /// # Errors
    /// When the operating system does not tell.
    fn length(&self) -> io::Result<u64>;
}

impl ReadAt for File {
    #[cfg(unix)]
    fn read_at(&self, out: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, out, at)
    }

    #[cfg(windows)]
    fn read_at(&self, out: &mut [u8], at: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, out, at)
    }

    fn length(&self) -> io::Result<u64> {
        self.metadata().map(|metadata| metadata.len())
    }
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, out: &mut [u8], at: u64) -> io::Result<usize> {
        let rest = usize::try_from(at).map_or(None, |at| self.get(at..));
        rest.unwrap_or_default().read(out)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }
}

/// A range, read front to back.
pub(super) struct Stretch {
    bytes: Arc<dyn ReadAt>,
    rest: Range<u64>,
    /// Where to count what is read, if it comes from outside.
    outside: Option<Arc<Totals>>,
}

impl Stretch {
    /// What lies in this range, as far as there is any.
    pub(super) fn new(
        bytes: &Arc<dyn ReadAt>,
        range: Range<u64>,
        outside: Option<Arc<Totals>>,
    ) -> Self {
        Stretch {
            bytes: Arc::clone(bytes),
            rest: range,
            outside,
        }
    }
}

impl Read for Stretch {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self.rest.end.saturating_sub(self.rest.start);
        let room = usize::try_from(left).map_or(out.len(), |left| left.min(out.len()));
        let out = out.get_mut(..room).unwrap_or_default();
        let count = self.bytes.read_at(out, self.rest.start)?;
        self.rest.start += count as u64;
        if let Some(totals) = &self.outside {
            totals.note_read(count as u64);
        }
        Ok(count)
    }
}

/// A reader that goes to and fro between a few places.
pub(super) struct Paged<'a> {
    bytes: &'a dyn ReadAt,
    at: u64,
    /// The last one used comes first.
    pages: [Page; PAGES],
}

#[derive(Default)]
struct Page {
    /// Where it begins.
    start: u64,
    /// Empty before it is read.
    bytes: Vec<u8>,
}

impl Page {
    fn from(&self, at: u64) -> Option<&[u8]> {
        let offset = usize::try_from(at.checked_sub(self.start)?).ok()?;
        self.bytes.get(offset..).filter(|rest| !rest.is_empty())
    }

    fn load(&mut self, bytes: &dyn ReadAt, at: u64) -> io::Result<()> {
        self.start = at - at % PAGE_BYTES;
        self.bytes.resize(PAGE_BYTES as usize, 0);
        let mut length = 0;
        while let Some(rest @ [_, ..]) = self.bytes.get_mut(length..) {
            match bytes.read_at(rest, self.start + length as u64) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.bytes.clear();
                    return Err(error);
                }
            }
        }
        self.bytes.truncate(length);
        Ok(())
    }
}

impl<'a> Paged<'a> {
    pub(super) fn new(bytes: &'a dyn ReadAt) -> Self {
        Paged {
            bytes,
            at: 0,
            pages: <_>::default(),
        }
    }
}

impl Read for Paged<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self
            .pages
            .iter()
            .position(|page| page.from(self.at).is_some())
        {
            Some(found) => self.pages[..=found].rotate_right(1),
            None => {
                self.pages.rotate_right(1);
                self.pages[0].load(self.bytes, self.at)?;
            }
        }
        let count = self.pages[0].from(self.at).unwrap_or_default().read(out)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Paged<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.bytes.length()?.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reading_by_pages_is_reading(
            length in 0usize..70_000,
            moves in proptest::collection::vec((0u64..80_000, 0usize..40_000), 0..30),
        ) {
            let bytes: Vec<u8> = (0..length).map(|n| (n * 7919 % 251) as u8).collect();
            let mut paged = Paged::new(&bytes);
            for (at, wanted) in moves {
                paged.seek(SeekFrom::Start(at)).expect("memory can be read");
                let mut read = Vec::new();
                (&mut paged).take(wanted as u64).read_to_end(&mut read).expect("memory can be read");
                let from = (at as usize).min(length);
                prop_assert_eq!(&read, &bytes[from..(from + wanted).min(length)]);
            }
        }
    }

    #[test]
    fn a_stretch_ends_where_the_bytes_do() {
        let bytes: Arc<dyn ReadAt> = Arc::new(b"0123456789".to_vec());
        for (range, expected) in [(2..5, "234"), (8..20, "89"), (30..40, ""), (5..5, "")] {
            let mut read = String::new();
            Stretch::new(&bytes, range, None)
                .read_to_string(&mut read)
                .expect("memory can be read");
            assert_eq!(read, expected);
        }
    }
}
