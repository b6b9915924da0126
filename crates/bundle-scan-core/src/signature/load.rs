//! Reads signature files: one YAML text becomes one [`Spec`], or a complaint with its place.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::complaint::{Complaint, SignatureError};
use super::schema::Spec;

/// Bytes of the largest file that is read. A bigger one was not written by hand.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// A signature file: where it came from and what it says.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as it is shown in complaints.
    pub name: String,
    /// The YAML text.
    pub text: String,
}

/// Parses one signature file.
///
/// # Errors
/// A complaint with the code `schema` that names the place and what was expected there.
pub fn parse(file: &SourceFile) -> Result<Spec, Complaint> {
    parse_yaml(file)
}

/// Parses YAML that somebody wrote.
pub(crate) fn parse_yaml<T: DeserializeOwned>(file: &SourceFile) -> Result<T, Complaint> {
    serde_saphyr::from_str(&file.text).map_err(|error| {
        let place = error
            .location()
            .map_or((1, 1), |at| (to_usize(at.line()), to_usize(at.column())));
        let message = error.without_snippet().to_string();
        let message = message
            .split(" at line ")
            .next()
            .unwrap_or(&message)
            .trim_end_matches(',');
        Complaint::at(&file.name, &file.text, place, "schema", message)
    })
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Reads every `*.yaml` and `*.yml` below `folder`, sorted by path; symbolic links are not followed. A path to a single
/// file reads that file.
///
/// # Errors
/// [`SignatureError::Read`] when the folder or a file in it cannot be read.
pub fn read_folder(folder: &Path) -> Result<Vec<SourceFile>, SignatureError> {
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    paths.sort();
    let read = |path: &PathBuf| read_file(path).map_err(|source| failed(path, source));
    paths.iter().map(read).collect()
}

fn collect(path: &Path, paths: &mut Vec<PathBuf>) -> Result<(), SignatureError> {
    let failed = |source| failed(path, source);
    let kind = fs::symlink_metadata(path).map_err(failed)?.file_type();
    if kind.is_file() {
        paths.push(path.to_owned());
    } else if kind.is_dir() {
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            let is_yaml = entry
                .extension()
                .is_some_and(|end| end == "yaml" || end == "yml");
            if is_yaml || entry.is_dir() {
                collect(&entry, paths)?;
            }
        }
    }
    Ok(())
}

fn failed(path: &Path, source: io::Error) -> SignatureError {
    SignatureError::Read {
        path: path.display().to_string(),
        source,
    }
}

/// Reads a file that somebody wrote.
///
/// # Errors
/// When it cannot be read, is no UTF-8, or is larger than anything that is written by hand.
pub fn read_file(path: &Path) -> io::Result<SourceFile> {
    let mut text = String::new();
    let file = File::open(path)?;
    // A device or a pipe does not say how long it is.
    file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        let text = format!("larger than {MAX_FILE_BYTES} bytes");
        return Err(io::Error::other(text));
    }
    Ok(SourceFile {
        name: path.display().to_string(),
        text,
    })
}
