//! Walks a zip front to back, by the headers before its members: for one that lost its central directory, or is too
//! large to hold.
//!
//! Reads stored and deflated members; a stored one must say its size beforehand. Entries that were deleted or replaced
//! in the archive are met too, because only the directory knows of that. Invariants: each member that is read to its end
//! has its checksum compared; damage is reported once, for the member it cuts or for the zip.
//!
//! Source: APPNOTE 6.3.10, sections 4.3.6 (order of an archive) and 4.3.9 (data descriptor).

use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use crate::base::problem::ProblemKind;

use super::budget::Budget;
use super::deferred::Deferred;
use super::guard::{Guarded, Stream};
use super::local_header::{LocalHeader, Method, read_descriptor};
use super::open::{Place, Walker};
use super::zip::report_encrypted;

/// Encoded bytes read ahead.
const READ_BYTES: usize = 64 << 10;

/// Walks the zip that stands at `place`.
///
/// `directory_damage` says why its directory cannot be used, if that is so. A stream that `below` has cut short is not
/// reported again.
pub(super) fn walk(
    walker: &mut Walker<'_>,
    place: &Place,
    source: Box<dyn Read + '_>,
    below: &Stream,
    directory_damage: Option<String>,
) -> ControlFlow<()> {
    let mut members = Members {
        source: BufReader::with_capacity(READ_BYTES, source),
        place,
        below,
    };
    let end = loop {
        if let Err(end) = members.walk_next(walker) {
            break end;
        }
    };
    if !below.is_broken()
        && let Some((kind, what)) = end.problem(directory_damage)
    {
        let detail = format!("{what}: what came before is scanned");
        walker.budget.report(&place.container, kind, detail);
    }
    walker.flush()?;
    match end {
        End::Stopped(flow) => flow,
        End::Directory | End::Failed(_) => ControlFlow::Continue(()),
    }
}

/// How a walk along the members ends.
enum End {
    /// At the central directory.
    Directory,
    /// By a limit, by the visitor, or at a member whose problem is reported and whose end cannot be found.
    Stopped(ControlFlow<()>),
    /// In the middle of something.
    Failed(io::Error),
}

impl End {
    fn problem(&self, directory_damage: Option<String>) -> Option<(ProblemKind, String)> {
        match self {
            End::Stopped(_) => None,
            End::Directory => directory_damage.map(|reason| {
                let what = format!("the directory of the zip is damaged ({reason})");
                (ProblemKind::Corrupt, what)
            }),
            End::Failed(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let what = "the zip ends early, before its directory";
                Some((ProblemKind::Truncated, what.to_owned()))
            }
            End::Failed(error) => {
                let what = format!("the zip is damaged ({error})");
                Some((ProblemKind::Corrupt, what))
            }
        }
    }
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        End::Failed(error)
    }
}

/// The members that are still to come.
struct Members<'a> {
    source: BufReader<Box<dyn Read + 'a>>,
    place: &'a Place,
    below: &'a Stream,
}

impl Members<'_> {
    fn walk_next(&mut self, walker: &mut Walker<'_>) -> Result<(), End> {
        let Some(header) = LocalHeader::read(&mut self.source)? else {
            return Err(End::Directory);
        };
        if walker.budget.charge_overhead(LocalHeader::BYTES).is_break() {
            return Err(End::Stopped(walker.flush()));
        }
        let child = self.place.child(&header.name, header.modified);
        let readable = header.is_file() && admits(walker, &child, &header);
        match header.encoded_bytes {
            Some(length) if readable => self.walk_sized(walker, &child, &header, length),
            Some(length) => self.skip(length),
            None if readable => self.walk_open_ended(walker, &child, &header),
            None => Err(End::Stopped(walker.flush())),
        }
    }

    /// Opens a member that takes `length` bytes.
    fn walk_sized(
        &mut self,
        walker: &mut Walker<'_>,
        place: &Place,
        header: &LocalHeader,
        length: u64,
    ) -> Result<(), End> {
        let mut encoded = (&mut self.source).take(length);
        let mut body = Hashed::new(header.method, &mut encoded);
        let broken = open(walker, place, &mut body, self.below)?;
        let sum = body.ended.then(|| body.crc.sum());
        drop(body);
        let rest = encoded.limit();
        let cut = io::copy(&mut encoded, &mut io::sink())? < rest;
        match (cut, broken) {
            (true, true) => Err(End::Stopped(walker.flush())),
            (true, false) => Err(End::Failed(io::ErrorKind::UnexpectedEof.into())),
            (false, false) if sum.is_some_and(|sum| sum != header.crc) => {
                report_checksum(walker, place);
                Ok(())
            }
            (false, _) => Ok(()),
        }
    }

    /// Opens a deflated member that says its size behind it.
    fn walk_open_ended(
        &mut self,
        walker: &mut Walker<'_>,
        place: &Place,
        header: &LocalHeader,
    ) -> Result<(), End> {
        let mut body = Hashed::new(header.method, &mut self.source);
        let broken = open(walker, place, &mut body, self.below)?;
        if broken || skip_rest(walker, place, &mut body, self.below) {
            return Err(End::Stopped(walker.flush()));
        }
        let (sum, decoded) = (body.crc.sum(), body.decoded);
        drop(body);
        if read_descriptor(&mut self.source, decoded)? != sum {
            report_checksum(walker, place);
        }
        Ok(())
    }

    fn skip(&mut self, length: u64) -> Result<(), End> {
        let mut encoded = (&mut self.source).take(length);
        if io::copy(&mut encoded, &mut io::sink())? < length {
            return Err(End::Failed(io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(())
    }
}

/// Whether the member can be read; a problem says why not.
fn admits(walker: &Walker<'_>, place: &Place, header: &LocalHeader) -> bool {
    if header.is_encrypted {
        report_encrypted(walker.budget, &place.container);
        return false;
    }
    let detail = match (header.method, header.encoded_bytes) {
        (Method::Other(number), _) => {
            format!("cannot be unpacked (zip method {number}): repack it as .tar.gz")
        }
        (Method::Stored, None) => {
            "cannot be told from what follows it without the zip's directory".to_owned()
        }
        (Method::Stored, Some(_)) | (Method::Deflated, _) => return true,
    };
    walker
        .budget
        .report(&place.container, ProblemKind::Unsupported, detail);
    false
}

/// Opens what `body` gives; says whether it broke off, which is reported then.
fn open(
    walker: &mut Walker<'_>,
    place: &Place,
    body: &mut Hashed<'_>,
    below: &Stream,
) -> Result<bool, End> {
    let stored = guard(walker.budget, place, body, below);
    let ending = stored.stream();
    if walker.open(place, stored).is_break() {
        return Err(End::Stopped(ControlFlow::Break(())));
    }
    Ok(ending.is_broken())
}

/// Decodes what the visitor left; says whether that broke off.
fn skip_rest(walker: &Walker<'_>, place: &Place, body: &mut Hashed<'_>, below: &Stream) -> bool {
    let mut rest = guard(walker.budget, place, body, below);
    rest.skip_rest();
    rest.stream().is_broken() || walker.budget.flow().is_break()
}

fn guard<'a>(
    budget: &'a Budget,
    place: &Place,
    body: &'a mut Hashed<'_>,
    below: &Stream,
) -> Guarded<'a> {
    Guarded::stored(Box::new(body), budget, &place.container, below.entry())
}

fn report_checksum(walker: &Walker<'_>, place: &Place) {
    let detail =
        "its content does not have the checksum that the zip says: it may be wrong in parts";
    walker
        .budget
        .report(&place.container, ProblemKind::Corrupt, detail.to_owned());
}

/// What is inflated, up to the damage.
struct Inflated<'a> {
    decoder: DeflateDecoder<&'a mut dyn BufRead>,
    failure: Deferred,
}

impl Read for Inflated<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let total = |decoder: &DeflateDecoder<_>| decoder.total_out();
        self.failure.read(&mut self.decoder, total, out)
    }
}

/// A member's content, with its checksum so far.
struct Hashed<'a> {
    inner: Box<dyn Read + 'a>,
    crc: Crc,
    decoded: u64,
    /// Whether it was read to its end.
    ended: bool,
}

impl<'a> Hashed<'a> {
    fn new(method: Method, encoded: &'a mut dyn BufRead) -> Self {
        let inner: Box<dyn Read + 'a> = match method {
            Method::Deflated => Box::new(Inflated {
                decoder: DeflateDecoder::new(encoded),
                failure: Deferred::default(),
            }),
            Method::Stored | Method::Other(_) => Box::new(encoded),
        };
        Hashed {
            inner,
            crc: Crc::new(),
            decoded: 0,
            ended: false,
        }
    }
}

impl Read for Hashed<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.crc.update(out.get(..count).unwrap_or_default());
        self.decoded += count as u64;
        self.ended |= count == 0 && !out.is_empty();
        Ok(count)
    }
}
