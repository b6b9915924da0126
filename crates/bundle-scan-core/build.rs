//! Embeds the signatures: lists `signatures/**/*.yaml`, sorted, and turns each into JSON, which loads faster at start-up.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// The keys that a scan needs before anything was found: those of `signature::schema::Detection`.
const DETECTION: [&str; 5] = ["match", "threshold", "sequence", "cleared_by", "entities"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../signatures");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    list(&root, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let yaml = fs::read_to_string(&file)?;
        let value: serde_json::Value = serde_saphyr::from_str(&yaml)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        let name = file.strip_prefix(&root)?.display().to_string();
        let id = value["id"].as_str().unwrap_or_default();
        let detection = serde_json::Value::from_iter(
            DETECTION
                .into_iter()
                .filter_map(|key| Some((key, value.get(key)?.clone()))),
        );
        let digest: [u8; 32] = Sha256::digest(yaml.as_bytes()).into();
        let (json, detection) = (value.to_string(), detection.to_string());
        writeln!(
            table,
            "Builtin {{ id: {id:?}, name: {name:?}, yaml: {yaml:?}, digest: {digest:?}, json: {json:?}, detection: {detection:?} }},",
        )?;
    }
    table.push(']');
    fs::write(out.join("builtins.rs"), table)?;
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}
