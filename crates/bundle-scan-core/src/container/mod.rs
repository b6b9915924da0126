//! Opens a bundle: recognises containers by magic, walks them however deep they nest, decodes what is compressed, and
//! pushes each member to a [`Visitor`].
//!
//! Does not look into members, write to disk, follow links, or judge whether the input is a bundle at all.
//!
//! Invariants: nothing inside the bundle fails or panics the walk, each damage becomes exactly one problem; memory is
//! bounded by [`crate::Limits`], never by the bundle; members come in the order of their container (directories: by path),
//! but for parts that the visitor has walked apart ([`Part`]).
//! Addresses do not depend on the packing: the members of a `.tgz` are those of the same directory.

mod budget;
mod bzip2;
mod codec;
mod deferred;
mod deflated;
mod dir;
mod file;
mod folder;
mod guard;
mod gzip;
mod local_header;
mod lz4;
mod magic;
mod open;
mod part;
mod pipe;
mod read_at;
mod tar;
mod xz;
mod zip;
mod zip_stream;
mod zstd;

#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, Read, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::member_path::MemberPath;
use crate::base::problem::Problem;

pub use self::budget::{Terms, Totals};
pub use self::codec::Way;
pub use self::file::Mapping;
pub use self::part::Part;

use self::budget::Budget;
use self::codec::Codec;
use self::guard::Guarded;
use self::open::{Place, Walker};
use self::pipe::Pipe;

/// Every compression format, by name.
static CODECS: [&dyn Codec; 5] = [&bzip2::Bzip2, &gzip::Gzip, &lz4::Lz4, &xz::Xz, &zstd::Zstd];

/// One member as the walk meets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its address.
    pub path: MemberPath,
    /// When it was last changed, in seconds since 1970-01-01T00:00:00Z, as the archive or the file system says.
    pub modified: Option<i64>,
    /// Its size in bytes after decoding, where known beforehand. An archive's claim: not to be trusted.
    pub size: Option<u64>,
}

/// The bytes of a member.
pub enum Body<'a> {
    /// A plain file in memory; blocks of it may be shared among threads.
    Mapped(Arc<Mapping>),
    /// Decoded front to back. Never fails: it ends early where the data is damaged, and the walk reports that.
    Stream(&'a mut dyn Read),
}

/// Receives what the walk finds.
pub trait Visitor {
    /// Takes a member that is no container. It need not be read to the end. `Break` ends the walk.
    fn member(&mut self, member: &Member, body: Body<'_>) -> ControlFlow<()>;

    /// Takes a part of the bundle that can be walked by itself, and has it walked, now or later, on any thread, by a visitor that is its like.
    /// `Break` ends the walk.
    fn part(&mut self, part: Part) -> ControlFlow<()>;

    /// Whether another thread would walk a part at this moment. It costs memory to take one out of a stream.
    fn has_room_for_parts(&self) -> bool {
        false
    }

    /// Takes a problem. One that was met inside a member comes right after that member.
    fn problem(&mut self, problem: Problem);
}

/// How people know what has no path.
const STREAM: &str = "stdin";

/// What to walk.
pub enum Input {
    /// A directory, an archive or a single file.
    Path(PathBuf),
    /// The same as a stream; read front to back.
    Reader(Box<dyn Read + Send>),
    /// An open file, such as stdin: at its start if it is a regular one. If it is a pipe it is not waited for once reading is to end.
    Open(fs::File),
}

/// Why an input cannot be walked at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is nothing at the path.
    #[error("cannot open {}: no such file or directory", .0.display())]
    Missing(PathBuf),
    /// The operating system refuses to give the data.
    #[error("cannot read {}: {error}", .path.display())]
    Unreadable {
        /// The path as given, or `stdin`.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        error: io::Error,
    },
    /// There are no bytes, or no entries in the directory.
    #[error("nothing to scan: {} is empty", .0.display())]
    Empty(PathBuf),
}

/// Walks `input` on these `terms`, and pushes what it finds to `visitor`. Parts that it holds are not walked yet when this returns. Returns what the bundle is:
/// `directory`, `file`, `tar`, `tar+gzip`, `zip`, `gzip`, ...; innermost format first.
///
/// # Errors
/// When the input cannot be opened or is empty; everything later is a problem.
pub fn walk(input: Input, terms: Terms, visitor: &mut dyn Visitor) -> Result<String, OpenError> {
    let budget = Budget::new(terms, 0);
    let mut walker = Walker::new(&budget, visitor);
    let fallback = match input {
        Input::Path(path) => walk_path(&mut walker, &path)?,
        Input::Reader(reader) => {
            walk_reader(&mut walker, Path::new(STREAM), reader)?;
            "file"
        }
        Input::Open(file) => {
            walk_open(&mut walker, Path::new(STREAM), file)?;
            "file"
        }
    };
    // The walk is over either way.
    let _ = walker.flush();
    let name = walker.container_name();
    Ok(name.unwrap_or_else(|| fallback.to_owned()))
}

/// Walks what is at `path`, following it if it is a link; says what it is if it is no container.
fn walk_path(walker: &mut Walker<'_>, path: &Path) -> Result<&'static str, OpenError> {
    let metadata = fs::metadata(path).map_err(|error| open_error(path, error))?;
    if metadata.is_dir() {
        dir::walk(walker, path)?;
        return Ok("directory");
    }
    let file = fs::File::open(path).map_err(|error| open_error(path, error))?;
    walk_open(walker, path, file)?;
    Ok("file")
}

/// Walks an open file that is known to people as `path`.
fn walk_open(walker: &mut Walker<'_>, path: &Path, mut file: fs::File) -> Result<(), OpenError> {
    let unreadable = |error| open_error(path, error);
    let metadata = file.metadata().map_err(unreadable)?;
    // Of a file that somebody has begun to read the rest is a stream.
    if !metadata.is_file() || file.stream_position().map_err(unreadable)? > 0 {
        let pipe = Pipe::new(file, walker.budget.terms.halt.clone());
        return walk_reader(walker, path, Box::new(pipe));
    }
    if metadata.len() == 0 {
        return Err(OpenError::Empty(path.to_owned()));
    }
    let place = Place::bundle(&name_of(path), file::modified(&metadata));
    // Whether the walk was broken off makes no difference here: it is over.
    let _ = file::open(walker, &place, file).map_err(unreadable)?;
    Ok(())
}

/// Walks a stream that is known to people as `name`.
fn walk_reader(
    walker: &mut Walker<'_>,
    name: &Path,
    mut reader: Box<dyn Read + Send>,
) -> Result<(), OpenError> {
    let mut first = Vec::with_capacity(1);
    let unreadable = |error| open_error(name, error);
    reader
        .by_ref()
        .take(1)
        .read_to_end(&mut first)
        .map_err(unreadable)?;
    if first.is_empty() {
        return Err(OpenError::Empty(name.to_owned()));
    }
    let place = Place::bundle(&name_of(name), None);
    let whole = Box::new(io::Cursor::new(first).chain(reader));
    let source = Guarded::outside(whole, walker.budget, &place.container);
    // Whether the walk was broken off makes no difference here: it is over.
    let _ = walker.open(&place, source);
    Ok(())
}

fn open_error(path: &Path, error: io::Error) -> OpenError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound => OpenError::Missing(path),
        _ => OpenError::Unreadable { path, error },
    }
}

/// The last part of a path, as a member's address.
fn name_of(path: &Path) -> MemberPath {
    let name = path.file_name().unwrap_or(path.as_os_str());
    MemberPath::from_bytes(name.as_encoded_bytes())
}
