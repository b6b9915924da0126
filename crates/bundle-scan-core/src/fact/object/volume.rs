//! Reads the volumes of a Pod.
//!
//! ```text
//! "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data-web-0"}}]
//! ```
//!
//! Which container mounts them where is in the facts of the containers. A projected volume has several sources, none of which
//! is the volume's. Source: `VolumeSource` of k8s.io/api
//! `core/v1/types.go`; `describeVolumes` of kubectl `pkg/describe/describe.go` for the names of the types.

use super::part::{Row, is_whole, items, take_rows};
use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::Section;
use crate::fact::tree::{Located, Tree};

const POD_ROWS: &[Row] = &[
    ("namespace", "metadata.namespace"),
    ("pod", "metadata.name"),
    ("node", "spec.nodeName"),
];

/// The key of each source of a volume, its type as describe prints it, and the fields that it gives.
type Source = (&'static str, &'static str, &'static [Row]);

const READ_ONLY: Row = ("read_only", "readOnly");
const OPTIONAL: Row = ("optional", "optional");

const SOURCES: &[Source] = &[
    (
        "persistentVolumeClaim",
        "PersistentVolumeClaim",
        &[("source", "claimName"), READ_ONLY],
    ),
    (
        "hostPath",
        "HostPath",
        &[("source", "path"), ("path", "path")],
    ),
    ("configMap", "ConfigMap", &[("source", "name"), OPTIONAL]),
    ("secret", "Secret", &[("source", "secretName"), OPTIONAL]),
    ("emptyDir", "EmptyDir", &[("medium", "medium")]),
    ("projected", "Projected", &[]),
    ("downwardAPI", "DownwardAPI", &[]),
    ("csi", "CSI", &[("source", "driver"), READ_ONLY]),
    (
        "nfs",
        "NFS",
        &[("server", "server"), ("path", "path"), READ_ONLY],
    ),
    ("ephemeral", "EphemeralVolume", &[]),
    ("image", "Image", &[("source", "reference")]),
    (
        "flexVolume",
        "FlexVolume",
        &[("source", "driver"), READ_ONLY],
    ),
    ("cephfs", "CephFS", &[("path", "path"), READ_ONLY]),
    ("rbd", "RBD", &[("source", "image"), READ_ONLY]),
    (
        "glusterfs",
        "Glusterfs",
        &[("source", "endpoints"), ("path", "path"), READ_ONLY],
    ),
    (
        "iscsi",
        "ISCSI",
        &[("source", "iqn"), ("server", "targetPortal"), READ_ONLY],
    ),
    ("fc", "FC", &[READ_ONLY]),
    (
        "awsElasticBlockStore",
        "AWSElasticBlockStore",
        &[("source", "volumeID"), READ_ONLY],
    ),
    (
        "gcePersistentDisk",
        "GCEPersistentDisk",
        &[("source", "pdName"), READ_ONLY],
    ),
    (
        "azureDisk",
        "AzureDisk",
        &[("source", "diskName"), READ_ONLY],
    ),
    (
        "azureFile",
        "AzureFile",
        &[("source", "shareName"), READ_ONLY],
    ),
    (
        "vsphereVolume",
        "vSphereVolume",
        &[("source", "volumePath")],
    ),
    ("cinder", "Cinder", &[("source", "volumeID"), READ_ONLY]),
    (
        "portworxVolume",
        "PortworxVolume",
        &[("source", "volumeID"), READ_ONLY],
    ),
    (
        "photonPersistentDisk",
        "PhotonPersistentDisk",
        &[("source", "pdID")],
    ),
    (
        "quobyte",
        "Quobyte",
        &[("source", "volume"), ("server", "registry"), READ_ONLY],
    ),
    ("scaleIO", "ScaleIO", &[("source", "volumeName"), READ_ONLY]),
    (
        "storageos",
        "StorageOS",
        &[("source", "volumeName"), READ_ONLY],
    ),
    ("flocker", "Flocker", &[("source", "datasetName")]),
    ("gitRepo", "GitRepo", &[("source", "repository")]),
];

/// Appends the volumes of a pod.
pub(super) fn volumes<'a>(pod: &Tree<'a>, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) {
    let mut shared = Fact::new(&kind::VOLUME, 0);
    take_rows(&mut shared, pod, POD_ROWS);
    let (volumes, _) = items(pod.locate("spec.volumes"));
    for volume in volumes {
        let Some(at) = volume.at() else { continue };
        let mut fact = Fact::new(&kind::VOLUME, at);
        fact.fields.extend_from_slice(&shared.fields);
        fact.take("name", volume.locate("name"));
        set_source(&mut fact, volume, section);
        facts.push(fact);
    }
}

fn set_source<'a>(fact: &mut Fact<'a>, volume: &Tree<'a>, section: &Section<'a>) {
    let found = SOURCES.iter().find_map(|source| {
        let found = volume.locate(source.0)?;
        (!found.tree.is_null()).then_some((source, found))
    });
    let Some((&(_, of_type, rows), Located { tree, at })) = found else {
        return;
    };
    fact.text("type", of_type, at);
    take_rows(fact, tree, rows);
    for (flag, _) in rows
        .iter()
        .filter(|row| [READ_ONLY, OPTIONAL].contains(row))
    {
        if is_whole(section) {
            fact.flag(flag, false, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::object::testing::{changes, check, path, row, section, survives, tree_of};
    use proptest::prelude::*;

    fn check_source(source: &str, expected: &str) {
        let text = format!(r#"{{"spec": {{"volumes": [{{"name": "v", {source}}}]}}}}"#);
        let path = path();
        let mut facts = Vec::new();
        volumes(&tree_of(&text), &section(&path, &text), &mut facts);
        let fields = "name type source server path read_only optional medium";
        let rows: Vec<String> = facts.iter().map(|fact| row(fact, fields)).collect();
        assert_eq!(rows, [expected], "{text}");
    }

    #[test]
    fn every_source_has_its_type_and_what_it_takes() {
        for (source, expected) in [
            (
                r#""persistentVolumeClaim": {"claimName": "data-db-0"}"#,
                "v | PersistentVolumeClaim | data-db-0 | - | - | false | - | -",
            ),
            (
                r#""hostPath": {"path": "/var/log", "type": ""}"#,
                "v | HostPath | /var/log | - | /var/log | - | - | -",
            ),
            (
                r#""configMap": {"name": "app", "defaultMode": 420, "optional": true}"#,
                "v | ConfigMap | app | - | - | - | true | -",
            ),
            (
                r#""secret": {"secretName": "tls"}"#,
                "v | Secret | tls | - | - | - | false | -",
            ),
            (
                r#""emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}"#,
                "v | EmptyDir | - | - | - | - | - | Memory",
            ),
            (r#""emptyDir": {}"#, "v | EmptyDir | - | - | - | - | - | -"),
            (
                r#""nfs": {"server": "10.1.2.3", "path": "/export", "readOnly": true}"#,
                "v | NFS | - | 10.1.2.3 | /export | true | - | -",
            ),
            (
                r#""csi": {"driver": "secrets.example.io", "readOnly": true}"#,
                "v | CSI | secrets.example.io | - | - | true | - | -",
            ),
            (
                r#""projected": {"sources": [{"serviceAccountToken": {}}, {"configMap": {"name": "ca"}}, {"secret": {"name": "s"}}]}"#,
                "v | Projected | - | - | - | - | - | -",
            ),
            (
                r#""vsphereVolume": {"volumePath": "[ds] a.vmdk"}"#,
                "v | vSphereVolume | [ds] a.vmdk | - | - | - | - | -",
            ),
            (
                r#""newKind": {"name": "x"}"#,
                "v | - | - | - | - | - | - | -",
            ),
            (r#""nfs": null"#, "v | - | - | - | - | - | - | -"),
        ] {
            check_source(source, expected);
        }
    }

    const SAMPLE: &str = r#"{"metadata": {"name": "db-0", "namespace": "shop"}, "spec": {"nodeName": "n1",
 "volumes": [
  {"name": "data",
   "persistentVolumeClaim": {"claimName": "data-db-0"}},
  {"projected": {"sources": [{"configMap": {"name": "ca"}}]},
   "name": "token"}]}}"#;

    #[test]
    fn volumes_name_their_pod_and_stand_where_they_begin() {
        check(
            volumes,
            SAMPLE,
            "
volume @3
  name=data @3
  namespace=shop @1
  node=n1 @1
  pod=db-0 @1
  read_only=false @4
  source=data-db-0 @4
  type=PersistentVolumeClaim @4
volume @5
  name=token @6
  namespace=shop @1
  node=n1 @1
  pod=db-0 @1
  type=Projected @5",
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_in_the_document_is_survived(changes in changes()) {
            survives(volumes, SAMPLE, &changes);
        }
    }
}
