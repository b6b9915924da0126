//! What names of one thing have in common, whoever writes them.

use std::borrow::Cow;

/// The part of a name that all who speak of the thing agree on; `entity` is what it names: `pod`, `node`, `device` ...
pub fn canonical<'t>(entity: &str, text: &'t str) -> &'t str {
    match entity {
        // `shop/web-0`, `web-0_shop(1b2c)`, `web-0`.
        "pod" | "pvc" | "service" | "ingress" | "workload" | "secret" | "configmap" => {
            let name = text.rsplit('/').next().unwrap_or(text);
            name.split(['_', '(']).next().unwrap_or(name)
        }
        // The first label of a host name, but all of an address.
        "node" | "host" => {
            let is_address = text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
            match is_address {
                true => text,
                false => text.split('.').next().unwrap_or(text),
            }
        }
        "device" => text.strip_prefix("/dev/").unwrap_or(text),
        _ => text,
    }
}

/// What Kubernetes puts before the message of an event that stands for several with different messages. Source: `EventAggregator` of
/// k8s.io/client-go `tools/record/events_cache.go`.
const COMBINED: &str = "(combined from similar events): ";

/// The message of an event, with the mark of several combined ones behind it: what they say stands first in all of them.
pub fn message_first(message: &str) -> Cow<'_, str> {
    match message.strip_prefix(COMBINED) {
        Some(plain) => Cow::Owned(format!("{plain} {}", COMBINED.trim_end_matches([':', ' ']))),
        None => Cow::Borrowed(message),
    }
}

/// The name that the pods of one workload share: `web` of `web-6d4b75cb6d-hwxkx`, `web-hwxkx` and `web-0`.
pub fn workload_of(pod: &str) -> &str {
    let Some((rest, last)) = pod.rsplit_once('-') else {
        return pod;
    };
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return rest;
    }
    if last.len() != 5 || !last.bytes().all(is_safe) {
        return pod;
    }
    match rest.rsplit_once('-') {
        Some((name, hash)) if (6..=10).contains(&hash.len()) && hash.bytes().all(is_safe) => name,
        _ => rest,
    }
}

/// Whether a letter is one of those that Kubernetes makes up names of. Source: `k8s.io/apimachinery/pkg/util/rand`.
fn is_safe(byte: u8) -> bool {
    b"bcdfghjklmnpqrstvwxz2456789".contains(&byte)
}

/// The whole disk of a partition: `sda` of `sda1`, `nvme0n1` of `nvme0n1p2`; anything else as it is.
pub fn disk_of(device: &str) -> &str {
    let device = canonical("device", device);
    let without_number = device.trim_end_matches(|c: char| c.is_ascii_digit());
    if without_number.len() == device.len() {
        return device;
    }
    if device.starts_with("nvme") || device.starts_with("mmcblk") {
        let is_partition = without_number
            .strip_suffix('p')
            .filter(|disk| disk.ends_with(|c: char| c.is_ascii_digit()));
        return is_partition.unwrap_or(device);
    }
    match ["sd", "vd", "xvd", "hd"]
        .iter()
        .any(|start| without_number.starts_with(start))
    {
        true => without_number,
        false => device,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_what_all_agree_on() {
        for (entity, text, expected) in [
            ("pod", "shop/web-0", "web-0"),
            ("pod", "web-0_shop(1b2c)", "web-0"),
            ("node", "node-1.example.com", "node-1"),
            ("node", "10.0.0.5", "10.0.0.5"),
            ("device", "/dev/sdb", "sdb"),
            ("image", "a/b:1", "a/b:1"),
        ] {
            assert_eq!(canonical(entity, text), expected);
        }
    }

    #[test]
    fn a_combined_message_begins_as_each_of_them() {
        assert_eq!(message_first("Back-off"), "Back-off");
        assert_eq!(
            message_first("(combined from similar events): Back-off"),
            "Back-off (combined from similar events)"
        );
    }

    #[test]
    fn the_pods_of_a_workload_share_its_name() {
        for (pod, expected) in [
            ("web-6d4b75cb6d-hwxkx", "web"),
            ("agent-hwxkx", "agent"),
            ("db-0", "db"),
            ("my-app", "my-app"),
            ("node-exporter", "node-exporter"),
            ("web", "web"),
        ] {
            assert_eq!(workload_of(pod), expected, "{pod}");
        }
    }

    #[test]
    fn partitions_belong_to_their_disk() {
        for (device, expected) in [
            ("/dev/sda1", "sda"),
            ("sda", "sda"),
            ("nvme0n1p2", "nvme0n1"),
            ("nvme0n1", "nvme0n1"),
            ("dm-3", "dm-3"),
            ("md127", "md127"),
        ] {
            assert_eq!(disk_of(device), expected, "{device}");
        }
    }
}
