//! What both decoders make of any bytes, and whether they agree. The fuzz target judges by the same.

use std::fmt;
use std::io::{self, ErrorKind, Read};

use bundle_scan_inflate::{DeflateReader, GzipReader};
use flate2::bufread::GzDecoder;
use flate2::{Decompress, FlushDecompress};

/// What a decoder makes of some bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) content: Vec<u8>,
    pub(crate) ended: Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Whole,
    Cut,
    Damaged,
    /// There is more than is compared.
    Limit,
}

impl fmt::Debug for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:?} after {} bytes",
            self.ended,
            self.content.len()
        )
    }
}

/// Sizes of the pieces in which input comes and content is taken. They shrink byte by byte from the largest to none, and begin anew.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pieces {
    pub(crate) input: usize,
    pub(crate) content: usize,
    /// No more content is compared.
    pub(crate) limit: usize,
}

impl Pieces {
    /// Such that most content is decoded straight to where it is wanted.
    pub(crate) const LARGE: Pieces = Pieces {
        input: 64 << 10,
        content: 256 << 10,
        limit: 2 << 20,
    };
}

/// Gives bytes in pieces, with an interruption where a piece would be of none.
struct Piecewise<'a> {
    rest: &'a [u8],
    largest: usize,
    next: usize,
}

impl Read for Piecewise<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let size = self.next;
        self.next = size.checked_sub(1).unwrap_or(self.largest);
        if size == 0 {
            return Err(ErrorKind::Interrupted.into());
        }
        let size = size.min(out.len());
        self.rest.read(&mut out[..size])
    }
}

/// What this decoder makes of a raw stream.
pub(crate) fn deflate(bytes: &[u8], pieces: Pieces) -> Outcome {
    take_all(DeflateReader::new, bytes, pieces)
}

/// What this decoder makes of a gzip file.
pub(crate) fn gzip(bytes: &[u8], pieces: Pieces) -> Outcome {
    take_all(GzipReader::new, bytes, pieces)
}

fn take_all<'a, R: Read>(
    decoder: impl Fn(Piecewise<'a>) -> R,
    bytes: &'a [u8],
    pieces: Pieces,
) -> Outcome {
    let mut reader = decoder(Piecewise {
        rest: bytes,
        largest: pieces.input,
        next: pieces.input,
    });
    let mut content = Vec::new();
    let mut room = vec![0; pieces.content];
    for size in (0..=pieces.content).rev().cycle() {
        if content.len() >= pieces.limit {
            content.truncate(pieces.limit);
            return Outcome {
                content,
                ended: Ended::Limit,
            };
        }
        let ended = match reader.read(&mut room[..size]) {
            Ok(0) if size > 0 => Ended::Whole,
            Ok(count) => {
                content.extend_from_slice(&room[..count]);
                continue;
            }
            Err(error) => ended_by(&error),
        };
        assert!(
            matches!(reader.read(&mut [0]), Ok(0)),
            "nothing lies behind the end"
        );
        return Outcome { content, ended };
    }
    unreachable!("the sizes go on")
}

fn ended_by(error: &io::Error) -> Ended {
    match error.kind() {
        ErrorKind::UnexpectedEof => Ended::Cut,
        // flate2 takes bad input for a wrong use of it.
        ErrorKind::InvalidData | ErrorKind::InvalidInput => Ended::Damaged,
        other => panic!("{other} is no end"),
    }
}

/// What flate2 makes of a raw stream, up to `limit` bytes. Its reader withholds what it has decoded as it meets damage, hence the layer
/// below it.
pub(crate) fn flate2_deflate(bytes: &[u8], limit: usize) -> Outcome {
    let mut decompress = Decompress::new(false);
    let mut content = Vec::new();
    let mut room = vec![0; 64 << 10];
    loop {
        let (read, written) = (decompress.total_in(), decompress.total_out());
        let rest = &bytes[read as usize..];
        let status = decompress.decompress(rest, &mut room, FlushDecompress::None);
        let count = (decompress.total_out() - written) as usize;
        content.extend_from_slice(&room[..count]);
        let has_stopped = count == 0 && decompress.total_in() == read;
        let ended = match status {
            _ if content.len() >= limit => Ended::Limit,
            Ok(flate2::Status::StreamEnd) => Ended::Whole,
            Ok(_) if has_stopped => Ended::Cut,
            Ok(_) => continue,
            Err(_) => Ended::Damaged,
        };
        content.truncate(limit);
        return Outcome { content, ended };
    }
}

/// What flate2 makes of a gzip file. Its reader of several members takes zeros behind them for a header that is none; RFC 1952
/// knows no padding, but gzip 1.12 passes it over, and so does this decoder. Hence member by member.
pub(crate) fn flate2_gzip(bytes: &[u8], limit: usize) -> Outcome {
    let mut content = Vec::new();
    let mut rest = bytes;
    loop {
        let mut member = GzDecoder::new(rest);
        let room = (limit - content.len()) as u64;
        let ended = match member.by_ref().take(room).read_to_end(&mut content) {
            Ok(_) if content.len() >= limit => Ended::Limit,
            Ok(_) => {
                rest = member.into_inner();
                let zeros = rest.iter().take_while(|byte| **byte == 0).count();
                rest = &rest[zeros..];
                match rest {
                    [] => Ended::Whole,
                    _ => continue,
                }
            }
            Err(error) => ended_by(&error),
        };
        return Outcome { content, ended };
    }
}

/// Both decoders agree about a raw stream, to the byte, and on how it ends.
///
/// With one exception: where no length of a code has a code, zlib reads on and finds that the block has no end, or that the stream
/// is cut. RFC 1951 leaves no doubt that such a block cannot be, however it goes on.
#[track_caller]
pub(crate) fn agree_on_deflate(bytes: &[u8], pieces: Pieces) -> Outcome {
    let (ours, theirs) = (deflate(bytes, pieces), flate2_deflate(bytes, pieces.limit));
    assert!(ours.content == theirs.content, "{ours:?}, but {theirs:?}");
    let is_early = (ours.ended, theirs.ended) == (Ended::Damaged, Ended::Cut);
    assert!(
        ours.ended == theirs.ended || is_early,
        "{ours:?}, but {theirs:?}"
    );
    ours
}

/// Both decoders agree about a gzip file, whether it is whole, and about its content. How they call what is wrong behind a member
/// differs, and flate2 tells less of the content before damage.
#[track_caller]
pub(crate) fn agree_on_gzip(bytes: &[u8], pieces: Pieces) -> Outcome {
    let (ours, theirs) = (gzip(bytes, pieces), flate2_gzip(bytes, pieces.limit));
    assert!(
        ours.content.starts_with(&theirs.content),
        "{ours:?}, but {theirs:?}"
    );
    if ours.ended != Ended::Limit {
        let is_whole = |outcome: &Outcome| outcome.ended == Ended::Whole;
        assert_eq!(
            is_whole(&ours),
            is_whole(&theirs),
            "{ours:?}, but {theirs:?}"
        );
        let is_damaged = theirs.ended == Ended::Damaged;
        assert!(
            is_damaged || ours.content == theirs.content,
            "{ours:?}, but {theirs:?}"
        );
    }
    ours
}
