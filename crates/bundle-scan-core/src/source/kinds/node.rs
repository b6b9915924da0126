//! Logs of the components that run on a node.
//! Source: `docs` of kubelet, containerd, k3s, rke2, the AWS VPC CNI, Calico, Cilium, and the log paths of Huawei CCE and
//! Baidu CCE nodes.

use super::Kind;
use crate::source::component::Component;

/// Sorted by id.
pub const KINDS: &[Kind] = &[
    Kind {
        id: "autoscaler",
        component: Some(Component::Autoscaler),
        patterns: &["cluster-autoscaler*.log", "autoscaler*.log"],
        samples: &["var/log/cluster-autoscaler.log"],
    },
    Kind {
        id: "cloud-init",
        component: Some(Component::CloudInit),
        patterns: &[
            "cloud-init.log",
            "cloud-init-output.log",
            "var_log_cloud-init*.log",
            "user-data.log",
        ],
        samples: &["var/log/cloud-init-output.log", "var/log/cloud-init.log"],
    },
    Kind {
        id: "cni",
        component: Some(Component::Cni),
        patterns: &[
            "aws-routed-eni/{file}.log",
            "azure-cns*.log",
            "azure-vnet*.log",
            "canal/*",
            "canal-agent*.log",
            "cce/cni*.log",
            "cce-cni*.log",
            "ipamd.log",
            "var/log/calico/**",
            "yangtse/*",
            "yangtse-*.log",
        ],
        samples: &[
            "var/log/cce/yangtse/yangtse-agent.log",
            "var/paas/sys/log/canal/canal-agent.log",
            "var/log/cce/cni.log",
        ],
    },
    Kind {
        id: "containerd",
        component: Some(Component::Containerd),
        patterns: &[
            "agent/containerd/containerd.log",
            "cce/containerd/*",
            "containerd-log.txt",
            "containerd.log",
            "containerd.txt",
            "journald/containerd",
            "sos_commands/*/journalctl_*containerd*",
        ],
        samples: &[
            "var/log/containerd.log",
            "journald/containerd",
            "sos_commands/containerd/journalctl_--no-pager_--unit_containerd",
        ],
    },
    Kind {
        id: "crio",
        component: Some(Component::Crio),
        patterns: &[
            "crio.log",
            "crio_service.log",
            "sos_commands/*/journalctl_*crio*",
        ],
        samples: &["host_service_logs/masters/crio_service.log"],
    },
    Kind {
        id: "csi",
        component: Some(Component::Csi),
        patterns: &[
            "everest-csi-controller/*",
            "everest-csi-driver/*",
            "everest-csi-*.log",
            "var/log/alicloud/**",
        ],
        samples: &[
            "var/log/cce/everest-csi-driver/everest-csi-driver.log",
            "var/log/cce/kubernetes/everest-csi-driver.log",
        ],
    },
    Kind {
        id: "dockerd",
        component: Some(Component::Dockerd),
        patterns: &[
            "docker.log",
            "docker.service.log",
            "docker/docker.log",
            "dockerd.log",
            "journald/docker",
            "sos_commands/*/journalctl_*docker*",
            "systemlogs/docker",
        ],
        samples: &["var/log/docker.log", "systemlogs/docker"],
    },
    Kind {
        id: "etcd",
        component: Some(Component::Etcd),
        patterns: &["cs/etcd.log", "etcd.log", "etcd-*.log", "journald/etcd"],
        samples: &["var/log/etcd.log"],
    },
    Kind {
        id: "k3s",
        component: Some(Component::K3s),
        patterns: &[
            "journald/k3s",
            "journald/rke2-agent",
            "journald/rke2-server",
            "k3s-agent-service.log",
            "k3s-service.log",
            "k3s.log",
            "rke2-agent.log",
            "rke2-server.log",
        ],
        samples: &["journald/rke2-server", "nodes/n1/logs/rke2-agent.log"],
    },
    Kind {
        id: "kube-apiserver",
        component: Some(Component::Apiserver),
        patterns: &["kube-apiserver*.log", "cs/kube-apiserver/*.log"],
        samples: &["var/log/kube-apiserver.log"],
    },
    Kind {
        id: "kube-controller-manager",
        component: Some(Component::ControllerManager),
        patterns: &[
            "cloud-controller-manager*.log",
            "kube-controller-manager*.log",
        ],
        samples: &["var/log/kube-controller-manager.log"],
    },
    Kind {
        id: "kube-proxy",
        component: Some(Component::KubeProxy),
        patterns: &["journald/kubeproxy", "kube-proxy*.log"],
        samples: &["var/log/cce/kubernetes/kube-proxy.log"],
    },
    Kind {
        id: "kube-scheduler",
        component: Some(Component::Scheduler),
        patterns: &["kube-scheduler*.log"],
        samples: &["var/log/kube-scheduler.log"],
    },
    Kind {
        id: "kubelet",
        component: Some(Component::Kubelet),
        patterns: &[
            "agent-logs/kubelet*.log",
            "journald/kubelet",
            "kubelet.log",
            "kubelet.txt",
            "kubelet_service.log",
            "sos_commands/*/journalctl_*kubelet*",
            "systemlogs/kubelet",
        ],
        samples: &[
            "var/log/cce/kubernetes/kubelet.log",
            "var/paas/sys/log/kubernetes/kubelet.log.1",
            "kubelet.log-20240101",
            "sos_commands/kubernetes/journalctl_--no-pager_--unit_kubelet",
        ],
    },
    Kind {
        id: "node-installer",
        component: Some(Component::Baseagent),
        patterns: &[
            "baseagent.log",
            "baseagent/*",
            "cce-agent-install.log",
            "cluster-provision.log",
            "edgeadm.log",
            "kube-node-configuration.log",
            "kube-node-installation.log",
            "nodeadm-*.log",
            "var_log_azure_cluster-provision.log",
        ],
        samples: &[
            "var/paas/sys/log/baseagent/baseagent.log",
            "cce-agent-install.log",
        ],
    },
    Kind {
        id: "node-problem-detector",
        component: Some(Component::Npd),
        patterns: &["cceaddon-npd/*", "node-problem-detector*.log"],
        samples: &["var/paas/sys/log/cceaddon-npd/npd.log"],
    },
];
