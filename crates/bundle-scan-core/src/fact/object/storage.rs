//! Reads PersistentVolumeClaims and PersistentVolumes.
//!
//! ```text
//! {"kind": "PersistentVolume", "spec": {"capacity": {"storage": "8Gi"}, "csi": {"driver": "d", "volumeHandle": "v"}}}
//! ```
//! Phases, access modes and types are written as kubectl prints them: `Terminating` once deletion was asked for, `RWO`,
//! `HostPath`. Source: k8s.io/api core/v1; `describePersistentVolume` and the functions for each volume source in
//! kubectl `pkg/describe/describe.go`; `GetAccessModesAsString` in kubectl `pkg/util/storage`.

use super::affinity::affinity;
use super::part::{Row, begin, keyed, take_rows};
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::Tree;

const PVC_ROWS: &[Row] = &[
    ("volume", "spec.volumeName"),
    ("storage_class", "spec.storageClassName"),
    ("capacity", "status.capacity.storage"),
    ("requests", "spec.resources.requests.storage"),
    ("volume_mode", "spec.volumeMode"),
];

const PV_ROWS: &[Row] = &[
    ("storage_class", "spec.storageClassName"),
    ("reclaim_policy", "spec.persistentVolumeReclaimPolicy"),
    ("capacity", "spec.capacity.storage"),
    ("reason", "status.reason"),
    ("message", "status.message"),
    ("mount_options", "spec.mountOptions"),
];

/// Annotations that held what is a field today.
const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";
const OPTIONS_ANNOTATION: &str = "volume.beta.kubernetes.io/mount-options";

/// A source of volumes: its key in the spec, its name in describe, and its fields.
type Source = (&'static str, &'static str, &'static [Row]);

const SOURCES: &[Source] = &[
    (
        "awsElasticBlockStore",
        "AWSElasticBlockStore",
        &[("volume_handle", "volumeID")],
    ),
    ("azureDisk", "AzureDisk", &[("volume_handle", "diskName")]),
    ("azureFile", "AzureFile", &[("volume_handle", "shareName")]),
    ("cephfs", "CephFS", &[("path", "path")]),
    ("cinder", "Cinder", &[("volume_handle", "volumeID")]),
    (
        "csi",
        "CSI",
        &[
            ("driver", "driver"),
            ("volume_handle", "volumeHandle"),
            ("server", "volumeAttributes.server"),
            // NFS drivers differ in what they call the exported path.
            ("path", "volumeAttributes.share"),
            ("path", "volumeAttributes.path"),
        ],
    ),
    ("fc", "FC", &[]),
    ("flexVolume", "FlexVolume", &[("driver", "driver")]),
    ("flocker", "Flocker", &[("volume_handle", "datasetName")]),
    (
        "gcePersistentDisk",
        "GCEPersistentDisk",
        &[("volume_handle", "pdName")],
    ),
    ("glusterfs", "Glusterfs", &[("path", "path")]),
    ("hostPath", "HostPath", &[("path", "path")]),
    (
        "iscsi",
        "ISCSI",
        &[("server", "targetPortal"), ("volume_handle", "iqn")],
    ),
    ("local", "LocalVolume", &[("path", "path")]),
    ("nfs", "NFS", &[("server", "server"), ("path", "path")]),
    (
        "photonPersistentDisk",
        "PhotonPersistentDisk",
        &[("volume_handle", "pdID")],
    ),
    (
        "portworxVolume",
        "PortworxVolume",
        &[("volume_handle", "volumeID")],
    ),
    (
        "quobyte",
        "Quobyte",
        &[("server", "registry"), ("volume_handle", "volume")],
    ),
    ("rbd", "RBD", &[("volume_handle", "image")]),
    (
        "scaleIO",
        "ScaleIO",
        &[("server", "gateway"), ("volume_handle", "volumeName")],
    ),
    ("storageos", "StorageOS", &[("volume_handle", "volumeName")]),
    ("vsphereVolume", "vSphereVolume", &[("path", "volumePath")]),
];

/// Reads a PersistentVolumeClaim.
pub(super) fn pvc<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = begin(&kind::PVC, object, section);
    take_rows(&mut fact, object, PVC_ROWS);
    shared(&mut fact, object);
    facts.push(fact);
}

/// Reads a PersistentVolume.
pub(super) fn pv<'a>(object: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut fact = begin(&kind::PV, object, section);
    take_rows(&mut fact, object, PV_ROWS);
    shared(&mut fact, object);
    claim(&mut fact, object);
    source(&mut fact, object.get("spec"));
    affinity(&mut fact, object);
    let annotations = object.locate("metadata.annotations");
    if let Some(options) = keyed(annotations, OPTIONS_ANNOTATION) {
        let texts = options.tree.text().unwrap_or("").split(',');
        let options_set = texts.map(|option| option.trim().to_owned().into());
        fact.list("mount_options", options_set.collect(), options.at);
    }
    facts.push(fact);
}

/// Phase, access modes and the class in its older place.
fn shared<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    if let Some(deleted) = fact.get("deleted").map(|field| field.at) {
        fact.text("phase", "Terminating", deleted);
    }
    fact.take("phase", object.locate("status.phase"));
    let annotations = object.locate("metadata.annotations");
    fact.take("storage_class", keyed(annotations, CLASS_ANNOTATION));
    for path in ["status.accessModes", "spec.accessModes"] {
        fact.take("access_modes", object.locate(path));
    }
}

/// `namespace/name` of the claim.
fn claim<'a>(fact: &mut Fact<'a>, object: &Tree<'a>) {
    let Some(claim) = object.locate("spec.claimRef") else {
        return;
    };
    let text = |key| claim.tree.get(key).text().filter(|text| !text.is_empty());
    if let (Some(namespace), Some(name)) = (text("namespace"), text("name")) {
        fact.text("claim", format!("{namespace}/{name}"), claim.at);
    }
}

fn source<'a>(fact: &mut Fact<'a>, spec: &Tree<'a>) {
    // Some clients write all that is not there as null.
    let found = SOURCES.iter().find_map(|source| {
        let found = spec.locate(source.0)?;
        (!found.tree.is_null()).then_some((source, found))
    });
    if let Some(((_, name, rows), found)) = found {
        fact.text("type", *name, found.at);
        take_rows(fact, found.tree, rows);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::object::testing::{changes, check, survives};

    const PVC: &str = r#"{"kind": "PersistentVolumeClaim",
"metadata": {"namespace": "db", "name": "data-pg-0",
  "creationTimestamp": "2026-03-31T12:00:00Z",
  "deletionTimestamp": "2026-04-01T11:59:00Z",
  "finalizers": ["kubernetes.io/pvc-protection"],
  "annotations": {"volume.beta.kubernetes.io/storage-class": "fast"}},
"spec": {
  "accessModes": ["ReadWriteOnce", "ReadWriteMany"],
  "resources": {"requests": {"storage": "20Gi"}},
  "volumeMode": "Filesystem",
  "volumeName": "pvc-1"},
"status": {
  "accessModes": ["ReadWriteOnce"],
  "capacity": {"storage": "20Gi"},
  "phase": "Bound"}}"#;

    const PV: &str = r#"{"kind": "PersistentVolume",
"metadata": {"name": "pvc-1",
  "labels": {"failure-domain.beta.kubernetes.io/zone": "zone-x"}},
"spec": {
  "accessModes": ["ReadWriteOncePod"],
  "capacity": {"storage": "20Gi"},
  "claimRef": {
    "name": "data-pg-0",
    "namespace": "db"},
  "csi": {
    "driver": "disk.csi.example.com",
    "volumeHandle": "vol-0a1"},
  "mountOptions": ["noatime", "discard"],
  "nodeAffinity": {"required": {
    "nodeSelectorTerms": [{"matchExpressions": [
      {"key": "topology.disk.example.com/zone", "operator": "In",
       "values": ["zone-a", "zone-b"]},
      {"key": "old", "operator": "DoesNotExist"}]}]}},
  "persistentVolumeReclaimPolicy": "Delete",
  "storageClassName": "fast"},
"status": {
  "message": "host is gone",
  "phase": "Failed",
  "reason": "VolumeDeleteFailed"}}"#;

    #[test]
    fn a_claim_that_is_being_deleted() {
        check(
            pvc,
            PVC,
            "
            pvc @1
              access_modes=ReadWriteOnce @13
              age=86400 @3
              annotations=volume.beta.kubernetes.io/storage-class=fast @6
              capacity=21474836480 @14
              created=2026-03-31T12:00:00Z @3
              deleted=2026-04-01T11:59:00Z @4
              deleting_for=60 @4
              finalizers=kubernetes.io/pvc-protection @5
              name=data-pg-0 @2
              namespace=db @2
              phase=Terminating @4
              requests=21474836480 @9
              storage_class=fast @6
              volume=pvc-1 @11
              volume_mode=Filesystem @10
            ",
        );
    }

    #[test]
    fn a_claim_that_waits() {
        check(
            pvc,
            r#"{"metadata": {"namespace": "db", "name": "data-pg-1"},
"spec": {"accessModes": ["ReadWriteMany"], "storageClassName": "", "resources": {"requests": {"storage": 1073741824}}},
"status": {"phase": "Pending"}}"#,
            "
            pvc @1
              access_modes=ReadWriteMany @2
              name=data-pg-1 @1
              namespace=db @1
              phase=Pending @3
              requests=1073741824 @2
            ",
        );
    }

    #[test]
    fn a_volume_of_a_csi_driver() {
        check(
            pv,
            PV,
            "
            pv @1
              access_modes=ReadWriteOncePod @5
              capacity=21474836480 @6
              claim=db/data-pg-0 @7
              driver=disk.csi.example.com @11
              message=host is gone @22
              mount_options=noatime,discard @13
              name=pvc-1 @2
              node_affinity=topology.disk.example.com/zone in [zone-a, zone-b],old doesnotexist @15
              phase=Failed @23
              reason=VolumeDeleteFailed @24
              reclaim_policy=Delete @19
              storage_class=fast @20
              type=CSI @10
              volume_handle=vol-0a1 @12
              zone=zone-a,zone-b @17
            ",
        );
    }

    #[test]
    fn a_volume_of_an_old_nfs() {
        check(
            pv,
            r#"{"metadata": {"name": "nfs-1",
  "labels": {"topology.kubernetes.io/zone": "zone-y"},
  "annotations": {"volume.beta.kubernetes.io/mount-options": "nfsvers=4, hard"}},
"spec": {"nfs": {
  "path": "/export/1", "server": "10.0.0.9"}},
"status": {"phase": "Available"}}"#,
            "
            pv @1
              annotations=volume.beta.kubernetes.io/mount-options=nfsvers=4, hard @3
              mount_options=nfsvers=4,hard @3
              name=nfs-1 @1
              path=/export/1 @5
              phase=Available @6
              server=10.0.0.9 @5
              type=NFS @4
              zone=zone-y @2
            ",
        );
    }

    #[test]
    fn a_volume_of_an_nfs_driver() {
        check(
            pv,
            r#"{"metadata": {"name": "nfs-2"}, "spec": {"csi": {"driver": "nfs.csi.k8s.io",
  "volumeAttributes": {"server": "10.0.0.9", "share": "/export/2"},
  "volumeHandle": "10.0.0.9#export#2"}}}"#,
            "
            pv @1
              driver=nfs.csi.k8s.io @1
              name=nfs-2 @1
              path=/export/2 @2
              server=10.0.0.9 @2
              type=CSI @1
              volume_handle=10.0.0.9#export#2 @3
            ",
        );
    }

    #[test]
    fn a_volume_of_a_local_disk_and_of_nothing_else() {
        check(
            pv,
            r#"{"metadata": {"name": "local-1"}, "spec": {
  "awsElasticBlockStore": null, "local": {"path": "/mnt/disk1"},
  "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [
    {"key": "kubernetes.io/hostname", "operator": "In", "values": ["n1"]}]}]}}}}"#,
            "
            pv @1
              name=local-1 @1
              node_affinity=kubernetes.io/hostname in [n1] @3
              path=/mnt/disk1 @2
              type=LocalVolume @2
            ",
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(pvc, PVC, &changes);
            survives(pv, PV, &changes);
            survives(pv, PVC, &changes);
        }
    }
}
