//! The layout of a collector that only the caller knows.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use crate::source::CAPTURES;
use crate::source::kinds::{self, Kind};
use crate::source::pattern::check;

/// Where a collector of one's own puts things, for [`ScannerBuilder::layout`](crate::ScannerBuilder::layout).
///
/// ```
/// use bundle_scan_core::Layout;
///
/// # fn main() -> Result<(), bundle_scan_core::Error> {
/// let acme = Layout::new("acme")
///     .marked_by("acme/collected-by.txt")
///     .place("{host}/kl.out", "kubelet")?
///     .place("{host}/sys/*.out", "syslog")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Layout {
    name: Arc<str>,
    markers: Vec<String>,
    places: Vec<(String, &'static Kind)>,
}

impl Layout {
    /// A layout that reports call by this name.
    pub fn new(name: &str) -> Self {
        Layout {
            name: name.into(),
            markers: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Reads one from YAML or JSON, so that it can be given without code:
    ///
    /// ```
    /// # fn main() -> Result<(), bundle_scan_core::Error> {
    /// let acme = bundle_scan_core::Layout::from_yaml(
    ///     "
    /// name: acme
    /// markers: [acme/collected-by.txt]
    /// places:
    ///   - path: '{host}/kl.out'
    ///     kind: kubelet
    /// ",
    /// )?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the text has another form, and as [`Self::place`].
    pub fn from_yaml(text: &str) -> Result<Self, LayoutError> {
        let written = serde_saphyr::from_str::<Written>(text);
        let written = written.map_err(|error| LayoutError(error.to_string()))?;
        if written.name.trim().is_empty() {
            return Err(LayoutError("the name is empty".to_owned()));
        }
        let mut layout = Layout::new(&written.name);
        for marker in &written.markers {
            if !is_marker(marker) {
                let wrong = format!(
                    "the marker `{marker}` is no part of a path: a marker has no `*`, and no empty segment"
                );
                return Err(LayoutError(wrong));
            }
            layout = layout.marked_by(marker);
        }
        for WrittenPlace { path, kind } in written.places {
            layout = layout.place(&path, &kind)?;
        }
        Ok(layout)
    }

    /// Runs of whole path segments that no other collector writes, such as `acme/collected-by.txt`: where one of them is part of a path, the
    /// bundle is of this layout. One with an empty segment is part of no path.
    pub fn marked_by(mut self, marker: &str) -> Self {
        self.markers.push(marker.trim_matches('/').to_owned());
        self
    }

    /// What a member is whose path ends like this: a kind of source, `kubelet` or `syslog`, that says who speaks in it.
    ///
    /// In a pattern `*` stands for any part of a segment, and `**` as the last one for all that lies below. `{host}` is captured and tells the
    /// machine that the member is of; `{ns}`, `{pod}`, `{container}` and `{uid}` tell the pod. What rotation and compression append to a
    /// name is taken off before. The pattern with the most literal characters wins, and any before what is known without it; it holds in
    /// every bundle, with or without a marker.
    ///
    /// # Errors
    /// When there is no such kind, with the names of all, or when the pattern cannot be meant like this.
    pub fn place(mut self, pattern: &str, kind: &str) -> Result<Self, LayoutError> {
        check(pattern, &CAPTURES)
            .map_err(|wrong| LayoutError(format!("the path `{pattern}` {wrong}")))?;
        let Some(known) = kinds::all().find(|known| known.id == kind) else {
            let mut ids: Vec<&str> = kinds::all().map(|known| known.id).collect();
            ids.sort_unstable();
            return Err(LayoutError(format!(
                "there is no kind `{kind}`; there are {}",
                ids.join(", ")
            )));
        };
        self.places.push((pattern.to_owned(), known));
        Ok(self)
    }

    pub(super) fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    pub(super) fn markers(&self) -> impl Iterator<Item = &str> {
        self.markers.iter().map(String::as_str)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = (&str, &'static Kind)> {
        let places = self.places.iter();
        places.map(|(pattern, kind)| (pattern.as_str(), *kind))
    }
}

/// Whether this may stand in a path.
fn is_marker(text: &str) -> bool {
    let mut segments = text.trim_matches('/').split('/');
    segments.all(|segment| !segment.is_empty() && !segment.contains('*'))
}

/// What is wrong with a [`Layout`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutError(String);

impl fmt::Display for LayoutError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for LayoutError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(default)]
    markers: Vec<String>,
    #[serde(default)]
    places: Vec<WrittenPlace>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPlace {
    path: String,
    kind: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_with_what_would_be_right() {
        let of_kind = Layout::new("acme")
            .place("kl.out", "kublet")
            .expect_err("a mistake");
        assert!(of_kind.to_string().contains(" kubelet,"), "{of_kind}");
        let of_path = Layout::new("acme")
            .place("{node}/a", "kubelet")
            .expect_err("a mistake");
        assert!(of_path.to_string().contains("`{host}`"), "{of_path}");
        let of_form = Layout::from_yaml("name: a\nmarker: b").expect_err("a mistake");
        assert!(of_form.to_string().contains("marker"), "{of_form}");
        for marker in ["''", "/", "va*", "var//log"] {
            let of_marker = Layout::from_yaml(&format!("name: a\nmarkers: [{marker}]"));
            assert!(of_marker.is_err(), "{marker}");
        }
        assert!(Layout::from_yaml("name: ''").is_err());
        assert!(Layout::from_yaml("name: a\nmarkers: [/var/log/]").is_ok());
    }
}
