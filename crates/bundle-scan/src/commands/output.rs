//! Where the reports of one run go: all to one place, or each into a file of its own.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use bundle_scan_core::Report;
use bundle_scan_core::render::{InARow, RenderOptions};

use super::PLAIN_WIDTH;
use crate::args::{PagerArg, ScanArgs, UsageError};
use crate::pager::Screen;

/// In the name of a file it stands for the name of the bundle.
const NAME: &str = "{name}";

/// Where reports go.
pub(super) struct Output<'a> {
    args: &'a ScanArgs,
    /// What stands for each bundle in the names of files.
    names: Vec<String>,
    main: Main,
    reports: usize,
}

impl<'a> Output<'a> {
    /// # Errors
    /// When one report would be written over another, or a file cannot be written.
    pub(super) fn open(args: &'a ScanArgs) -> anyhow::Result<Self> {
        refuse_overwriting(args)?;
        let main = match &args.report.output {
            None if args.paths.len() > 1 => Main::Screen(Screen::new(&PagerArg::Never)),
            None => Main::Screen(Screen::new(&args.page.pager)),
            Some(path) => Main::File(BufWriter::new(create(path)?)),
        };
        Ok(Output {
            args,
            names: names(&args.paths),
            main,
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
        for format in self.args.report.formats().iter() {
            match &format.file {
                Some(path) => {
                    let plain = RenderOptions {
                        color: false,
                        width: PLAIN_WIDTH,
                        ..options.clone()
                    };
                    let name = self.names.get(number).map_or("", String::as_str);
                    let path = path.to_string_lossy().replace(NAME, name);
                    let mut file = BufWriter::new(create(Path::new(&path))?);
                    format.render.write_with(report, &plain, &mut file)?;
                    file.flush()?;
                }
                None => {
                    if self.reports > 0 && format.render.in_a_row() == InARow::Parted {
                        writeln!(self.main.out())?;
                    }
                    format.render.write_with(report, options, self.main.out())?;
                    self.reports += 1;
                }
            }
        }
        Ok(self.main.out().flush()?)
    }

    pub(super) fn finish(self) -> anyhow::Result<()> {
        Ok(match self.main {
            Main::Screen(screen) => screen.finish(),
            Main::File(mut file) => file.flush(),
        }?)
    }
}

/// Where reports go that name no file.
enum Main {
    Screen(Screen),
    File(BufWriter<File>),
}

impl Main {
    fn out(&mut self) -> &mut dyn Write {
        match self {
            Main::Screen(screen) => screen,
            Main::File(file) => file,
        }
    }
}

/// Each report must have a place of its own.
fn refuse_overwriting(args: &ScanArgs) -> Result<(), UsageError> {
    let (mut files, mut on_stream) = (BTreeSet::new(), Vec::new());
    for format in args.report.formats().iter() {
        let id = format.render.id();
        match &format.file {
            None => on_stream.push(format.render),
            Some(path) if path.starts_with("/dev") => {}
            Some(path) => {
                if args.paths.len() > 1 && !path.to_string_lossy().contains(NAME) {
                    return Err(UsageError(format!(
                        "with several bundles each report needs a file of its own: -f '{id}={NAME}.{id}', where {NAME} stands for the name of the bundle"
                    )));
                }
                if !files.insert(path) {
                    let path = path.display();
                    return Err(UsageError(format!(
                        "two reports cannot be written to one file: {path}"
                    )));
                }
            }
        }
    }
    let mut reports = on_stream.iter();
    let document = reports.find(|render| render.in_a_row() == InARow::Never);
    match document.map(|render| render.id()) {
        Some(id) if on_stream.len() > 1 || args.paths.len() > 1 => Err(UsageError(format!(
            "{id} is one document, and cannot share its place with other reports: -f '{id}={NAME}.{id}' writes it into a file, in whose name {NAME} stands for the name of the bundle"
        ))),
        _ => Ok(()),
    }
}

/// What stands for each bundle in the names of files, each once: of several with one name the later ones get a number.
fn names(bundles: &[PathBuf]) -> Vec<String> {
    let name = |path: &PathBuf| match path.canonicalize() {
        Ok(path) => path.file_name().map_or_else(
            || "root".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        ),
        Err(_) => "stdin".to_owned(),
    };
    let own: Vec<String> = bundles.iter().map(name).collect();
    let mut taken: BTreeSet<String> = own.iter().cloned().collect();
    let mut met = BTreeSet::new();
    let unique = own.iter().map(|own| {
        if met.insert(own) {
            return own.clone();
        }
        let mut numbered = (2..).map(|number| format!("{own}-{number}"));
        let free = numbered.find(|name| !taken.contains(name));
        let free = free.unwrap_or_else(|| own.clone());
        taken.insert(free.clone());
        free
    });
    unique.collect()
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write the report to {}", path.display()))
}
