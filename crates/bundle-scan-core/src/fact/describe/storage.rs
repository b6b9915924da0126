//! Persistent volume claims and persistent volumes.
//!
//! ```text
//! StorageClass:  fast                          Claim:           shop/data-0
//! Status:        Bound                         Reclaim Policy:  Delete
//! Volume:        pvc-1                         Source:
//! Access Modes:  RWO                               Type:        CSI (a Container Storage Interface ...)
//! Used By:       web-0                             Driver:      disk.acme.example
//! ```
//!
//! The short access modes become those of the document (`ReadWriteOnce`). What a claim requests is not printed.
//! Source: `printPersistentVolumeClaim`, `describePersistentVolume` of k8s.io/kubectl `pkg/describe/describe.go`.

use std::borrow::Cow;

use super::object::{Object, Titles, fill};
use super::outline::{Line, Node, is_nothing};
use super::pod;
use crate::fact::{Fact, kind};

const CLAIM: &Titles = &[
    ("StorageClass", "storage_class"),
    ("Volume", "volume"),
    ("Capacity", "capacity"),
    ("VolumeMode", "volume_mode"),
];

const VOLUME: &Titles = &[
    ("StorageClass", "storage_class"),
    ("Claim", "claim"),
    ("Reclaim Policy", "reclaim_policy"),
    ("Capacity", "capacity"),
    ("Reason", "reason"),
    ("Message", "message"),
];

const SOURCE: &Titles = &[
    ("Driver", "driver"),
    ("VolumeHandle", "volume_handle"),
    ("Server", "server"),
    ("Path", "path"),
];

const MODES: &[(&str, &str)] = &[
    ("RWO", "ReadWriteOnce"),
    ("ROX", "ReadOnlyMany"),
    ("RWX", "ReadWriteMany"),
    ("RWOP", "ReadWriteOncePod"),
];

const ZONES: [&str; 2] = [
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
];

/// Appends the fact of a claim.
pub(super) fn read_claim<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut claim = object.fact(&kind::PVC);
    pod::phase(object, &mut claim);
    object.fill(&mut claim, CLAIM);
    object.fill_common(&mut claim);
    access_modes(object, &mut claim);
    facts.push(claim);
}

/// Appends the fact of a volume.
pub(super) fn read_volume<'a>(object: &Object<'_, 'a>, facts: &mut Vec<Fact<'a>>) {
    let mut volume = object.fact(&kind::PV);
    pod::phase(object, &mut volume);
    object.fill(&mut volume, VOLUME);
    object.fill_common(&mut volume);
    access_modes(object, &mut volume);
    if let Some(source) = object.node("Source") {
        pod::volume_type(object.section, &mut volume, source);
        fill(object.section, &mut volume, source.below, SOURCE);
    }
    node_affinity(object, &mut volume);
    facts.push(volume);
}

fn access_modes<'a>(object: &Object<'_, 'a>, fact: &mut Fact<'a>) {
    let Some(text) = object.value("Access Modes") else {
        return;
    };
    let long = |mode: &'a str| {
        MODES
            .iter()
            .find(|(short, _)| *short == mode)
            .map_or(mode, |(_, long)| *long)
    };
    let words = text
        .split([',', ' ', '[', ']'])
        .filter(|word| !word.is_empty());
    let modes = words.map(|mode| Cow::Borrowed(long(mode))).collect();
    fact.list("access_modes", modes, object.section.at(text));
}

/// The terms, `key in [a, b]`; and the zone, which may also be a label.
fn node_affinity<'a>(object: &Object<'_, 'a>, volume: &mut Fact<'a>) {
    let terms: Vec<&'a str> = object
        .below("Node Affinity")
        .iter()
        .filter_map(term)
        .collect();
    let in_term = terms.iter().find_map(|term| {
        let (key, values) = term.split_once(" in [")?;
        let of_zone = ZONES.contains(&key) || key.ends_with("/zone");
        of_zone.then(|| values.trim_end_matches(']').split(", ").next())?
    });
    let labels = object.node("Labels").into_iter().flat_map(Node::values);
    let in_label = labels
        .flat_map(|labels| labels.split(','))
        .find_map(|label| {
            let (key, value) = label.split_once('=')?;
            ZONES.contains(&key).then_some(value)
        });
    if let Some(zone) = in_label.or(in_term) {
        object.put(volume, "zone", zone);
    }
    object.put_list(volume, "node_affinity", terms);
}

/// A requirement of a term; the first stands after `Term 0:`.
fn term<'a>(line: &Line<'a>) -> Option<&'a str> {
    let text = if line.key.starts_with("Term ") {
        line.value
    } else {
        line.text
    };
    (line.key != "Required Terms" && !is_nothing(text)).then_some(text)
}

#[cfg(test)]
mod tests {
    use crate::fact::describe::testing::check;

    #[test]
    fn a_claim() {
        check(
            "Name:          data-0\nNamespace:     shop\nStorageClass:  fast\nStatus:        Terminating (lasts 3d2h)\n\
             Volume:        pvc-1\nLabels:        <none>\nAnnotations:   pv.kubernetes.io/bind-completed: yes\n\
             Finalizers:    [kubernetes.io/pvc-protection other]\nCapacity:      10Gi\nAccess Modes:  RWO,RWOP\n\
             VolumeMode:    Filesystem\nUsed By:       web-0\n               web-1\nConditions:\n  \
             Type       Status  LastProbeTime                     LastTransitionTime                Reason  Message\n  \
             ----       ------  -----------------                 ------------------                ------  -------\n  \
             Resizing   True    Mon, 01 Jan 0001 00:00:00 +0000   Tue, 10 Mar 2026 10:09:00 +0000           \
             waiting for node\nEvents:        <none>\n",
            "pvc name=data-0 namespace=shop deleting_for=266400 storage_class=fast volume=pvc-1 capacity=10737418240 \
             volume_mode=Filesystem annotations=pv.kubernetes.io/bind-completed=yes \
             finalizers=kubernetes.io/pvc-protection,other used_by=web-0,web-1 access_modes=ReadWriteOnce,ReadWriteOncePod @1\n\
             condition namespace=shop kind=PersistentVolumeClaim name=data-0 type=Resizing status=True \
             since=2026-03-10T10:09:00Z message=waiting for node lasted=60 @17\n",
        );
    }

    #[test]
    fn a_pending_claim_of_old_has_no_user() {
        check(
            "Name:\t\tdata-0\nNamespace:\tshop\nStorageClass:\tfast\nStatus:\t\tPending\nVolume:\t\t\nLabels:\t\tapp=web\n\
             Capacity:\t\nAccess Modes:\t\nEvents:\t\t<none>\n",
            "pvc name=data-0 namespace=shop phase=Pending storage_class=fast @1\n",
        );
    }

    #[test]
    fn a_volume() {
        check(
            "Name:              pvc-1\nLabels:            <none>\nAnnotations:       <none>\nFinalizers:        []\n\
             StorageClass:      fast\nStatus:            Failed\nClaim:             shop/data-0\nReclaim Policy:    Delete\n\
             Access Modes:      RWX\nVolumeMode:        Filesystem\nCapacity:          10Gi\nNode Affinity:     \n  \
             Required Terms:    \n    Term 0:          topology.kubernetes.io/zone in [zone-a, zone-b]\n                     \
             kubernetes.io/os in [linux]\nMessage:           disk in use:\nby node-2\nSource:\n    Type:              CSI \
             (a Container Storage Interface (CSI) volume source)\n    Driver:            disk.acme.example\n    \
             VolumeHandle:      d-1\n    ReadOnly:          false\nEvents:              <none>\n",
            "pv name=pvc-1 phase=Failed storage_class=fast claim=shop/data-0 reclaim_policy=Delete capacity=10737418240 \
             message=disk in use:\\nby node-2 access_modes=ReadWriteMany type=CSI driver=disk.acme.example volume_handle=d-1 \
             zone=zone-a node_affinity=topology.kubernetes.io/zone in [zone-a, zone-b],kubernetes.io/os in [linux] @1\n",
        );
    }
}
