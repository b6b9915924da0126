//! What a member is by its first bytes, where its path says nothing: loose files, standard input.

use memchr::memmem::find;

use super::KlogPlace;
use super::component::Component;
use crate::envelope::peel;

/// Lines looked at.
const SAMPLED_LINES: usize = 40;

/// Bytes of a line looked at where its envelope is all that matters.
const SAMPLED_BYTES: usize = 300;

/// Kind and speaker, as far as the content tells.
pub(super) fn judge(head: &[u8]) -> (&'static str, Option<Component>) {
    let start = head.trim_ascii_start();
    let lines: Vec<&[u8]> = start
        .split(|byte| *byte == b'\n')
        .take(SAMPLED_LINES)
        .collect();
    if is_describe(start, &lines) {
        return ("k8s-describe", Some(Component::Describe));
    }
    if is_dashboard(start) {
        return ("config", Some(Component::Config));
    }
    if is_object(start) {
        return match find(start, b"EventList").or_else(|| find(start, b"involvedObject")) {
            Some(_) => ("k8s-events", Some(Component::Event)),
            None => ("k8s-object", Some(Component::Object)),
        };
    }
    match lines.first() {
        Some(first) if is_list_of_disks(first) => ("os-command", Some(Component::Command)),
        Some(first) if is_table_header(first) => ("k8s-table", Some(Component::Table)),
        _ if is_kernel(&lines) => ("kernel", Some(Component::Kernel)),
        _ => ("text", None),
    }
}

/// Where klog headers stand in a log that begins with `head`. A log with tags may hold what kubelet says, wherever it begins.
pub(super) fn klog_place(head: &[u8]) -> Option<KlogPlace> {
    let lines = head.split(|byte| *byte == b'\n').take(SAMPLED_LINES);
    lines.filter(|line| !line.is_empty()).find_map(|line| {
        let peeled = peel(&line[..line.len().min(SAMPLED_BYTES)]);
        match peeled.layers.as_slice() {
            ["klog", ..] => Some(KlogPlace::LineStart),
            ["cri", "klog", ..] => Some(KlogPlace::Cri),
            _ => peeled.tag.is_some().then_some(KlogPlace::Tagged),
        }
    })
}

/// A describe dump begins with the name of its object and goes on with fields in the first column.
fn is_describe(head: &[u8], lines: &[&[u8]]) -> bool {
    let field = |name: &[u8]| lines.iter().any(|line| line.starts_with(name));
    let has_section = [
        &b"\nEvents:"[..],
        b"\nStatus:",
        b"\nConditions:",
        b"\nAnnotations:",
    ]
    .iter()
    .any(|s| find(head, s).is_some());
    field(b"Name:  ") && has_section
}

/// A dashboard of Grafana: it quotes what it looks for.
fn is_dashboard(head: &[u8]) -> bool {
    let has = |key: &[u8], within: usize| find(&head[..head.len().min(within)], key).is_some();
    let parts = [
        &b"\"templating\""[..],
        b"\"timepicker\"",
        b"\"annotations\"",
        b"\"__inputs\"",
    ];
    head.starts_with(b"{")
        && !has(b"\"apiVersion\"", 4096)
        && has(b"\"panels\"", usize::MAX)
        && parts.iter().any(|part| has(part, usize::MAX))
}

fn is_object(head: &[u8]) -> bool {
    let is_yaml = head.starts_with(b"apiVersion:")
        || head.starts_with(b"---\napiVersion:")
        || head.starts_with(b"kind:");
    let is_json =
        head.starts_with(b"{") && find(&head[..head.len().min(4096)], b"\"kind\"").is_some();
    let is_list =
        head.starts_with(b"[") && find(&head[..head.len().min(8192)], b"\"metadata\"").is_some();
    is_yaml || is_json || is_list
}

/// The first line of a `kubectl get` table: names in capitals, with gaps of two spaces or more.
fn is_table_header(line: &[u8]) -> bool {
    let known = [&b"NAME "[..], b"NAMESPACE ", b"LAST SEEN "];
    known.iter().any(|name| line.starts_with(name)) && line.iter().all(|b| !b.is_ascii_lowercase())
}

/// The first line of `lsblk`.
fn is_list_of_disks(line: &[u8]) -> bool {
    let own = [&b" MAJ:MIN "[..], b" MOUNTPOINT", b" FSTYPE", b" HCTL"];
    line.starts_with(b"NAME ") && own.iter().any(|title| find(line, title).is_some())
}

fn is_kernel(lines: &[&[u8]]) -> bool {
    let text: Vec<&&[u8]> = lines.iter().filter(|line| !line.is_empty()).collect();
    let stamped = text.iter().filter(|line| {
        peel(line)
            .layers
            .as_slice()
            .first()
            .is_some_and(|id| id.starts_with("dmesg"))
    });
    !text.is_empty() && stamped.count() * 2 > text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_disks_is_of_a_machine_and_one_of_pods_of_the_cluster() {
        let (disks, pods) = (
            b"NAME  MAJ:MIN RM SIZE RO TYPE MOUNTPOINT\nsda\n",
            b"NAME  READY  STATUS\n",
        );
        assert_eq!(judge(disks), ("os-command", Some(Component::Command)));
        assert_eq!(judge(pods), ("k8s-table", Some(Component::Table)));
    }

    #[test]
    fn a_dashboard_is_told_by_what_it_holds() {
        let dashboard = br#"{"annotations": {"list": []}, "panels": [{"title": "OOMKilled"}]}"#;
        assert_eq!(judge(dashboard), ("config", Some(Component::Config)));
        let pods = br#"{"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod", "metadata": {"annotations": {}}}], "panels": []}"#;
        assert_eq!(judge(pods), ("k8s-object", Some(Component::Object)));
    }
}
