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
    content: Content,
    place: Place,
}

/// What a member holds so far, as its end tells it.
#[derive(Debug, Default)]
struct Content {
    checksum: Hasher,
    /// The lowest 32 bits of the number of bytes.
    length: u32,
}

impl Content {
    fn add(&mut self, bytes: &[u8]) {
        self.checksum.update(bytes);
        self.length = self.length.wrapping_add(bytes.len() as u32);
    }
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
            content: Content::default(),
            place: Place::Start,
        }
    }

    /// Decodes on, if all that was decoded is read: at least a byte, unless the file ends. It is going to be read into as much `room`.
    fn decode(&mut self, room: usize) -> io::Result<()> {
        let result = self.advance(room);
        if result.is_err() {
            self.place = Place::End;
        }
        result
    }

    fn advance(&mut self, room: usize) -> io::Result<()> {
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
                    self.members.decode(room)?;
                    let decoded = self.members.decoded();
                    if decoded.is_empty() {
                        self.trailer()?;
                        self.next_member()?;
                    } else {
                        self.content.add(decoded);
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
        source.fill(out.len());
        let Some(taken) = source.ahead().get(..out.len()) else {
            return Err(source.cut());
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
        let content = std::mem::take(&mut self.content);
        if u32::from_le_bytes(checksum) != content.checksum.finalize() {
            return Err(damage("content that has not its checksum"));
        }
        if u32::from_le_bytes(length) != content.length {
            return Err(damage("content that has not its length"));
        }
        Ok(())
    }

    /// Begins the member that follows, if one does.
    fn next_member(&mut self) -> io::Result<()> {
        let source = &mut self.members.source;
        loop {
            source.fill(1);
            let zeros = source.ahead().iter().take_while(|byte| **byte == 0).count();
            if zeros == 0 {
                break;
            }
            source.consume(zeros);
        }
        source.fill(MAGIC.len());
        self.place = match source.ahead() {
            [] => source.failure().map_or(Ok(Place::End), Err)?,
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
        self.decode(0)?;
        Ok(self.members.decoded())
    }

    fn consume(&mut self, count: usize) {
        self.members.consume_decoded(count);
    }
}

impl<R: Read> Read for GzipReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.decode(out.len())?;
        let content = &mut self.content;
        Ok(self.members.deliver(out, |decoded| content.add(decoded)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{FIXED, Failing, Stream, fixed, fixed_distance};

    fn crc_of(bytes: &[u8]) -> u32 {
        let mut crc = Hasher::new();
        crc.update(bytes);
        crc.finalize()
    }

    /// A member of a stream that decodes to `content`.
    fn member_of(flags: u8, fields: &[u8], stream: Vec<u8>, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x1f, 0x8b, DEFLATE, flags, 1, 2, 3, 4, 5, 6];
        bytes.extend(fields);
        bytes.extend(stream);
        bytes.extend(crc_of(content).to_le_bytes());
        bytes.extend((content.len() as u32).to_le_bytes());
        bytes
    }

    fn with_fields(flags: u8, fields: &[u8], content: &[u8]) -> Vec<u8> {
        let length = content.len() as u16;
        let stream = Stream::new().stored(true, content, !length);
        member_of(flags, fields, stream.finish(), content)
    }

    fn member(content: &[u8]) -> Vec<u8> {
        with_fields(0, b"", content)
    }

    /// What is decoded, and what is said then.
    fn read(bytes: &[u8]) -> (Vec<u8>, String) {
        let mut content = Vec::new();
        let mut reader = GzipReader::new(bytes);
        let said = match reader.read_to_end(&mut content) {
            Ok(_) => "the end".to_owned(),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => "a cut".to_owned(),
            Err(error) => error.to_string(),
        };
        assert!(
            matches!(reader.read(&mut [0]), Ok(0)),
            "behind it is nothing"
        );
        (content, said)
    }

    #[track_caller]
    fn check(bytes: &[u8], content: &[u8], said: &str) {
        assert_eq!(read(bytes), (content.to_vec(), said.to_owned()));
    }

    #[test]
    fn members_follow_one_another() {
        let members = [member(b"one"), member(b""), member(b"two")].concat();
        check(&members, b"onetwo", "the end");
    }

    #[test]
    fn a_member_does_not_reach_back_into_the_one_before() {
        let (one, said) = (member(b"one"), crate::Damage::Distance.to_string());
        for before in [0, 1] {
            let codes = [
                fixed(b'a'.into()),
                fixed(257),
                fixed_distance(before as u32),
            ];
            let block = Stream::new().block(true, FIXED);
            let stream = block.codes(codes[1 - before..].to_vec()).finish();
            let content = [b"one".as_slice(), &b"a"[..before]].concat();
            check(
                &member_of(0, b"", stream.clone(), b"eee"),
                &content[3..],
                &said,
            );
            // The careful loop decodes it, and where more follows the fast one.
            for following in [0, 1000] {
                let second = member_of(0, b"", stream.clone(), b"eee");
                let members = [&one[..], &second, &vec![0; following]].concat();
                check(&members, &content, &said);
            }
        }
    }

    #[test]
    fn zeros_behind_a_member_are_passed_over() {
        for zeros in [1, 2, 511, 100_000] {
            let padded = [member(b"one"), vec![0; zeros]].concat();
            check(&padded, b"one", "the end");
            check(&[padded, member(b"two")].concat(), b"onetwo", "the end");
        }
        check(
            &[vec![0], member(b"one")].concat(),
            b"",
            "a header that is none",
        );
    }

    #[test]
    fn other_data_behind_a_member_is_damage() {
        for garbage in [
            b"g".as_slice(),
            b"garbage that goes on",
            b"\x1f\x8c",
            b"\0\0g",
        ] {
            let followed = [member(b"one").as_slice(), garbage].concat();
            check(&followed, b"one", "other data behind the end");
        }
        let no_deflate = [member(b"one").as_slice(), b"\x1f\x8b\x09       "].concat();
        check(&no_deflate, b"one", "a header that is none");
    }

    #[test]
    fn the_fields_of_a_header_are_passed_over() {
        let extra = [[5, 0].as_slice(), b"\0\x1f\x8bab"].concat();
        let long_extra = [[0xff, 0xff].as_slice(), &[0; 0xffff]].concat();
        let long_name = [vec![b'n'; 200_000], vec![0]].concat();
        let all = [&extra[..], b"name\0", b"comment\0"].concat();
        let cases: [(u8, &[u8]); 8] = [
            (1, b""),
            (flag::EXTRA, &[0, 0]),
            (flag::EXTRA, &extra),
            (flag::EXTRA, &long_extra),
            (flag::NAME, b"\0"),
            (flag::NAME, &long_name),
            (flag::COMMENT, b"comment\0"),
            (flag::EXTRA | flag::NAME | flag::COMMENT, &all),
        ];
        for (flags, fields) in cases {
            check(&with_fields(flags, fields, b"one"), b"one", "the end");
            // The same with a checksum of the header, right and wrong.
            let flags = flags | flag::HEADER_CRC;
            let header = [&[0x1f, 0x8b, DEFLATE, flags, 1, 2, 3, 4, 5, 6], fields].concat();
            let [low, high, ..] = crc_of(&header).to_le_bytes();
            let right = [fields, &[low, high]].concat();
            check(&with_fields(flags, &right, b"one"), b"one", "the end");
            let wrong = [fields, &[low, !high]].concat();
            let wrong = with_fields(flags, &wrong, b"one");
            check(&wrong, b"", "a header that has not its checksum");
        }
    }

    #[test]
    fn a_header_that_is_none_is_damage() {
        let whole = member(b"one");
        for (place, byte) in [
            (0, 0x1e),
            (1, 0x8c),
            (2, 7),
            (3, 0x20),
            (3, 0x40),
            (3, 0x80),
        ] {
            let mut other = whole.clone();
            other[place] = byte;
            check(&other, b"", "a header that is none");
        }
    }

    #[test]
    fn checksum_and_length_are_compared() {
        let whole = member(b"one");
        for place in whole.len() - 8..whole.len() {
            let mut other = whole.clone();
            other[place] ^= 0x10;
            let said = match whole.len() - place {
                5.. => "content that has not its checksum",
                _ => "content that has not its length",
            };
            check(&other, b"one", said);
        }
    }

    #[test]
    fn a_cut_is_told_from_the_end() {
        let first = with_fields(flag::NAME, b"name\0", b"one");
        let both = [first.clone(), member(b"two")].concat();
        for cut in (0..both.len()).filter(|cut| *cut != first.len()) {
            let (content, said) = read(&both[..cut]);
            assert!(b"onetwo".starts_with(&content));
            assert_eq!(said, "a cut", "at {cut}");
        }
        check(&first, b"one", "the end");
    }

    #[test]
    fn an_error_is_told_wherever_it_comes_and_not_taken_for_the_end() {
        let padding = [0; 3];
        let all = [member(b"one").as_slice(), &padding, &member(b"two")].concat();
        for there in 0..=all.len() {
            let mut reader = GzipReader::new(Failing::behind(&all[..there]));
            let mut content = Vec::new();
            let error = reader.read_to_end(&mut content).expect_err("the error");
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "at {there}");
            assert_eq!(content, read(&all[..there]).0);
            assert!(matches!(reader.read(&mut [0]), Ok(0)));
        }
    }
}
