//! Embeds the signatures: lists `signatures/**/*.yaml`, sorted, and turns each into JSON, which loads faster at start-up.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

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
        writeln!(
            table,
            "Builtin {{ name: {name:?}, yaml: {yaml:?}, json: {:?} }},",
            value.to_string()
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
