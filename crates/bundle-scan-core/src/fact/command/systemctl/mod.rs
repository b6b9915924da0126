//! Units of systemd, as `systemctl` prints them: blocks of `status`, rows of `list-units`.
//!
//! Does not read `show`, `list-unit-files` or `list-timers`. Where the active and the sub state are the same word,
//! `status` prints it once; both fields are set. Source: `src/systemctl/` and `src/basic/glyph-util.c` of systemd.

pub(super) mod list_units;
pub(super) mod status;

/// What stands before a unit, by its state and whether the terminal knows UTF-8; U+FFFD where the charset was lost.
const BULLETS: [&str; 8] = ["●", "○", "×", "↻", "*", "x", "u", "\u{fffd}"];

/// The types of units, which their names end with.
const TYPES: [&str; 12] = [
    "service",
    "socket",
    "target",
    "device",
    "mount",
    "automount",
    "swap",
    "timer",
    "path",
    "slice",
    "scope",
    "snapshot",
];

/// Whether a word is the name of a unit: `kubelet.service`, `-.mount`.
fn is_unit(word: &str) -> bool {
    word.rsplit_once('.')
        .is_some_and(|(name, unit_type)| !name.is_empty() && TYPES.contains(&unit_type))
}

/// The line behind a bullet, if it begins with one.
fn after_bullet(line: &str) -> Option<&str> {
    let (bullet, rest) = line.split_once(' ')?;
    BULLETS.contains(&bullet).then_some(rest)
}
