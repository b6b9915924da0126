//! Kubernetes objects, events, tables, and logs of pods.
//! Source: the layouts of must-gather, troubleshoot.sh, support-bundle-kit, sos, Rancher and EKS collectors, and of
//! `/var/log/pods` and `/var/log/containers` on a node.

use super::Kind;
use crate::source::component::Component;

/// Sorted by id.
pub const KINDS: &[Kind] = &[
    Kind {
        id: "k8s-audit",
        component: Some(Component::Audit),
        patterns: &[
            "audit_logs/*/*.log",
            "kube-apiserver-audit.log",
            "kubernetes/audit/*",
        ],
        samples: &["audit_logs/kube-apiserver/node-1-audit.log.gz"],
    },
    Kind {
        id: "k8s-config",
        component: Some(Component::Config),
        patterns: &[
            "cluster-resources/configmaps/**",
            "configmaps.json",
            "configmaps.yaml",
            "configmaps/**",
            "crds.json",
            "custom-resource-definitions/**",
            "custom-resource-definitions.json",
            "customresourcedefinitions/**",
            "prometheusrules/**",
        ],
        samples: &[
            "namespaces/a/core/configmaps.yaml",
            "cluster-resources/configmaps/default.json",
        ],
    },
    Kind {
        id: "k8s-describe",
        component: Some(Component::Describe),
        patterns: &[
            "*_describe_*",
            "*describe*.log",
            "*describe*.txt",
            "describe/**",
            "nodesdescribe",
            "poddescribe/*",
        ],
        samples: &[
            "describe/pod-web.txt",
            "sos_commands/kubernetes/kubectl_describe_pods",
        ],
    },
    Kind {
        id: "k8s-events",
        component: Some(Component::Event),
        patterns: &[
            "*_get_*events*",
            "*_get_-o_json_*events*",
            "cluster-resources/events/*",
            "core/events.yaml",
            "events.json",
            "events.log",
            "events.txt",
            "events.yaml",
            "kubectl/events",
        ],
        samples: &[
            "cluster-resources/events/default.json",
            "namespaces/shop/core/events.yaml",
            "kubectl/events",
        ],
    },
    Kind {
        id: "k8s-object",
        component: Some(Component::Object),
        patterns: &[
            "*_get_-o_json_*",
            "*_get_-o_yaml_*",
            "cluster-resources/**",
            "cluster-scoped-resources/**",
            "k8s-*.yaml",
            "kubectl/*.json",
            "namespaces/**",
            "yamls/**",
        ],
        samples: &[
            "cluster-resources/pods/default.json",
            "yamls/namespaced/default/v1/pods.yaml",
        ],
    },
    Kind {
        id: "k8s-table",
        component: Some(Component::Table),
        patterns: &[
            "*_get_nodes*",
            "*_get_pods*",
            "*_get_pvc*",
            "*_get_services*",
            "k8s-*.txt",
            "kubectl/*",
        ],
        samples: &["kubectl/pods", "k8s-pods-20260310-101741.txt"],
    },
    Kind {
        id: "pod-log",
        component: Some(Component::App),
        patterns: &[
            "cluster-resources/pods/logs/{ns}/{pod}/{container}.log",
            "containers/{pod}_{ns}_*.log",
            "containers/{id}/{id}-json.log",
            "logs-{pod}-*.log",
            "logs/{ns}/{pod}/{container}.log",
            "namespaces/{ns}/pods/{pod}/{container}/{container}/logs/*.log",
            "namespaces/{ns}/pods/{pod}/{container}/{container}/logs/rotated/*",
            "podlogs/{pod}",
            "podlogs/{pod}/{container}",
            "pods/{ns}_{pod}_{uid}/{container}/*.log",
            "podscontainerlogs/{pod}",
            "var_log/{ns}_{pod}_{uid}/{container}/*.log",
            "{ns}/{pod}/logs.txt",
        ],
        samples: &[
            "var/log/pods/shop_web-0_1f2e/app/0.log.20260310-101741.gz",
            "var/log/containers/web-0_shop_app-0123abcd.log",
            "namespaces/shop/pods/web-0/app/app/logs/current.log",
            "logs/shop/web-0/app.log.1",
        ],
    },
];

/// Pods that are known components: a prefix of the pod's name.
pub const POD_COMPONENTS: &[(&str, Component)] = &[
    ("aws-node", Component::Cni),
    ("calico", Component::Cni),
    ("canal", Component::Cni),
    ("cce-network", Component::Cni),
    ("cilium", Component::Cni),
    ("cluster-autoscaler", Component::Autoscaler),
    ("coredns", Component::Coredns),
    ("csi-", Component::Csi),
    ("ebs-csi", Component::Csi),
    ("efs-csi", Component::Csi),
    ("etcd", Component::Etcd),
    ("everest-csi", Component::Csi),
    ("flannel", Component::Cni),
    ("ingress-nginx", Component::IngressController),
    ("kube-apiserver", Component::Apiserver),
    ("kube-controller-manager", Component::ControllerManager),
    ("kube-dns", Component::Coredns),
    ("kube-flannel", Component::Cni),
    ("kube-proxy", Component::KubeProxy),
    ("kube-scheduler", Component::Scheduler),
    ("l7-lb-controller", Component::IngressController),
    ("multus", Component::Cni),
    ("nginx-ingress", Component::IngressController),
    ("node-problem-detector", Component::Npd),
    ("terway", Component::Cni),
    ("tke-bridge", Component::Cni),
    ("tke-eni", Component::Cni),
];
