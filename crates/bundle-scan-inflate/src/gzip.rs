//! A gzip file as a reader.

use std::io::{self, BufRead, ErrorKind, Read};

use crc32fast::Hasher;

use crate::DeflateReader;

const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The only method there is.
const DEFLATE: u8 = 8;
/// What a header is followed by.
mod flag {
    pub(super) const HEADER_CRC: u8 = 1 << 1;
    pub(super) const EXTRA: u8 = 1 << 2;
    pub(super) const NAME: u8 = 1 << 3;
    pub(super) const COMMENT: u8 = 1 << 4;
    pub(super) const RESERVED: u8 = 0b1110_0000;
}

/// Decodes a gzip file: one member or several in a row, as logs are to which others were appended.
///
/// Zeros behind the last member are the padding of tapes and block devices and are passed over, as by gzip 1.12; anything else there is
/// damage. The checksum and the length of each member are compared once all of it is read.
#[derive(Debug)]
pub struct GzipReader<R> {
    members: DeflateReader<R>,
    checksum: Hasher,
    /// Bytes of the member so far, by which its length is told: the lowest 32 bits.
    length: u32,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before the first member.
    Start,
    /// In a member.
    Member,
    /// Behind the last member, or at damage.
    End,
}

impl<R: Read> GzipReader<R> {
    /// Begins at the header of the first member.
    pub fn new(inner: R) -> Self {
        GzipReader {
            members: DeflateReader::new(inner),
            checksum: Hasher::new(),
            length: 0,
            place: Place::Start,
        }
    }

    fn advance(&mut self) -> io::Result<()> {
        loop {
            match self.place {
                Place::Start => {
                    self.header()?;
                    self.place = Place::Member;
                }
                Place::Member => {
                    if !self.members.decoded().is_empty() {
                        return Ok(());
                    }
                    self.members.decode()?;
                    let decoded = self.members.decoded();
                    if decoded.is_empty() {
                        self.trailer()?;
                        self.next_member()?;
                    } else {
                        self.checksum.update(decoded);
                        self.length = self.length.wrapping_add(decoded.len() as u32);
                    }
                }
                Place::End => return Ok(()),
            }
        }
    }

    fn header(&mut self) -> io::Result<()> {
        let mut fixed = [0; 10];
        let mut crc = Hasher::new();
        self.take(&mut fixed, &mut crc)?;
        let [first, second, method, flags, ..] = fixed;
        if [first, second] != MAGIC || method != DEFLATE || flags & flag::RESERVED != 0 {
            return Err(damage("a header that is none"));
        }
        if flags & flag::EXTRA != 0 {
            let mut length = [0; 2];
            self.take(&mut length, &mut crc)?;
            let mut byte = [0];
            for _ in 0..u16::from_le_bytes(length) {
                self.take(&mut byte, &mut crc)?;
            }
        }
        for text in [flag::NAME, flag::COMMENT] {
            let mut byte = [u8::from(flags & text != 0)];
            while byte != [0] {
                self.take(&mut byte, &mut crc)?;
            }
        }
        if flags & flag::HEADER_CRC != 0 {
            let mut stored = [0; 2];
            let told = crc.clone().finalize() as u16;
            self.take(&mut stored, &mut crc)?;
            if u16::from_le_bytes(stored) != told {
                return Err(damage("a header that has not its checksum"));
            }
        }
        Ok(())
    }

    /// Takes bytes from between the members.
    fn take(&mut self, out: &mut [u8], crc: &mut Hasher) -> io::Result<()> {
        let source = &mut self.members.source;
        source.fill(out.len())?;
        let Some(taken) = source.ahead().get(..out.len()) else {
            return Err(ErrorKind::UnexpectedEof.into());
        };
        out.copy_from_slice(taken);
        source.consume(out.len());
        crc.update(out);
        Ok(())
    }

    fn trailer(&mut self) -> io::Result<()> {
        let mut checksum = [0; 4];
        let mut length = [0; 4];
        self.take(&mut checksum, &mut Hasher::new())?;
        self.take(&mut length, &mut Hasher::new())?;
        let told = std::mem::take(&mut self.checksum).finalize();
        if u32::from_le_bytes(checksum) != told {
            return Err(damage("content that has not its checksum"));
        }
        if u32::from_le_bytes(length) != std::mem::take(&mut self.length) {
            return Err(damage("content that has not its length"));
        }
        Ok(())
    }

    /// Begins the member that follows, if one does.
    fn next_member(&mut self) -> io::Result<()> {
        let source = &mut self.members.source;
        loop {
            source.fill(1)?;
            let zeros = source.ahead().iter().take_while(|byte| **byte == 0).count();
            if zeros == 0 {
                break;
            }
            source.consume(zeros);
        }
        source.fill(MAGIC.len())?;
        self.place = match source.ahead() {
            [] => Place::End,
            ahead if MAGIC.starts_with(&ahead[..ahead.len().min(MAGIC.len())]) => {
                self.members.restart();
                Place::Start
            }
            _ => return Err(damage("other data behind the end")),
        };
        Ok(())
    }
}

fn damage(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

impl<R: Read> BufRead for GzipReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Err(error) = self.advance() {
            self.place = Place::End;
            return Err(error);
        }
        Ok(self.members.decoded())
    }

    fn consume(&mut self, count: usize) {
        self.members.consume_decoded(count);
    }
}

impl<R: Read> Read for GzipReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}
