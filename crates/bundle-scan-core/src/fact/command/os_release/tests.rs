use super::super::shown::{check, shown_at, survives};
use super::*;

const CENTOS: &str = "\
$ cat /etc/os-release
NAME=\"CentOS Linux\"
VERSION=\"7 (Core)\"
ID=\"centos\"
ID_LIKE=\"rhel fedora\"
VERSION_ID=\"7\"
PRETTY_NAME=\"CentOS Linux 7 (Core)\"

CENTOS_MANTISBT_PROJECT=\"CentOS-7\"
$ df
";
const HOST: &str = "   Static hostname: n1
         Icon name: computer-vm
  Operating System: EulerOS 2.0 (SP9)
            Kernel: Linux 4.18.0-147.aarch64
      Architecture: arm64
";

#[test]
fn assignments_with_and_without_quotes() {
    let expected =
        "os_release@2 id=centos@4 id_like=rhel,fedora@5 version=7@6 name='CentOS Linux 7 (Core)'@7";
    check(
        &OsRelease,
        &[
            (CENTOS, expected),
            (
                "No LSB modules are available.\r\nDistributor ID:\tUbuntu\r\nDescription:\tUbuntu 20.04.3 LTS\r\nRelease:\t20.04\r\n\
                 Codename:\tfocal\r\n",
                "os_release@2 id=ubuntu name='Ubuntu 20.04.3 LTS'@3 version=20.04@4",
            ),
            (
                "NAME=\"CentOS Linux\"\nID=centos\nVERS",
                "os_release@1 id=centos@2",
            ),
            ("NAME=\"nginx\"\nName=x\nDistributor of\n", ""),
        ],
    );
}

#[test]
fn files_are_known_by_their_paths() {
    for (path, text, expected) in [
        (
            "etc/os-release",
            "ID=alpine\nVERSION_ID=3.18.4\n",
            "os_release@1 id=alpine version=3.18.4@2",
        ),
        (
            "etc/lsb-release",
            "DISTRIB_ID=RedHatEnterpriseServer\nDISTRIB_RELEASE=7.9\n",
            "os_release@1 id=rhel version=7.9@2",
        ),
        (
            "lsb-release",
            "Description:\tUbuntu 20.04.3 LTS\n",
            "os_release@1 name='Ubuntu 20.04.3 LTS'",
        ),
        ("etc/os-release", "ID=a\nVERSION_", "os_release@1 id=a"),
    ] {
        assert_eq!(shown_at(&OsRelease, path, text), expected, "{path}");
    }
}

#[test]
fn one_line_has_the_name() {
    let centos =
        "os_release@1 name='CentOS Linux release 7.6.1810 (Core)' id=centos version=7.6.1810";
    check(
        &ReleaseLine,
        &[
            ("CentOS Linux release 7.6.1810 (Core) \n", centos),
            (
                "EulerOS release 2.0 (SP5)\r\n",
                "os_release@1 name='EulerOS release 2.0 (SP5)' id=euleros version=2.0",
            ),
            (
                "openEuler release 22.03 LTS\nCentOS is a release 7 of\nRed release 5\n",
                "",
            ),
        ],
    );
    assert_eq!(
        shown_at(
            &ReleaseLine,
            "etc/openEuler-release",
            "openEuler release 22.03 (LTS-SP1)"
        ),
        "os_release@1 name='openEuler release 22.03 (LTS-SP1)' id=openEuler version=22.03"
    );
    assert_eq!(
        shown_at(&ReleaseLine, "etc/redhat-release", "garbage\n"),
        ""
    );
}

#[test]
fn hostnamectl_knows_the_kernel_too() {
    check(
        &Hostnamectl,
        &[
            (
                HOST,
                "\
os_release@3 name='EulerOS 2.0 (SP9)' id=euleros version=2.0
kernel_version@4 release=4.18.0-147.aarch64 host=n1@1 arch=aarch64@5",
            ),
            (
                "Static hostname: a\nKernel: Linux 5.4.0",
                "kernel_version@2 release=5.4.0 host=a@1\ncut",
            ),
            ("Static hostnames\n", ""),
        ],
    );
}

#[test]
fn damage_is_survived() {
    survives(&OsRelease, &[CENTOS]);
    survives(&ReleaseLine, &["CentOS Linux release 7.6.1810 (Core)\n"]);
    survives(&Hostnamectl, &[HOST]);
}
