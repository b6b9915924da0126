//! Where the reports of one run go: all to one place, or each into a file of its own.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::Context;
use bundle_scan_core::Report;
use bundle_scan_core::render::RenderOptions;

use super::PLAIN_WIDTH;
use crate::args::{ScanArgs, UsageError};

/// In the name of a file it stands for the name of the bundle.
const NAME: &str = "{name}";
/// Formats of which one report is a whole document, so that two in a row are none.
const DOCUMENTS: [&str; 3] = ["html", "junit", "sarif"];

/// Where reports go.
pub(super) struct Output<'a> {
    args: &'a ScanArgs,
    main: BufWriter<Box<dyn Write>>,
    reports: usize,
}

impl<'a> Output<'a> {
    /// # Errors
    /// When one report would be written over another, or a file cannot be written.
    pub(super) fn open(args: &'a ScanArgs) -> anyhow::Result<Self> {
        if args.paths.len() > 1 {
            refuse_overwriting(args)?;
        }
        let main: Box<dyn Write> = match &args.output {
            None => Box::new(stdout()),
            Some(path) => Box::new(create(path)?),
        };
        Ok(Output {
            args,
            main: BufWriter::new(main),
            reports: 0,
        })
    }

    /// Writes the report of the bundle of this number in every format that is asked for.
    pub(super) fn write(
        &mut self,
        number: usize,
        report: &Report,
        options: &RenderOptions,
    ) -> anyhow::Result<()> {
        for format in &self.args.format {
            match &format.file {
                Some(path) => {
                    let plain = RenderOptions {
                        color: false,
                        width: PLAIN_WIDTH,
                        ..options.clone()
                    };
                    let path = named(path, &self.args.paths, number);
                    let mut file = BufWriter::new(create(&path)?);
                    format.render.write_with(report, &plain, &mut file)?;
                    file.flush()?;
                }
                None => {
                    if self.reports > 0 && ["text", "markdown"].contains(&format.render.id()) {
                        writeln!(self.main)?;
                    }
                    format.render.write_with(report, options, &mut self.main)?;
                    self.reports += 1;
                }
            }
        }
        Ok(self.main.flush()?)
    }

    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        Ok(self.main.flush()?)
    }
}

/// Of several bundles each report must have a place.
fn refuse_overwriting(args: &ScanArgs) -> Result<(), UsageError> {
    let is_shared = |path: &Path| !path.to_string_lossy().contains(NAME);
    let mut clashing = args.format.iter().filter(|format| match &format.file {
        Some(path) => is_shared(path) && path != Path::new("/dev/null"),
        None => DOCUMENTS.contains(&format.render.id()),
    });
    match clashing.next().map(|format| format.render.id()) {
        None => Ok(()),
        Some(id) => Err(UsageError(format!(
            "with several bundles each report needs a file of its own: -f '{id}={NAME}.{id}', where {NAME} stands for the name of the bundle"
        ))),
    }
}

/// The file for the report of the bundle of this number. Of several with one name the later ones get a number.
fn named(file: &Path, bundles: &[PathBuf], number: usize) -> PathBuf {
    let name = |path: &PathBuf| match path
        .canonicalize()
        .ok()
        .as_deref()
        .and_then(Path::file_name)
    {
        Some(name) => name.to_string_lossy().into_owned(),
        None => "stdin".to_owned(),
    };
    let Some(own) = bundles.get(number).map(name) else {
        return file.to_owned();
    };
    let before = bundles[..number].iter().filter(|other| name(other) == own);
    let unique = match before.count() {
        0 => own,
        count => format!("{own}-{}", count + 1),
    };
    PathBuf::from(file.to_string_lossy().replace(NAME, &unique))
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write the report to {}", path.display()))
}
