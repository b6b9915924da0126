//! The cells of `kubectl get` that need more than a glance: node states, external addresses, endpoints, owners of pods.
//!
//! ```text
//! Ready,SchedulingDisabled      17 (2m5s ago)      10.0.0.1:80,10.0.0.2:80 + 3 more...      0/1 of 3
//! ```
//!
//! Does not know where a cell stands in its row. Invariant: a reader says no to a cell that cannot be of its column.
//! Source: `printNode`, `printPod`, `getServiceExternalIP`, `formatEndpoints`, `formatHosts`, `printJob` of Kubernetes
//! `pkg/printers/internalversion/printers.go`; `SafeEncodeString` of k8s.io/apimachinery `pkg/util/rand`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::cells::{is_age, is_nothing};
use super::sheet::{borrowed, count};
use crate::fact::Fact;

/// `17 (2m5s ago)`.
pub(super) fn restarts<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    let (number, since) = cell.split_once(' ').unwrap_or((cell, ""));
    let is_since =
        since.is_empty() || since.trim_start().starts_with('(') && since.ends_with("ago)");
    match count(number) {
        Some(restarts) if is_since => {
            fact.number("restarts", restarts, at);
            true
        }
        _ => false,
    }
}

/// Letters that a generated name is made of, and those of them that encode the digits of a hash.
const GENERATED: &str = "bcdfghjklmnpqrstvwxz2456789";
const HASH: &str = "bcdf456789";

/// The ReplicaSet that a pod's name tells beyond doubt: `web-6d4f9c8b7-4wx2z` is of `web-6d4f9c8b7`.
pub(super) fn owner(fact: &mut Fact<'_>) {
    let Some((name, at)) = borrowed(fact, "name") else {
        return;
    };
    let Some((replicaset, own)) = name.rsplit_once('-') else {
        return;
    };
    let hash = replicaset.rsplit_once('-').map_or("", |(_, hash)| hash);
    let is_of = |text: &str, letters: &str| text.chars().all(|c| letters.contains(c));
    // A hash of digits alone may be the time in the name of a Job.
    let is_hash = (8..=10).contains(&hash.len())
        && is_of(hash, HASH)
        && !hash.bytes().all(|byte| byte.is_ascii_digit());
    if is_hash && own.len() == 5 && is_of(own, GENERATED) {
        fact.text("owner_kind", "ReplicaSet", at);
        fact.text("owner", replicaset, at);
    }
}

/// `Ready`, `NotReady,SchedulingDisabled`. `NotReady` is printed for a condition of `False` and of `Unknown` alike, and
/// `Unknown` where there is no such condition; `ready` is then `False` and `Unknown`.
pub(super) fn node_status<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    let (state, rest) = cell.split_once(',').unwrap_or((cell, ""));
    let ready = match state {
        "Ready" => "True",
        "NotReady" => "False",
        "Unknown" => "Unknown",
        _ => return false,
    };
    fact.text("status", cell, at).text("ready", ready, at).flag(
        "unschedulable",
        rest == "SchedulingDisabled",
        at,
    );
    matches!(rest, "" | "SchedulingDisabled")
}

/// Labels of nodes that have a field of their own.
const NODE_LABELS: [(&str, &str); 9] = [
    ("kubernetes.io/hostname", "hostname_label"),
    ("kubernetes.io/arch", "arch"),
    ("beta.kubernetes.io/arch", "arch"),
    ("kubernetes.io/os", "os"),
    ("beta.kubernetes.io/os", "os"),
    ("topology.kubernetes.io/zone", "zone"),
    ("failure-domain.beta.kubernetes.io/zone", "zone"),
    ("node.kubernetes.io/instance-type", "instance_type"),
    ("beta.kubernetes.io/instance-type", "instance_type"),
];

/// `kubernetes.io/arch=amd64,kubernetes.io/hostname=node-1`.
pub(super) fn node_labels<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    fact.set("labels", cell, at);
    let labels: Vec<(&str, &str)> = cell
        .split(',')
        .filter_map(|label| label.split_once('='))
        .collect();
    for (wanted, field) in NODE_LABELS {
        if let Some((key, value)) = labels.iter().find(|(key, _)| *key == wanted) {
            let before = (key.as_ptr() as usize).wrapping_sub(cell.as_ptr() as usize);
            fact.set(field, value, at + before + key.len() + 1);
        }
    }
    is_nothing(cell) || !labels.is_empty()
}

/// `None` of a headless Service.
pub(super) fn cluster_ip<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    fact.set("cluster_ip", cell, at)
        .flag("headless", cell == "None", at);
    !cell.contains(char::is_whitespace)
}

/// Addresses of the load balancer, or a name, or addresses outside, by the type of the Service. Shortened to
/// `a1b2c3d4e5f6a...` without `-o wide`.
pub(super) fn external_ip<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    if is_nothing(cell) {
        return true;
    }
    let field = match fact.text_of("type") {
        Some("LoadBalancer") => "load_balancer_ip",
        Some("ExternalName") => "external_name",
        _ => "external_ips",
    };
    let first = cell.split(',').next().unwrap_or(cell);
    let shown = if field == "load_balancer_ip" {
        first
    } else {
        cell
    };
    fact.set(field, shown, at);
    !cell.contains(char::is_whitespace)
}

/// `80:30080/TCP,443/TCP`.
pub(super) fn ports<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    fact.set("ports", cell, at);
    is_nothing(cell) || cell.contains('/') && !cell.contains(char::is_whitespace)
}

/// `10.0.0.1:80,10.0.0.2:80`, `10.0.0.1:80 + 3 more...`. All addresses of one port come before those of the next, so
/// once one is repeated, all are shown; else those that are not shown count as further addresses, though they may be
/// further ports.
pub(super) fn endpoints<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    if is_nothing(cell) {
        fact.number("ready", 0.0, at);
        return true;
    }
    let (shown, more) = without_more(cell);
    let pairs: Vec<&str> = shown.split(',').collect();
    let hosts: BTreeSet<&str> = pairs.iter().map(|pair| host_of(pair)).collect();
    let is_address = |pair: &&str| pair.contains(['.', ':']) && !pair.contains(' ');
    let are_addresses = pairs.iter().all(is_address);
    let more = if hosts.len() < pairs.len() { 0 } else { more };
    if are_addresses {
        fact.number("ready", hosts.len() as f64 + f64::from(more), at);
    }
    are_addresses
}

/// The address of `10.0.0.1:80`, `[fd00::2]:80`, `10.0.0.1` or `fd00::2`.
fn host_of(pair: &str) -> &str {
    match pair.rsplit_once(':') {
        Some((host, _)) if !host.contains(':') || host.ends_with(']') => host,
        _ => pair,
    }
}

/// No endpoints are printed where no address is ready.
pub(super) fn no_endpoints(fact: &mut Fact<'_>) {
    fact.number("ready", 0.0, fact.at);
}

/// Takes ` + 3 more...` off.
fn without_more(cell: &str) -> (&str, u32) {
    let number = |more: &str| more.trim().strip_suffix("more...")?.trim().parse().ok();
    cell.split_once(" + ")
        .and_then(|(shown, more)| Some((shown.trim_end(), number(more)?)))
        .unwrap_or((cell, 0))
}

/// `a.example.com,b.example.com + 2 more...`.
pub(super) fn hosts<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    let (shown, _) = without_more(cell);
    fact.set("hosts", shown, at);
    !shown.contains(char::is_whitespace)
}

/// `80`, `80, 443`; no field is for it.
pub(super) fn ingress_ports<'a>(_: &mut Fact<'a>, cell: &'a str, _: usize) -> bool {
    cell.split(',').all(|port| count(port.trim()).is_some()) || is_nothing(cell)
}

/// `shop/data-web-0`.
pub(super) fn claim<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    fact.set("claim", cell, at);
    cell.contains('/') && !cell.contains(char::is_whitespace)
}

/// Short forms of access modes, and what documents call them.
const ACCESS_MODES: [(&str, &str); 4] = [
    ("RWO", "ReadWriteOnce"),
    ("ROX", "ReadOnlyMany"),
    ("RWX", "ReadWriteMany"),
    ("RWOP", "ReadWriteOncePod"),
];

/// `RWO,ROX`, as documents write it.
pub(super) fn access_modes<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    let full = |short: &str| {
        let found = ACCESS_MODES.iter().find(|(mode, _)| *mode == short.trim());
        found.map(|(_, full)| Cow::Borrowed(*full))
    };
    let modes: Option<Vec<Cow<'a, str>>> = cell.split(',').map(full).collect();
    let is_known = modes.is_some() || is_nothing(cell);
    fact.list("access_modes", modes.unwrap_or_default(), at);
    is_known
}

/// `Bound`, `Pending`, `Terminating`.
pub(super) fn phase<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    fact.set("phase", cell, at);
    cell.chars().all(char::is_alphabetic)
}

/// `Active`, `Terminating`.
pub(super) fn namespace_status<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    fact.set("phase", cell, at);
    matches!(cell, "Active" | "Terminating")
}

/// `0/1`, `0/1 of 3`.
pub(super) fn completions<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    let (done, parallel) = cell.split_once(" of ").unwrap_or((cell, ""));
    let Some((succeeded, wanted)) = done.split_once('/') else {
        return false;
    };
    let (Some(succeeded), Some(wanted)) = (count(succeeded), count(wanted)) else {
        return false;
    };
    fact.number("succeeded", succeeded, at)
        .number("completions", wanted, at)
        .set("parallelism", parallel, at);
    true
}

/// `Running`, `Complete`, `Failed`, `Suspended`.
pub(super) fn job_status<'a>(fact: &mut Fact<'a>, cell: &'a str, at: usize) -> bool {
    fact.flag("suspended", cell == "Suspended", at);
    cell.chars().all(char::is_alphabetic)
}

/// An age that no field is for.
pub(super) fn some_age<'a>(_: &mut Fact<'a>, cell: &'a str, _: usize) -> bool {
    is_age(cell) || is_nothing(cell)
}

/// A number that no field is for.
pub(super) fn some_number<'a>(_: &mut Fact<'a>, cell: &'a str, _: usize) -> bool {
    count(cell).is_some() || is_nothing(cell)
}
