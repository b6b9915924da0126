//! Opens regular files below a folder, and nothing else, whatever becomes of the paths meanwhile.
//!
//! What a name stands for is looked at before it is opened, and may be another thing by then: a link out of the bundle, or a FIFO that
//! keeps whoever opens it waiting for a writer.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use rustix::fs::{Mode, OFlags};

/// The root of a bundle that is a folder.
pub(super) struct Folder {
    path: PathBuf,
    /// Where it could be opened itself.
    #[cfg(target_os = "linux")]
    handle: Option<rustix::fd::OwnedFd>,
}

impl Folder {
    /// The folder at `path`.
    pub(super) fn new(path: &Path) -> Self {
        Folder {
            path: path.to_owned(),
            #[cfg(target_os = "linux")]
            handle: rustix::fs::open(path, FLAGS | OFlags::DIRECTORY, Mode::empty()).ok(),
        }
    }

    /// The path of what lies `below` it.
    pub(super) fn join(&self, below: &Path) -> PathBuf {
        self.path.join(below)
    }

    /// Opens the regular file that lies `below` it. No link on the way from the folder is followed on Linux since 5.6, and elsewhere on
    /// Unix none at its end.
    ///
    /// # Errors
    /// When it cannot be opened, or is no regular file any more.
    pub(super) fn open_file(&self, below: &Path) -> io::Result<File> {
        let file = self.open(below)?;
        match file.metadata()?.is_file() {
            true => Ok(file),
            false => Err(io::Error::other("no regular file any more")),
        }
    }

    #[cfg(unix)]
    fn open(&self, below: &Path) -> io::Result<File> {
        let flags = FLAGS | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        #[cfg(target_os = "linux")]
        if let Some(handle) = &self.handle {
            use rustix::fs::ResolveFlags;
            use rustix::io::Errno;
            let within = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
            match rustix::fs::openat2(handle, below, flags, Mode::empty(), within) {
                // An old kernel, or a sandbox that has not heard of the call.
                Err(Errno::NOSYS | Errno::PERM) => {}
                opened => return Ok(opened?.into()),
            }
        }
        let opened = rustix::fs::open(self.join(below), flags, Mode::empty())?;
        Ok(opened.into())
    }

    #[cfg(not(unix))]
    fn open(&self, below: &Path) -> io::Result<File> {
        File::open(self.join(below))
    }
}

#[cfg(unix)]
const FLAGS: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC);

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_regular_files_below_the_folder_are_opened() {
        let outside = tempfile::tempdir().expect("a folder can be made");
        fs::write(outside.path().join("secret"), "s").expect("a file can be written");
        let root = tempfile::tempdir().expect("a folder can be made");
        let at = |name: &str| root.path().join(name);
        fs::create_dir(at("logs")).expect("a folder can be made");
        fs::write(at("logs/kubelet.log"), "k").expect("a file can be written");
        symlink(outside.path().join("secret"), at("link")).expect("a link can be made");
        symlink(outside.path(), at("folder")).expect("a link can be made");
        let fifo = rustix::fs::mknodat(
            rustix::fs::CWD,
            at("fifo"),
            rustix::fs::FileType::Fifo,
            Mode::RUSR | Mode::WUSR,
            0,
        );
        fifo.expect("a FIFO can be made");
        let folder = Folder::new(root.path());
        let is_opened = |name: &str| folder.open_file(Path::new(name)).is_ok();
        assert!(is_opened("logs/kubelet.log"));
        for name in ["link", "fifo", "logs", "missing"] {
            assert!(!is_opened(name), "{name}");
        }
        #[cfg(target_os = "linux")]
        assert!(!is_opened("folder/secret"));
    }
}
