//! The signatures that are embedded into the library at build time.
//!
//! `build.rs` lists `signatures/**/*.yaml` in sorted order, and turns each file into JSON beside it: parsing that at
//! start-up is many times faster than parsing YAML. The YAML itself is kept for the linter and for `signatures show`.

/// One embedded signature file.
pub struct Builtin {
    /// Path below `signatures/`.
    pub name: &'static str,
    /// The file as written.
    pub yaml: &'static str,
    /// The same as JSON.
    pub json: &'static str,
}

/// All embedded signature files, sorted by path.
pub static BUILTINS: &[Builtin] = include!(concat!(env!("OUT_DIR"), "/builtins.rs"));
