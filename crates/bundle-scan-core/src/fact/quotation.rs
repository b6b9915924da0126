//! Objects whose text nobody printed: settings, schemas, rules and dashboards quote messages and document errors.

use super::section::Section;

/// Kinds of objects that hold texts of others. Sources: the Kubernetes API reference; the custom resources of the Prometheus
/// and Victoria Metrics operators, Loki, Grafana, Gatekeeper, Kyverno and OpenShift.
const KINDS: [&str; 17] = [
    "AlertingRule",
    "ClusterPolicy",
    "ConfigMap",
    "ConsoleQuickStart",
    "ConsoleYAMLSample",
    "ConstraintTemplate",
    "CustomResourceDefinition",
    "GrafanaAlertRuleGroup",
    "GrafanaDashboard",
    "MachineConfig",
    "Policy",
    "PrometheusRule",
    "RecordingRule",
    "Secret",
    "Template",
    "VMRule",
    "WorkflowTemplate",
];

/// Whether objects of this kind hold texts of others.
pub(super) fn is_kind(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// Whether a text of `kubectl describe` is of such a kind: it says so, or has the title `Data` of settings.
pub(super) fn is_described(section: &Section<'_>) -> bool {
    let lines = section.text.lines();
    let mut lines = lines.map(|line| section.unindented(line));
    while let Some(line) = lines.next() {
        match line.split_once(':') {
            Some(("Kind", kind)) => return is_kind(kind.trim()),
            None if line == "Data" => return lines.next() == Some("===="),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::member_path::MemberPath;

    #[test]
    fn described_settings_and_rules_are_told_from_what_they_configure() {
        for (text, expected) in [
            ("  Name:  a\n\n  Data\n  ====\n", true),
            ("Name:  a\n\nData\n====\nx:\n----\nKind: Pod\n", true),
            ("Name:  a\nKind:         PrometheusRule\nSpec:\n", true),
            ("Name:  a\nKind:         Application\nSpec:\n", false),
            ("Name:  a\nStatus:  Running\n", false),
            ("Name:  a\nData\nKind\n", false),
        ] {
            let path = MemberPath::new("m");
            let section = Section {
                path: &path,
                header: "",
                text,
                modified: None,
                open_end: false,
            };
            assert_eq!(is_described(&section), expected, "{text}");
        }
    }
}
