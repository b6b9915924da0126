//! Reads what may keep its reader waiting: a pipe, a socket, a terminal.

use std::fs::File;
use std::io::{self, Read};

use crate::base::halt::Halt;

/// An open file that is not waited for once reading is to end.
pub(super) struct Pipe {
    file: File,
    halt: Halt,
}

impl Pipe {
    /// Reads `file` until `halt` says that reading ends.
    pub(super) fn new(file: File, halt: Halt) -> Self {
        Pipe { file, halt }
    }

    /// Waits until there is something to read.
    #[cfg(unix)]
    fn wait(&self) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        const PATIENCE: Timespec = Timespec {
            tv_sec: 0,
            tv_nsec: 100_000_000,
        };
        let mut polled = [PollFd::new(&self.file, PollFlags::IN)];
        // What cannot be polled is read, and says itself what is wrong.
        while poll(&mut polled, Some(&PATIENCE)) == Ok(0) {
            if let Some((_, reason)) = self.halt.reason() {
                return Err(io::Error::new(io::ErrorKind::TimedOut, reason));
            }
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn wait(&self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Pipe {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.wait()?;
        self.file.read(out)
    }
}
