//! What names of one thing have in common, whoever writes them.

use std::borrow::Cow;

/// Entities that belong to a namespace, named as `NAMESPACE/NAME` where that is known.
pub const NAMESPACED: [&str; 7] = [
    "configmap",
    "ingress",
    "pod",
    "pvc",
    "secret",
    "service",
    "workload",
];

fn is_namespaced(entity: &str) -> bool {
    NAMESPACED.contains(&entity)
}

/// The part of a name that all who speak of the thing agree on; `entity` is what it names: `pod`, `node`, `device` ...
pub fn canonical<'t>(entity: &str, text: &'t str) -> &'t str {
    match entity {
        // `shop/web-0`, `web-0_shop(1b2c)`, `web-0`.
        _ if is_namespaced(entity) => {
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
    match pod.rsplit_once('-') {
        Some((rest, number)) if !rest.is_empty() && is_number(number) => rest,
        _ => without_generated(pod),
    }
}

/// What stays of the name of an object when its controller makes it anew: `web` of the pods `web-6d4b75cb6d-hwxkx` and `web-hwxkx` and of the
/// ReplicaSet `web-6d4b75cb6d`, `backup` of the Job `backup-29384640`; all of `web-0`, which keeps its name. Never nothing.
pub fn without_generated(name: &str) -> &str {
    let without = |name, is_generated: fn(&str) -> bool| match str::rsplit_once(name, '-') {
        Some((rest, last)) if !rest.is_empty() && is_generated(last) => rest,
        _ => name,
    };
    let owner = without(name, is_suffix);
    without(owner, |part| is_hash(part) || is_scheduled_time(part))
}

/// What stays of the name of a thing from one bundle to the next. Kubernetes makes up names of pods and of what owns them; a node, a disk or an
/// address under another name is another thing.
pub fn stable<'t>(entity: &str, text: &'t str) -> Cow<'t, str> {
    if !["pod", "workload", "object", "object_name"].contains(&entity) {
        return Cow::Borrowed(text);
    }
    let (place, name) = match text.rsplit_once('/') {
        Some((place, name)) => (Some(place), name),
        // The kubelet's `web-0_shop(1b2c)`.
        None => match text.split_once('_') {
            Some((name, place)) => (place.split('(').next(), name),
            None => (None, text),
        },
    };
    let name = without_generated(name);
    match place {
        Some(place) => Cow::Owned(format!("{place}/{name}")),
        None => Cow::Borrowed(name),
    }
}

/// The end of a name that was asked for with `generateName`. Source: `k8s.io/apiserver/pkg/storage/names`.
fn is_suffix(part: &str) -> bool {
    part.len() == 5 && part.bytes().all(is_safe)
}

/// The `pod-template-hash` of a ReplicaSet: a number of 32 bits, its digits written in safe letters.
fn is_hash(part: &str) -> bool {
    (6..=10).contains(&part.len()) && part.bytes().all(is_safe)
}

/// When a CronJob was to run, in minutes since 1970, or in seconds before Kubernetes 1.21. Source: `getJobName` of
/// `k8s.io/kubernetes/pkg/controller/cronjob/utils.go`.
fn is_scheduled_time(part: &str) -> bool {
    matches!(part.len(), 8 | 10) && is_number(part)
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a letter is one of those that Kubernetes makes up names of. Source: `k8s.io/apimachinery/pkg/util/rand`.
fn is_safe(byte: u8) -> bool {
    b"bcdfghjklmnpqrstvwxz2456789".contains(&byte)
}

/// The whole disk of a partition: `sda` of `sda1`, `nvme0n1` of `nvme0n1p2`; that of a path to it, `nvme0n1` of `nvme0c1n1`; anything
/// else as it is.
pub fn disk_of(device: &str) -> Cow<'_, str> {
    let whole = whole_of(canonical("device", device));
    // Source: `nvme_mpath_set_disk_name` of Linux `drivers/nvme/host/multipath.c`.
    let path = whole.strip_prefix("nvme").and_then(|rest| {
        let (subsystem, rest) = rest.split_once('c')?;
        let (_, namespace) = rest.split_once('n')?;
        Some(format!("nvme{subsystem}n{namespace}"))
    });
    path.map_or(Cow::Borrowed(whole), Cow::Owned)
}

fn whole_of(device: &str) -> &str {
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

/// Whether a device is a disk or a part of one, as the kernel calls them: `sda`, `vdb1`, `nvme0n1`. What `dm-0` or `md127` lie on their names do not
/// tell, and `nvme0` is a controller.
pub fn is_on_disk(device: &str) -> bool {
    let disk = disk_of(device);
    // Enough for 702 disks; `vdata` is none.
    let are_letters = |rest: &str| {
        matches!(rest.len(), 1 | 2) && rest.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let are_numbers = |rest: &str| {
        let parts = rest.split_once('n');
        parts.is_some_and(|(controller, namespace)| is_number(controller) && is_number(namespace))
    };
    let of = |start| disk.strip_prefix(start);
    ["sd", "vd", "xvd", "hd"]
        .into_iter()
        .any(|start| of(start).is_some_and(are_letters))
        || of("nvme").is_some_and(are_numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
            ("backup-29384640-hwxkx", "backup"),
            ("web", "web"),
            ("-0", "-0"),
        ] {
            assert_eq!(workload_of(pod), expected, "{pod}");
        }
    }

    #[test]
    fn only_generated_names_are_shortened() {
        for (entity, text, expected) in [
            ("pod", "shop/web-6d4b75cb6d-bcdfg", "shop/web"),
            ("pod", "web-6d4b75cb6d-bcdfg_shop(1b2c)", "shop/web"),
            ("pod", "shop/agent-bcdfg", "shop/agent"),
            ("pod", "shop/web-0", "shop/web-0"),
            ("pod", "shop/worker-00001", "shop/worker-00001"),
            ("pod", "backup-29384640-hwxkx", "backup"),
            ("pod", "backup-1612345680-hwxkx", "backup"),
            ("pod", "-hwxkx", "-hwxkx"),
            ("object", "replicaset/web-6d4b75cb6d", "replicaset/web"),
            ("workload", "backup-29384640", "backup"),
            ("node", "node1", "node1"),
            ("node", "worker-00001", "worker-00001"),
            ("host", "web-6d4b75cb6d-bcdfg", "web-6d4b75cb6d-bcdfg"),
            ("device", "nvme0n1", "nvme0n1"),
        ] {
            assert_eq!(stable(entity, text), expected, "{entity} {text}");
        }
    }

    proptest! {
        /// Whatever Kubernetes makes up, with a digit or without.
        #[test]
        fn a_pod_made_anew_keeps_its_stable_name(
            workload in "[a-z]{1,8}(-[aeiou]{1,4})?",
            old in "[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}",
            new in "[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}",
        ) {
            let of = |generated: &str| stable("pod", &format!("shop/{workload}-{generated}")).into_owned();
            prop_assert_eq!(of(&old), of(&new));
            prop_assert_eq!(of(&old), format!("shop/{workload}"));
        }

        #[test]
        fn nothing_is_reduced_to_nothing(text in "[-/_(a-z0-9]{1,30}", name in "[-b2]{1,20}") {
            prop_assert!(!without_generated(&name).is_empty());
            prop_assert!(!workload_of(&name).is_empty());
            prop_assert!(!stable("pod", &text).is_empty());
        }
    }

    #[test]
    fn partitions_belong_to_their_disk() {
        for (device, expected) in [
            ("/dev/sda1", "sda"),
            ("sda", "sda"),
            ("nvme0n1p2", "nvme0n1"),
            ("nvme0n1", "nvme0n1"),
            ("nvme2c0n1p1", "nvme2n1"),
            ("nvme0", "nvme0"),
            ("dm-3", "dm-3"),
            ("md127", "md127"),
        ] {
            assert_eq!(disk_of(device), expected, "{device}");
        }
    }

    #[test]
    fn only_names_of_disks_tell_the_disk() {
        for device in ["/dev/sda", "vdb1", "xvdf", "sdaa", "nvme0n1p2", "nvme0c1n1"] {
            assert!(is_on_disk(device), "{device}");
        }
        for device in [
            "dm-0", "md127", "253:1", "sd-card", "nvme", "nvme0", "loop1", "", "sd", "vdata",
        ] {
            assert!(!is_on_disk(device), "{device}");
        }
    }
}
