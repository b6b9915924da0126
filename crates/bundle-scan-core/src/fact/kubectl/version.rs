//! The text of `kubectl version`.
//!
//! ```text
//! Client Version: v1.30.4
//! Kustomize Version: v5.0.4-0.20230601165947-6ce0bf390ce3
//! Server Version: version.Info{Major:"1", Minor:"17", GitVersion:"v1.17.9-r0", GitCommit:"...", ...}
//! ```
//!
//! Other tools print such lines too, with more blanks (calicoctl) or without the `v` (docker, oc): those open nothing.
//! Does not read the version of Kustomize, or `-o yaml`.
//! Source: kubectl `pkg/cmd/version/version.go`; `version.Info` of k8s.io/apimachinery `pkg/version/types.go`.

use crate::fact::{Ending, Fact, FactParser, Section, kind};

/// Reads `kubectl version`.
pub(super) struct VersionText;

impl FactParser for VersionText {
    fn id(&self) -> &'static str {
        "kubectl-version"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["Client", "Server"]
    }

    fn opens(&self, line: &str) -> bool {
        version(line).is_some()
    }

    fn goes_on(&self, line: &str) -> bool {
        version(line).is_some() || line.starts_with("Kustomize Version: ")
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        for line in section.text.lines() {
            let Some((component, version)) = version(line) else {
                continue;
            };
            let mut fact = Fact::new(&kind::KUBERNETES_VERSION, section.at(line));
            fact.text("component", component, section.at(line)).set(
                "version",
                version,
                section.at(version),
            );
            facts.push(fact);
        }
        let last = section.text.lines().last().unwrap_or("");
        match section.open_end && last.contains('{') && !last.contains('}') {
            true => Ending::Cut,
            false => Ending::Whole,
        }
    }
}

/// The component and version that a line tells.
fn version(line: &str) -> Option<(&'static str, &str)> {
    let (component, rest) = match line.strip_prefix("Client Version: ") {
        Some(rest) => ("client", rest),
        None => ("server", line.strip_prefix("Server Version: ")?),
    };
    let rest = rest.trim_end();
    let info = rest.strip_prefix('&').unwrap_or(rest);
    let version = match info.strip_prefix("version.Info{") {
        Some(fields) => fields.split_once("GitVersion:\"")?.1.split_once('"')?.0,
        None => rest,
    };
    is_version(version).then_some((component, version))
}

/// `v1.30.4`, `v1.17.9-r0`.
fn is_version(text: &str) -> bool {
    let number = text.strip_prefix('v').unwrap_or("");
    let digits = number.chars().take_while(char::is_ascii_digit).count();
    let is_legal = |c: char| c.is_ascii_alphanumeric() || ".-+_".contains(c);
    digits > 0 && number.chars().nth(digits) == Some('.') && number.chars().all(is_legal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::kubectl::testing::{check, survives_anything};

    const OLD: &str = concat!(
        "Client Version: version.Info{Major:\"1\", Minor:\"17+\", GitVersion:\"v1.17.9-r0\", GitCommit:\"0a1b\"}\n",
        "Server Version: version.Info{Major:\"1\", Minor:\"16\", GitVersion:\"v1.16.3\", GitCommit:\"0a1b\"}\n",
    );

    #[test]
    fn old_and_new() {
        check(
            &VersionText,
            OLD,
            "kubernetes_version component=client version=v1.17.9-r0 @1
             kubernetes_version component=server version=v1.16.3 @2",
        );
        check(
            &VersionText,
            "$ kubectl version\r\nClient Version: v1.30.4\r\nKustomize Version: v5.0.4\r\nServer Version: v1.28.2-eks-1a2b\r\n",
            "kubernetes_version component=client version=v1.30.4 @1
             kubernetes_version component=server version=v1.28.2-eks-1a2b @3",
        );
    }

    #[test]
    fn what_breaks_off_is_cut() {
        check(
            &VersionText,
            "Server Version: version.Info{Major:\"1\", GitVersion:\"v1.16.3\", GitCom",
            "kubernetes_version component=server version=v1.16.3 @1
             cut",
        );
        check(
            &VersionText,
            "Client Version: v1.30.4",
            "kubernetes_version component=client version=v1.30.4 @1",
        );
    }

    #[test]
    fn other_lines_open_nothing() {
        for line in [
            "Client Version:    v3.26.1",
            "Client Version: 4.12.0",
            "Server Version: 20.10.7",
            " Server Version: v1.2",
            "Server Version: v1.30 is old",
            "Client Version: version.Info{Major:\"1\"",
            "Client",
        ] {
            assert!(!VersionText.opens(line), "{line}");
        }
    }

    survives_anything!(&VersionText, OLD);
}
