//! Where the reports of one run go: all to one place, or each into a file of its own.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use bundle_scan_core::render::{InARow, RenderOptions};
use bundle_scan_core::{Error, Render, Report};

use super::PLAIN_WIDTH;
use super::reading::{STDIN, is_stdin};
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
    /// Whether nobody reads any more what goes to standard output.
    is_closed: bool,
}

impl<'a> Output<'a> {
    /// # Errors
    /// When one report would be written over another, or a file cannot be written.
    pub(super) fn open(args: &'a ScanArgs) -> anyhow::Result<Self> {
        refuse_overwriting(args)?;
        let main = match &args.report.output {
            None if args.paths.len() > 1 => Main::Screen(Screen::new(&PagerArg::Never)),
            None => Main::Screen(Screen::new(&args.page.pager)),
            Some(path) => Main::File(BufWriter::new(open(path)?)),
        };
        Ok(Output {
            args,
            names: names(&args.paths),
            main,
            reports: 0,
            is_closed: false,
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
                    let file = open(Path::new(&path))?;
                    empty(&file)?;
                    let mut file = BufWriter::new(file);
                    format.render.write_with(report, &plain, &mut file)?;
                    file.flush()?;
                }
                None if self.is_closed => {}
                None => {
                    let written = self.append(format.render, report, options);
                    // Whoever has read enough need not hear the rest; the exit code is for others.
                    match written {
                        Err(error) if error.is_broken_pipe() => self.is_closed = true,
                        other => other?,
                    }
                }
            }
        }
        Ok(())
    }

    fn append(
        &mut self,
        render: &dyn Render,
        report: &Report,
        options: &RenderOptions,
    ) -> Result<(), Error> {
        match &self.main {
            // Even if the report has not a byte, as lines of no finding.
            Main::File(file) if self.reports == 0 => empty(file.get_ref())?,
            _ => {}
        }
        if self.reports > 0 && render.in_a_row() == InARow::Parted {
            writeln!(self.main.out())?;
        }
        render.write_with(report, options, self.main.out())?;
        self.reports += 1;
        Ok(self.main.out().flush()?)
    }

    pub(super) fn finish(self) -> anyhow::Result<()> {
        let finished = match self.main {
            _ if self.is_closed => Ok(()),
            Main::Screen(screen) => screen.finish(),
            Main::File(mut file) => file.flush(),
        };
        match finished {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
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
    let bundles: BTreeSet<PathBuf> = args.paths.iter().map(|path| place(path)).collect();
    let (mut files, mut on_stream) = (BTreeSet::new(), Vec::new());
    let mut take = |path: &Path| {
        let (shown, place) = (path.display(), place(path));
        if bundles.contains(&place) {
            return Err(UsageError(format!(
                "{shown} is to be scanned: a report cannot be written over it"
            )));
        }
        match path.starts_with("/dev") || files.insert(place) {
            true => Ok(()),
            false => Err(UsageError(format!(
                "two reports cannot be written to one file: {shown}"
            ))),
        }
    };
    if let Some(path) = &args.report.output {
        take(path)?;
        if args
            .report
            .formats()
            .iter()
            .all(|format| format.file.is_some())
        {
            return Err(UsageError(format!(
                "nothing is left for {}: each format has a file of its own",
                path.display()
            )));
        }
    }
    let names = names(&args.paths);
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
                for name in &names {
                    take(Path::new(&path.to_string_lossy().replace(NAME, name)))?;
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

/// Where a path leads, whether there is something or not.
fn place(path: &Path) -> PathBuf {
    let of_folder = || {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some(folder.join(path.file_name()?))
    };
    let known = path.canonicalize().ok().or_else(of_folder);
    known.unwrap_or_else(|| path.to_owned())
}

/// What stands for each bundle in the names of files, each once: of several with one name the later ones get a number.
fn names(bundles: &[PathBuf]) -> Vec<String> {
    let name = |path: &PathBuf| match path.canonicalize() {
        Ok(path) => path.file_name().map_or_else(
            || "root".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        ),
        Err(_) if is_stdin(path) => STDIN.to_owned(),
        Err(_) => path.file_name().map_or_else(
            || "unnamed".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        ),
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

/// Opens a file, which is kept as it was until there is a report.
///
/// # Errors
/// When it cannot be written: better now than at the end of a long scan.
fn open(path: &Path) -> anyhow::Result<File> {
    let mut options = File::options();
    let file = options.write(true).create(true).truncate(false).open(path);
    file.with_context(|| format!("cannot write the report to {}", path.display()))
}

/// Takes out what was in a file; a device has nothing.
fn empty(file: &File) -> io::Result<()> {
    match file.metadata()?.is_file() {
        true => file.set_len(0),
        false => Ok(()),
    }
}
