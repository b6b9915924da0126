use super::super::shown::{check, shown, survives};
use super::*;

const OLD: &str = "\
[root@n1 ~]# docker info
Containers: 12
 Running: 8
 Paused: 0
 Stopped: 4
Images: 31
Server Version: 18.06.3-ce
Storage Driver: devicemapper
 Pool Name: vgpaas-thinpool
 Base Device Size: 10 GB
 Backing Filesystem: xfs
 Data Space Used: 75GB
 Data Space Total: 100GB
 Data Space Available: 25GB
 Metadata Space Used: 30MB
 Metadata Space Total: 300 MB
 Metadata Space Available: 270MB
 Thin Pool Minimum Free Space: 9.5GB
 WARNING: Usage of loopback devices is strongly discouraged.
Logging Driver: json-file
Cgroup Driver: cgroupfs
Plugins:
 Volume: local
Runtimes: nvidia runc
Default Runtime: runc
Security Options:
 seccomp
  Profile: default
Kernel Version: 3.10.0-957.el7.x86_64
Operating System: CentOS Linux 7 (Core)
OSType: linux
CPUs: 8
Total Memory: 16GiB
Name: n1
ID: AAAA:BBBB
Docker Root Dir: /var/lib/docker
Debug Mode (client): false
Registry Mirrors:
 https://a.example.com/
 https://b.example.com/
Live Restore Enabled: true

WARNING: bridge-nf-call-iptables is disabled
[root@n1 ~]# kubectl get no
";

const NEW: &str = "\
Client: Docker Engine - Community
 Version:    24.0.7
 Plugins:
  buildx: Docker Buildx (Docker Inc.)
    Path:     /usr/libexec/docker/cli-plugins/docker-buildx

Server:
 Containers: 2
  Running: 1
 Server Version: 24.0.7
 Storage Driver: overlay2
  Backing Filesystem: extfs
 Cgroup Version: 2
 Architecture: x86_64
 Docker Root Dir: /data/docker
 Live Restore Enabled: false
";

#[test]
fn old_and_new_layouts() {
    let first = "\
docker_info@2 containers=12 running=8@3 paused=0@4 stopped=4@5 images=31@6 server_version=18.06.3-ce@7 \
storage_driver=devicemapper@8 pool_name=vgpaas-thinpool@9 base_device_size=10000000000@10 backing_filesystem=xfs@11 \
data_space_used=75000000000@12 data_space_total=100000000000@13 data_space_available=25000000000@14 \
metadata_space_used=30000000@15 metadata_space_total=300000000@16 metadata_space_available=270000000@17 \
thin_pool_minimum_free=9500000000@18 logging_driver=json-file@20 cgroup_driver=cgroupfs@21 runtimes=nvidia,runc@24 \
default_runtime=runc@25 kernel=3.10.0-957.el7.x86_64@29 os='CentOS Linux 7 (Core)'@30 cpus=8@32 memory=17179869184@33 \
name=n1@34 root_dir=/var/lib/docker@36 live_restore=true@41 data_used_percent=75@12 metadata_used_percent=10@15 \
base_size_of_running=80000000000@10 registry_mirrors=https://a.example.com/,https://b.example.com/@39 \
warnings='Usage of loopback devices is strongly discouraged.,bridge-nf-call-iptables is disabled'@19";
    let second = "\
docker_info@1 containers=2@8 running=1@9 server_version=24.0.7@10 storage_driver=overlay2@11 backing_filesystem=extfs@12 \
cgroup_version=2@13 arch=x86_64@14 root_dir=/data/docker@15 live_restore=false@16";
    check(&DockerInfo, &[(OLD, first), (NEW, second)]);
    assert_eq!(shown(&DockerInfo, &NEW.replace('\n', "\r\n")), second);
}

#[test]
fn a_daemon_that_does_not_answer_is_an_error() {
    let message = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
    check(
        &DockerInfo,
        &[
            (message, &format!("docker_info@1 error='{message}'")),
            (
                &format!(
                    "Client:\n Debug Mode: false\n\nServer:\nERROR: {message}\nerrors pretty printing info\n"
                ),
                &format!("docker_info@1 error='{message}'@5"),
            ),
        ],
    );
}

#[test]
fn two_outputs_and_a_cut_one() {
    check(
        &DockerInfo,
        &[
            (
                "Containers: 1\nDocker Root Dir: /a\n\nContainers: 2\n Running: 1\nIma",
                "docker_info@1 containers=1 root_dir=/a@2\ndocker_info@4 containers=2 running=1@5",
            ),
            ("Containers: 2\n Runn", "docker_info@1 containers=2\ncut"),
        ],
    );
}

#[test]
fn other_texts_do_not_open_and_end_it() {
    for text in [
        "Client: Docker Engine - Community\n Version:           24.0.7\n API version:       1.43\n",
        "Containers:\n  web:\n    Image: nginx\n",
        "Server:  10.0.0.2\n",
        "error: you must be logged in\n",
    ] {
        assert_eq!(shown(&DockerInfo, text), "", "{text}");
    }
    for line in [
        "Name:         web-0",
        "  LV   VG   Attr",
        "[root@n1 ~]# df",
        "Mar 10 10:17:41 n1 dockerd: x",
        "total 4",
    ] {
        assert!(!DockerInfo.goes_on(line), "{line}");
    }
}

#[test]
fn damage_is_survived() {
    survives(&DockerInfo, &[OLD, NEW]);
}
