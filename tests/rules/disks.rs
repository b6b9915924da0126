//! One disk by its own name, that of a volume on it, a mount point, a claim: what failed on one explains nothing on another.

use bundle_scan_core::report::Finding;
use bundle_scan_core::{Report, Scanner, SignatureSet};

use super::fixture_bytes;

/// `sda` holds the system, a volume of LVM lies on `sdb`, and a claim on `sdc`.
const LISTS: &str = "\
//- n1/commands/lsblk.txt
NAME         MAJ:MIN RM  SIZE RO TYPE MOUNTPOINT
sda            8:0    0   50G  0 disk
└─sda2         8:2    0   49G  0 part /
sdb            8:16   0  100G  0 disk
└─data-images 253:3   0  100G  0 lvm  /var/lib/docker
sdc            8:32   0   20G  0 disk
//- n1/proc/mounts
/dev/sda2 / ext4 rw,relatime 0 0
/dev/sdc /var/lib/kubelet/pods/7c1d9f0a-51c2-4a7e-9f6b-0b3f6d2e8a11/volumes/kubernetes.io~csi/pvc-91/mount ext4 rw 0 0
//- kubectl/pvc.txt
NAMESPACE   NAME     STATUS   VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   AGE
shop        data-0   Bound    pvc-91   20Gi       RWO            fast           21d
";

/// Whether a medium error of `sdb` is told to be the cause of damage to the file system on `device`.
fn is_explained(device: &str) -> bool {
    let report = scan(&format!(
        "{LISTS}//- n1/var/log/messages\n\
         Mar 10 10:17:40 n1 kernel: blk_update_request: critical medium error, dev sdb, sector 41943 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 0\n\
         Mar 10 10:17:41 n1 kernel: EXT4-fs error (device {device}): ext4_lookup:1707: inode #131074: comm mysqld: deleted inode referenced: 131099\n"
    ));
    let damage = find(&report, "ext4-filesystem-error");
    damage.explained_by.as_deref() == Some("disk-medium-error")
}

fn scan(fixture: &str) -> Report {
    let tar = std::io::Cursor::new(fixture_bytes(fixture));
    Scanner::builder()
        .threads(1)
        .build(SignatureSet::builtin().unwrap())
        .scan_reader("bundle.tar", tar)
        .unwrap()
}

fn find<'r>(report: &'r Report, id: &str) -> &'r Finding {
    let mut findings = report.findings.iter();
    findings.find(|finding| finding.id() == id).unwrap()
}

fn values(finding: &Finding, entity: &str) -> Vec<String> {
    let mut entities = finding.entities.iter();
    let found = entities.find(|known| known.name == entity);
    let values = found.into_iter().flat_map(|entity| &entity.values);
    values.map(|(value, _)| value.clone()).collect()
}

#[test]
fn a_disk_explains_what_lies_on_it() {
    assert!(is_explained("dm-3"));
    assert!(is_explained("sdb"));
    assert!(!is_explained("sdc"));
    assert!(!is_explained("sda2"));
    // Nobody says what that is.
    assert!(is_explained("dm-9"));
}

#[test]
fn a_finding_names_the_disk_below() {
    let report = scan(&format!(
        "{LISTS}//- n1/var/log/messages\n\
         Mar 10 10:17:41 n1 kernel: EXT4-fs error (device dm-3): ext4_lookup:1707: inode #131074: comm mysqld: deleted inode referenced: 131099\n"
    ));
    let damage = find(&report, "ext4-filesystem-error");
    assert_eq!(values(damage, "device"), ["dm-3"]);
    assert_eq!(values(damage, "disk"), ["sdb"]);
    let report = scan(
        "//- messages\nMar 10 10:17:41 n1 kernel: EXT4-fs error (device sdc): ext4_lookup:1707: inode #131074: comm mysqld: deleted inode referenced: 131099\n",
    );
    assert!(values(find(&report, "ext4-filesystem-error"), "disk").is_empty());
}

#[test]
fn a_controller_explains_what_its_disks_say() {
    let report = scan(
        "//- n1/var/log/messages\n\
         Mar 10 10:17:30 n1 kernel: nvme nvme0: I/O 12 QID 3 timeout, aborting\n\
         Mar 10 10:17:40 n1 kernel: nvme nvme0: I/O 12 QID 3 timeout, reset controller\n\
         Mar 10 10:17:41 n1 kernel: blk_update_request: I/O error, dev nvme0c0n1, sector 41943 op 0x1:(WRITE) flags 0x0 phys_seg 1 prio class 0\n\
         Mar 10 10:17:42 n1 kernel: EXT4-fs error (device nvme0n1p1): ext4_lookup:1707: inode #131074: comm mysqld: deleted inode referenced: 131099\n",
    );
    let cause = |id| find(&report, id).explained_by.as_deref();
    assert_eq!(cause("disk-io-error"), Some("nvme-controller-timeout"));
    assert!(cause("ext4-filesystem-error").is_some());
}
