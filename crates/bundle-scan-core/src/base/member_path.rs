//! The address of a member: a path that survives nesting, `nodes/n1.zip!var/log/messages-3.gz`.

use std::fmt;
use std::sync::Arc;

use super::legible::legible;

/// What separates a nested container from the path inside it.
pub const NESTING: char = '!';

/// The address of one member inside a bundle. Cheap to clone; ordered by its text.
///
/// Each part is normalised: `\` reads as `/`; empty, `.` and `..` segments are dropped, so an address never points
/// out of the bundle. Names in GBK are read as such; other bytes that are not UTF-8 are shown as U+FFFD.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberPath(Arc<str>);

impl MemberPath {
    /// The address of a member at the top of the bundle.
    pub fn new(path: &str) -> Self {
        MemberPath(normalise(path).into())
    }

    /// The address of a top-level member whose name came as raw bytes from an archive.
    pub fn from_bytes(path: &[u8]) -> Self {
        MemberPath::new(&legible(path))
    }

    /// The address that reads so as a whole, containers included.
    pub fn parse(address: &str) -> Self {
        let parts = address.split(NESTING).map(MemberPath::new);
        parts
            .reduce(|outer, inner| outer.nest(&inner))
            .unwrap_or_else(|| MemberPath::new(""))
    }

    /// The address of `inner`, a member of the container at `self`. With an empty `self` (the bundle itself) it is
    /// `inner` alone.
    pub fn nest(&self, inner: &MemberPath) -> Self {
        if self.0.is_empty() {
            return inner.clone();
        }
        MemberPath(format!("{}{NESTING}{}", self.0, inner.0).into())
    }

    /// What the member is called in its folder.
    pub fn name(&self) -> &str {
        let at = self.0.rfind(['/', NESTING]).map_or(0, |at| at + 1);
        self.0.get(at..).unwrap_or_default()
    }

    /// The address of a member of that name in the same folder.
    pub fn sibling(&self, name: &str) -> Self {
        let folder = self.0.strip_suffix(self.name()).unwrap_or_default();
        MemberPath(format!("{folder}{}", normalise(name)).into())
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path inside the innermost container: what tells which log it is.
    pub fn innermost(&self) -> &str {
        self.0.rsplit(NESTING).next().unwrap_or(&self.0)
    }

    /// How many containers inside the bundle lie around the member.
    pub fn depth(&self) -> usize {
        self.0.matches(NESTING).count()
    }
}

impl fmt::Display for MemberPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn normalise(path: &str) -> String {
    let mut normal = String::with_capacity(path.len());
    for segment in path.split(['/', '\\']) {
        if matches!(segment, "" | "." | "..") {
            continue;
        }
        if !normal.is_empty() {
            normal.push('/');
        }
        // The separator of nesting is ours alone: a name that holds one must not look like a container.
        normal.extend(segment.chars().map(|c| if c == NESTING { '_' } else { c }));
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_and_never_leave_the_bundle() {
        for (given, expected) in [
            ("./var/log/messages", "var/log/messages"),
            ("/etc/hosts", "etc/hosts"),
            ("a\\b\\c.log", "a/b/c.log"),
            ("../../etc/passwd", "etc/passwd"),
            ("a!b", "a_b"),
        ] {
            assert_eq!(MemberPath::new(given).as_str(), expected, "{given}");
        }
    }

    #[test]
    fn nested_members_keep_their_container() {
        let path = MemberPath::new("nodes/n1.zip").nest(&MemberPath::new("var/log/messages"));
        assert_eq!(path.as_str(), "nodes/n1.zip!var/log/messages");
        assert_eq!(path.innermost(), "var/log/messages");
        assert_eq!(path.name(), "messages");
        assert_eq!(
            path.sibling("syslog").as_str(),
            "nodes/n1.zip!var/log/syslog"
        );
        assert_eq!(path.depth(), 1);
        assert_eq!(MemberPath::parse(path.as_str()), path);
        assert_eq!(
            MemberPath::new("").nest(&MemberPath::new("x")).as_str(),
            "x"
        );
    }
}
