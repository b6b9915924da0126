//! What Ctrl-C does: the first one ends reading, and what was found so far is reported; the second one ends the process.

use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use bundle_scan_core::Switch;

use crate::exit::Exit;

static SWITCH: OnceLock<Switch> = OnceLock::new();

/// The switch that Ctrl-C sets, as do SIGTERM and SIGHUP where there are such. Until the first call they end the process, as ever.
pub(crate) fn switch() -> Switch {
    let listen = || {
        let switch = Switch::default();
        let heard = switch.clone();
        // Where nothing can be listened to, Ctrl-C ends the process.
        let _ = ctrlc::set_handler(move || hear(&heard));
        switch
    };
    SWITCH.get_or_init(listen).clone()
}

/// Whether Ctrl-C is for somebody else.
static IS_DEAF: AtomicBool = AtomicBool::new(false);

/// Nothing is heard while it lives.
pub(crate) struct Deaf;

/// Leaves Ctrl-C to another program that has the terminal.
pub(crate) fn deaf() -> Deaf {
    // Without a handler it would end this process.
    switch();
    IS_DEAF.store(true, Ordering::Relaxed);
    Deaf
}

impl Drop for Deaf {
    fn drop(&mut self) {
        IS_DEAF.store(false, Ordering::Relaxed);
    }
}

/// Whether this run was interrupted.
pub(crate) fn happened() -> bool {
    SWITCH.get().is_some_and(Switch::is_set)
}

#[allow(clippy::exit, reason = "whoever asks twice wants no report")]
fn hear(switch: &Switch) {
    if IS_DEAF.load(Ordering::Relaxed) {
        return;
    }
    if switch.is_set() {
        std::process::exit(Exit::Interrupted as i32);
    }
    switch.set();
    let note = "interrupted: what was read so far is reported; once more to end at once";
    // When stderr is closed there is nobody left to tell.
    let _ = writeln!(anstream::stderr(), "\nbundle-scan: {note}");
}
