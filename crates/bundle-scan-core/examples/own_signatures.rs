//! Looks for signatures of one's own, from memory and from a folder: `cargo run --example own_signatures -- bundle.tgz [folder]`

use std::error::Error;
use std::io::Write;
use std::path::Path;

use bundle_scan_core::scan::check_files;
use bundle_scan_core::{Render, Scanner, SignatureSet, SourceFile, render};

const OURS: &str = r#"
id: acme-pool-watermark
title: {en: "A thin pool is nearly full", zh: "精简池将满"}
severity: warning
category: storage
match:
  any:
    - line: {component: [kernel], literal: "reached low water mark for data device"}
cause: {en: "More was written than was freed.", zh: "写入多于释放。"}
impact: {en: "Writes fail once it is full.", zh: "写满后写入失败。"}
remedy:
  - {en: "Make the pool larger.", zh: "扩大该池。", command: "lvextend -L +10G VG/POOL", risk: change}
samples:
  positive:
    - {member: dmesg.txt, text: "[1.5] device-mapper: thin: 253:4: reached low water mark for data device: sending event."}
  negative:
    - {member: dmesg.txt, text: "[1.5] device-mapper: thin: 253:4: switching pool to write mode"}
"#;

pub(crate) fn run(
    bundle: &Path,
    folder: Option<&Path>,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let ours = vec![SourceFile {
        name: "acme-pool-watermark.yaml".to_owned(),
        text: OURS.to_owned(),
    }];
    // For tests: all rules, and all samples by the real engine.
    for complaint in check_files(&SignatureSet::empty(), ours.clone()).complaints {
        writeln!(out, "{complaint}")?;
    }
    let mut set = SignatureSet::empty().with_files(ours)?;
    if let Some(folder) = folder {
        set = set.with_dir(folder)?;
    }
    let report = Scanner::builder().build(set).scan_path(bundle)?;
    render::TEXT.write(&report, out)?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let bundle = arguments.next().ok_or("which bundle?")?;
    let folder = arguments.next();
    let folder = folder.as_ref().map(Path::new);
    run(bundle.as_ref(), folder, &mut std::io::stdout())
}
