//! Fixtures for tests: a few files written as one text, packed in every way a bundle may be packed.
//!
//! For tests only: it panics where it cannot go on. Does not read archives. Invariant: the same files give the same
//! bytes on every run; members are sorted by path, unless another order is asked for, and carry [`MTIME`].
//!
//! ```
//! use bundle_scan_testkit::Fixture;
//!
//! let fixture = Fixture::parse("//- var/log/messages\nfirst line\n//- etc/hostname\nn1\n");
//! assert_eq!(fixture.files()[0].0, "etc/hostname");
//! assert_eq!(fixture.tar_gz(), fixture.tar_gz());
//! ```

mod damage;
mod pack;

use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

pub use damage::{corrupt, truncate};
pub use pack::Packing;

/// When every member was last changed: 2026-03-12T00:00:00Z, in seconds since 1970-01-01T00:00:00Z.
pub const MTIME: u64 = 1_773_273_600;

/// What begins a file in a fixture's text.
const HEADER: &str = "//- ";

/// A few files, sorted by path unless another order was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixture {
    files: Vec<(String, Vec<u8>)>,
}

impl Fixture {
    /// Reads files from one text: a line `//- path` begins a file, the lines up to the next one are its content.
    ///
    /// # Panics
    /// When text stands before the first header.
    pub fn parse(text: &str) -> Self {
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        for line in text.split_inclusive('\n') {
            match (line.strip_prefix(HEADER), files.last_mut()) {
                (Some(path), _) => files.push((path.trim_end().to_owned(), Vec::new())),
                (None, Some((_, content))) => content.extend_from_slice(line.as_bytes()),
                (None, None) => panic!("a fixture begins with `//- path`, not with {line:?}"),
            }
        }
        Fixture::new(files)
    }

    /// Takes files as they are: paths and contents.
    pub fn new(mut files: Vec<(String, Vec<u8>)>) -> Self {
        files.sort();
        Fixture { files }
    }

    /// Takes files as they are, in the order in which they are to be packed.
    pub fn in_order(files: Vec<(String, Vec<u8>)>) -> Self {
        Fixture { files }
    }

    /// Reads every regular file under `directory`.
    ///
    /// # Panics
    /// When something there cannot be read.
    pub fn from_dir(directory: impl AsRef<Path>) -> Self {
        let mut files = Vec::new();
        collect(directory.as_ref(), "", &mut files);
        Fixture::new(files)
    }

    /// The files: paths and contents, sorted.
    pub fn files(&self) -> &[(String, Vec<u8>)] {
        &self.files
    }

    /// Writes the files below `directory`.
    ///
    /// # Panics
    /// When something cannot be written.
    pub fn write_dir(&self, directory: impl AsRef<Path>) {
        for (path, content) in &self.files {
            let path = directory.as_ref().join(path);
            let parent = path.parent().expect("a joined path has a parent");
            fs::create_dir_all(parent).expect("the directory of a fixture can be made");
            fs::write(&path, content).expect("a fixture can be written");
            let file = fs::File::options().write(true).open(&path);
            let modified = UNIX_EPOCH + Duration::from_secs(MTIME);
            file.and_then(|file| file.set_modified(modified))
                .expect("the time of a fixture can be set");
        }
    }
}

fn collect(directory: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(directory).expect("a fixture directory can be listed") {
        let entry = entry.expect("a fixture directory can be listed");
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().expect("an entry has a type");
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else if kind.is_file() {
            let content = fs::read(entry.path()).expect("a fixture can be read");
            files.push((path, content));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fixture;

    #[test]
    fn a_text_becomes_sorted_files() {
        let fixture = Fixture::parse("//- b\n1\n2\n//- a/c\n//- d\nno line end");
        let expected = [("a/c", ""), ("b", "1\n2\n"), ("d", "no line end")];
        let expected = expected.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        assert_eq!(fixture.files(), expected);
    }

    #[test]
    fn every_packing_is_deterministic() {
        let fixture = Fixture::parse("//- a\ntext\n//- b/c\nmore\n");
        for pack in Fixture::PACKINGS {
            assert_eq!((pack.1)(&fixture), (pack.1)(&fixture), "{}", pack.0);
        }
    }
}
