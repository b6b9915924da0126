//! The signatures that are embedded into the library at build time.
//!
//! `build.rs` lists `signatures/**/*.yaml` in sorted order, and turns each file into JSON beside it: parsing that at
//! start-up is many times faster than parsing YAML. What recognises a problem stands apart from the texts: every start reads the
//! one, and the other only of what was found. The YAML itself is kept for the linter and for `signatures show`.

/// One embedded signature file.
pub struct Builtin {
    /// See [`Spec::id`](super::schema::Spec::id).
    pub id: &'static str,
    /// Path below `signatures/`.
    pub name: &'static str,
    /// The file as written.
    pub yaml: &'static str,
    /// SHA-256 of that text.
    pub digest: [u8; 32],
    /// The same as JSON.
    pub json: &'static str,
    /// The keys of [`Detection`](super::schema::Detection), as JSON.
    pub detection: &'static str,
}

/// All embedded signature files, sorted by path.
pub static BUILTINS: &[Builtin] = include!(concat!(env!("OUT_DIR"), "/builtins.rs"));
