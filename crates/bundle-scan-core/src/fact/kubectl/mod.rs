//! What kubectl and helm print as tables and short texts: `get`, `events`, `top`, `version`, `helm list`.
//!
//! ```text
//! NAMESPACE   NAME    READY   STATUS             RESTARTS        AGE
//! shop        web-0   0/1     CrashLoopBackOff   17 (2m5s ago)   3d4h
//! ```
//!
//! All tables go through one reader (`sheet`), which is told by data what each column means. Does not read
//! `describe`, JSON and YAML, custom columns, or tables of resources that no kind stands for.
//! Source: Kubernetes `pkg/printers/internalversion/printers.go`; kubectl `pkg/cmd`; helm `cmd/helm/list.go`.

mod cells;
mod events;
mod get;
mod get_cells;
mod header;
mod helm;
mod margins;
mod sheet;
#[cfg(test)]
mod testing;
mod top;
mod version;

use super::section::FactParser;

/// The parsers of what kubectl and helm print, except `describe`. No line opens sections of two of them.
pub(super) static PARSERS: &[&dyn FactParser] = &[
    &get::TABLES,
    &events::TABLES,
    &top::TABLES,
    &helm::TABLES,
    &version::VersionText,
];
