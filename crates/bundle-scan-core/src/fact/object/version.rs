//! Reads the version of Kubernetes from documents that are no objects.
//!
//! ```text
//! {"clientVersion": {"gitVersion": "v1.31.2", ...}, "serverVersion": {"gitVersion": "v1.30.6", ...}}
//! {"info": {"gitVersion": "v1.30.6", ...}, "string": "v1.30.6"}
//! {"major": "1", "minor": "30", "gitVersion": "v1.30.6", ...}
//! ```
//! Does not read the plain text of `kubectl version`. Source: `Version` in kubectl `pkg/cmd/version/version.go`;
//! `ClusterVersion` in replicatedhq/troubleshoot `pkg/collect/cluster_info.go`; the answer of the API server to
//! `/version`, `version.Info` of k8s.io/apimachinery.

use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::Tree;

/// Paths of versions and whose they are.
const VERSIONS: &[(&str, &str)] = &[
    ("serverVersion.gitVersion", "server"),
    ("clientVersion.gitVersion", "client"),
    ("info.gitVersion", "server"),
    ("gitVersion", "server"),
];

/// Reads the versions of a document without `kind`.
pub(super) fn kubernetes_version<'a>(
    object: &Tree<'a>,
    _section: &Section<'a>,
    facts: &mut Vec<Fact<'a>>,
) {
    if object.get("kind").text().is_some() {
        return;
    }
    for (path, component) in VERSIONS {
        let Some(found) = object.locate(path).filter(|found| is_version(found.tree)) else {
            continue;
        };
        let mut fact = Fact::new(&kind::KUBERNETES_VERSION, found.at);
        fact.text("component", *component, found.at);
        fact.take("version", Some(found));
        facts.push(fact);
    }
}

/// `v1.30.6`, `v1.28.9+k3s1`.
fn is_version(tree: &Tree<'_>) -> bool {
    let numbers = tree.text().and_then(|text| text.strip_prefix('v'));
    numbers.is_some_and(|numbers| {
        numbers.starts_with(|c: char| c.is_ascii_digit()) && numbers.contains('.')
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::object::testing::{changes, check, survives};

    const VERSIONS: &str = r#"{"clientVersion": {"major": "1",
    "gitVersion": "v1.31.2"},
  "kustomizeVersion": "v5.4.2",
  "serverVersion": {
    "gitVersion": "v1.30.6-eks-7f9249a"}}"#;

    #[test]
    fn kubectl_knows_two_versions() {
        check(
            kubernetes_version,
            VERSIONS,
            "
            kubernetes_version @5
              component=server @5
              version=v1.30.6-eks-7f9249a @5
            kubernetes_version @2
              component=client @2
              version=v1.31.2 @2
            ",
        );
    }

    #[test]
    fn a_support_bundle_knows_that_of_the_server() {
        check(
            kubernetes_version,
            r#"{"info": {"major": "1",
  "gitVersion": "v1.28.9+k3s1"}, "string": "v1.28.9+k3s1"}"#,
            "
            kubernetes_version @2
              component=server @2
              version=v1.28.9+k3s1 @2
            ",
        );
    }

    #[test]
    fn the_server_answers_with_its_own() {
        check(
            kubernetes_version,
            r#"{"major": "1", "gitVersion": "v1.19.16-r7"}"#,
            "
            kubernetes_version @1
              component=server @1
              version=v1.19.16-r7 @1
            ",
        );
    }

    #[test]
    fn an_object_is_no_version() {
        check(
            kubernetes_version,
            r#"{"kind": "Build", "gitVersion": "v1.2.3"}"#,
            "",
        );
    }

    #[test]
    fn another_version_is_none_of_kubernetes() {
        check(
            kubernetes_version,
            r#"{"gitVersion": "main", "info": {"gitVersion": 1}}"#,
            "",
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(kubernetes_version, VERSIONS, &changes);
        }
    }
}
