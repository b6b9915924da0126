//! Walks a directory in the order of the paths in it.
//!
//! Opens regular files only: links are never followed, and FIFOs, sockets and devices never opened, because a bundle that
//! was unpacked by hand may hold links out of itself and FIFOs without a writer. Invariants: the order is that of the
//! bytes of the whole paths, as in a sorted archive; depth costs no stack.

use std::fs::{self, Metadata};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::base::member_path::MemberPath;
use crate::base::problem::ProblemKind;

use super::folder::Folder;
use super::open::{Place, Walker};
use super::{OpenError, file, open_error};

/// Walks everything under `root`.
///
/// # Errors
/// When `root` cannot be listed or is empty.
pub(super) fn walk(walker: &mut Walker<'_>, root: &Path) -> Result<(), OpenError> {
    let folder = Folder::new(root);
    let top = list(walker, &folder, Path::new("")).map_err(|error| open_error(root, error))?;
    if top.is_empty() {
        return Err(OpenError::Empty(root.to_owned()));
    }
    // Whether the walk was broken off makes no difference here: it is over.
    let _ = walk_tree(walker, &folder, top);
    Ok(())
}

/// One entry of a directory.
struct Entry {
    /// Its path below the bundle's root.
    path: PathBuf,
    /// Its own metadata, not those of what it may link to.
    metadata: Metadata,
}

/// Walks `stack`, entries below `root` whose last comes first, and what is under them.
fn walk_tree(walker: &mut Walker<'_>, root: &Folder, mut stack: Vec<Entry>) -> ControlFlow<()> {
    while let Some(entry) = stack.pop() {
        if entry.metadata.is_dir() {
            match list(walker, root, &entry.path) {
                Ok(entries) => stack.extend(entries),
                Err(error) => unreadable(walker, &entry.path, &error),
            }
        } else if entry.metadata.is_file() {
            match open_file(walker, root, &entry) {
                Ok(flow) => flow?,
                Err(error) => unreadable(walker, &entry.path, &error),
            }
        }
        walker.flush()?;
    }
    ControlFlow::Continue(())
}

/// The entries of one directory below `root`, last first.
fn list(walker: &Walker<'_>, root: &Folder, directory: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    // One more than can be delivered, so that the limit is noticed.
    let most = walker.budget.limits().max_members.saturating_add(1);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    for found in fs::read_dir(root.join(directory))?.take(most) {
        let found = found?;
        let path = directory.join(found.file_name());
        match found.metadata() {
            Ok(metadata) => entries.push(Entry { path, metadata }),
            Err(error) => unreadable(walker, &path, &error),
        }
    }
    entries.sort_by_cached_key(sort_key);
    entries.reverse();
    Ok(entries)
}

/// A directory sorts as its members do, by its name and a slash.
fn sort_key(entry: &Entry) -> Vec<u8> {
    let mut key = entry.path.as_os_str().as_encoded_bytes().to_vec();
    if entry.metadata.is_dir() {
        key.push(b'/');
    }
    key
}

fn open_file(walker: &mut Walker<'_>, root: &Folder, entry: &Entry) -> io::Result<ControlFlow<()>> {
    let opened = root.open_file(&entry.path)?;
    let place = place_of(&entry.path, file::modified(&entry.metadata));
    file::open(walker, &place, opened)
}

fn place_of(path: &Path, modified: Option<i64>) -> Place {
    let root = Place::bundle(&MemberPath::new(""), None);
    root.child(path.as_os_str().as_encoded_bytes(), modified)
}

fn unreadable(walker: &Walker<'_>, path: &Path, error: &io::Error) {
    let place = place_of(path, None);
    let detail = format!("cannot be read ({error}): check its permissions and scan again");
    walker
        .budget
        .report(&place.container, ProblemKind::Unreadable, detail);
}
