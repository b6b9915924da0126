//! What members are by their path: sorted tables, one for each area.

pub mod kubernetes;
pub mod node;
pub mod os;

use super::component::Component;

/// A kind of source and the paths on which it is found.
#[derive(Debug)]
pub struct Kind {
    /// The name used in reports.
    pub id: &'static str,
    /// Who speaks in it; `None` where each line must tell.
    pub component: Option<Component>,
    /// Paths: see [`super::pattern`].
    pub patterns: &'static [&'static str],
    /// Paths on which it must be recognised.
    pub samples: &'static [&'static str],
}

/// All kinds.
pub fn all() -> impl Iterator<Item = &'static Kind> {
    kubernetes::KINDS.iter().chain(node::KINDS).chain(os::KINDS)
}
