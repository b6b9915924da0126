//! Reads signature files: one YAML text becomes one [`Spec`], or a complaint with its place.

use std::fs;
use std::path::{Path, PathBuf};

use super::complaint::{Complaint, SignatureError};
use super::schema::Spec;

/// Bytes of the largest signature file that is read. A bigger one is no signature.
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
    serde_saphyr::from_str::<Spec>(&file.text).map_err(|error| {
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
    paths.iter().map(|path| read_file(path)).collect()
}

fn collect(path: &Path, paths: &mut Vec<PathBuf>) -> Result<(), SignatureError> {
    let failed = |source| SignatureError::Read {
        path: path.display().to_string(),
        source,
    };
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

fn read_file(path: &Path) -> Result<SourceFile, SignatureError> {
    let name = path.display().to_string();
    let too_big = || {
        std::io::Error::other(format!(
            "larger than {MAX_FILE_BYTES} bytes, so no signature file"
        ))
    };
    fs::metadata(path)
        .and_then(|data| {
            if data.len() > MAX_FILE_BYTES {
                Err(too_big())
            } else {
                fs::read_to_string(path)
            }
        })
        .map(|text| SourceFile {
            name: name.clone(),
            text,
        })
        .map_err(|source| SignatureError::Read { path: name, source })
}
