//! What a full diagnosis looks at, and what of it a bundle lacks.

use std::collections::BTreeSet;

use super::Report;
use super::coverage::KindCoverage;
use crate::base::lang::Lang;
use crate::base::thing::canonical;
use crate::text::binary::JOURNAL;

/// Something that a diagnosis needs, and how to get it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Need {
    /// Its name in JSON, and in English.
    pub id: &'static str,
    zh_name: &'static str,
    en: &'static str,
    zh: &'static str,
    /// A command that collects it; capitals stand for names.
    pub command: &'static str,
    /// Kinds of members of which any is enough.
    kinds: &'static [&'static str],
    /// Kinds of facts of which any is enough.
    facts: &'static [&'static str],
}

impl Need {
    /// What it is called.
    pub fn name(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.id,
            Lang::Zh => self.zh_name,
        }
    }

    /// What cannot be told without it.
    pub fn text(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }
}

/// In the order in which their lack hurts.
const NEEDS: &[Need] = &[
    Need {
        id: "kernel log",
        zh_name: "内核日志",
        en: "out of memory, disk, network card and file system failures",
        zh: "内存不足、磁盘、网卡和文件系统故障",
        command: "dmesg -T; journalctl -k",
        kinds: &["kernel", "kernel-crash", "syslog", "journal-text"],
        facts: &[],
    },
    Need {
        id: "kubelet log",
        zh_name: "kubelet 日志",
        en: "why pods do not start on the node, evictions, volume and image errors",
        zh: "节点上 Pod 无法启动、驱逐、存储卷和镜像问题",
        command: "journalctl -u kubelet --since '2 days ago'",
        kinds: &["kubelet", "k3s", "syslog", "journal-text"],
        facts: &[],
    },
    Need {
        id: "container runtime log",
        zh_name: "容器运行时日志",
        en: "failures of containerd, docker or CRI-O",
        zh: " containerd、docker、CRI-O 的故障",
        command: "journalctl -u containerd -u docker -u crio --since '2 days ago'",
        kinds: &[
            "containerd",
            "dockerd",
            "crio",
            "k3s",
            "syslog",
            "journal-text",
        ],
        facts: &[],
    },
    Need {
        id: "state of pods",
        zh_name: "Pod 状态",
        en: "exit codes, restarts, reasons for waiting",
        zh: "退出码、重启次数和等待原因",
        command: "kubectl get pods -A -o yaml; kubectl describe pods -A",
        kinds: &[],
        facts: &["container"],
    },
    Need {
        id: "events",
        zh_name: "事件",
        en: "scheduling, mounting, pulling and probing failures of the last hour",
        zh: "最近一小时的调度、挂载、拉取和探针失败",
        command: "kubectl get events -A -o yaml",
        kinds: &[],
        facts: &["event"],
    },
    Need {
        id: "state of nodes",
        zh_name: "节点状态",
        en: "pressure, taints, capacity, versions",
        zh: "节点压力、污点、容量和版本",
        command: "kubectl describe nodes",
        kinds: &[],
        facts: &["node_condition"],
    },
    Need {
        id: "logs of pods",
        zh_name: "Pod 日志",
        en: "what the programs themselves say",
        zh: "程序自身的报错",
        command: "kubectl logs -n NAMESPACE POD --all-containers --previous",
        kinds: &["pod-log"],
        facts: &[],
    },
    Need {
        id: "disk usage",
        zh_name: "磁盘使用情况",
        en: "full file systems and thin pools",
        zh: "文件系统或 thinpool 写满",
        command: "df -h; df -i; lvs; lsblk",
        kinds: &[],
        facts: &["df", "lvs", "docker_info"],
    },
    Need {
        id: "system version",
        zh_name: "系统版本",
        en: "known defects of a kernel or distribution",
        zh: "内核和发行版的已知缺陷",
        command: "uname -a; cat /etc/os-release",
        kinds: &[],
        facts: &["kernel_version", "os_release", "node"],
    },
];

/// Of a bundle with binary journals.
const JOURNALS: Need = Need {
    id: "journals as text",
    zh_name: "文本形式的 journal",
    en: "what the binary journals in the bundle hold: they are not read",
    zh: "包内二进制 journal 中的日志（未被读取）",
    command: "journalctl -D FOLDER -o short-precise > journal.txt",
    kinds: &[],
    facts: &[],
};

/// What the bundle lacks for a full diagnosis, the most painful first.
pub fn missing(report: &Report) -> Vec<&'static Need> {
    let has_kind = |kind: &&str| report.coverage.kinds.contains_key(*kind);
    let has_fact = |kind: &&str| report.census.facts.contains_key(*kind);
    let is_missing =
        |need: &&Need| !need.kinds.iter().any(has_kind) && !need.facts.iter().any(has_fact);
    let journals = unread_journals(report).map(|(_, need)| need);
    NEEDS.iter().filter(is_missing).chain(journals).collect()
}

/// Nodes that the cluster knows and of which the bundle has no log, if it has any of others.
pub fn nodes_without_logs(report: &Report) -> Vec<String> {
    let hosts = report.bundle.hosts.iter();
    let hosts: BTreeSet<&str> = hosts.map(|host| canonical("host", host)).collect();
    let is_silent = |node: &&String| !hosts.is_empty() && !hosts.contains(canonical("node", node));
    let nodes = report.census.nodes.iter();
    nodes.filter(is_silent).cloned().collect()
}

/// The binary journals in the bundle, and how to have them read.
pub fn unread_journals(report: &Report) -> Option<(KindCoverage, &'static Need)> {
    let journals = report.coverage.kinds.get(JOURNAL)?;
    Some((*journals, &JOURNALS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Kind;
    use crate::source::kinds;

    #[test]
    fn needs_name_kinds_that_exist() {
        for need in NEEDS {
            for kind in need.kinds {
                assert!(kinds::all().any(|known| known.id == *kind), "{kind}");
            }
            for kind in need.facts {
                assert!(Kind::of(kind).is_some(), "{kind}");
            }
        }
    }
}
