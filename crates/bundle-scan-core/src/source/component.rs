//! Who speaks: the components that signatures name in their scope, and how a syslog tag names them.
//!
//! Source of the tags: `SyslogIdentifier` and unit names of kubelet, containerd, Docker, CRI-O, k3s, rke2, chrony and
//! systemd, and the identifiers that distributions and snaps give them.

/// A part of the system that writes lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // The names say it; `docs/signatures.md` explains the uncommon ones.
pub enum Component {
    Apiserver,
    App,
    Audit,
    Autoscaler,
    Baseagent,
    CloudInit,
    Cni,
    Collector,
    Command,
    Config,
    Containerd,
    ControllerManager,
    Coredns,
    Crio,
    Csi,
    Describe,
    Dockerd,
    Etcd,
    Event,
    IngressController,
    K3s,
    Kernel,
    KubeProxy,
    Kubelet,
    Npd,
    Ntp,
    Object,
    Scheduler,
    Shell,
    Systemd,
    Table,
    Web,
}

use Component::*;

/// Components with their names, in the order of the enum.
const NAMES: &[(Component, &str)] = &[
    (Apiserver, "apiserver"),
    (App, "app"),
    (Audit, "audit"),
    (Autoscaler, "autoscaler"),
    (Baseagent, "baseagent"),
    (CloudInit, "cloud-init"),
    (Cni, "cni"),
    (Collector, "collector"),
    (Command, "command"),
    (Config, "config"),
    (Containerd, "containerd"),
    (ControllerManager, "controller-manager"),
    (Coredns, "coredns"),
    (Crio, "crio"),
    (Csi, "csi"),
    (Describe, "describe"),
    (Dockerd, "dockerd"),
    (Etcd, "etcd"),
    (Event, "event"),
    (IngressController, "ingress-controller"),
    (K3s, "k3s"),
    (Kernel, "kernel"),
    (KubeProxy, "kube-proxy"),
    (Kubelet, "kubelet"),
    (Npd, "npd"),
    (Ntp, "ntp"),
    (Object, "object"),
    (Scheduler, "scheduler"),
    (Shell, "shell"),
    (Systemd, "systemd"),
    (Table, "table"),
    (Web, "web"),
];

/// Names that stand for several components in a scope.
const GROUPS: &[(&str, &[Component])] = &[
    (
        "control-plane",
        &[Apiserver, ControllerManager, Scheduler, Etcd],
    ),
    ("runtime", &[Containerd, Dockerd, Crio]),
    ("state", &[Event, Describe, Object, Table]),
];

/// What the k3s and rke2 supervisors run in their own process or log.
const SUPERVISED: &[Component] = &[
    Kubelet,
    Containerd,
    KubeProxy,
    Apiserver,
    ControllerManager,
    Scheduler,
    Etcd,
    Cni,
];

/// Tags of components that are not named like the component itself.
const TAGS: &[(&str, Component)] = &[
    ("atomic-openshift-node", Kubelet),
    ("audispd", Audit),
    ("auditd", Audit),
    ("chronyd", Ntp),
    ("cloud-init-output", CloudInit),
    ("cri-o", Crio),
    ("docker", Dockerd),
    ("hyperkube", Kubelet),
    ("k0s", K3s),
    ("kube-apiserver", Apiserver),
    ("kube-controller-manager", ControllerManager),
    ("kube-scheduler", Scheduler),
    ("kubelet-wrapper", Kubelet),
    ("kubelite", K3s),
    ("kubenswrapper", Kubelet),
    ("kubesolo", K3s),
    ("node-problem-detector", Npd),
    ("ntpd", Ntp),
    ("origin-node", Kubelet),
    ("rke2", K3s),
    ("systemd-timesyncd", Ntp),
];

/// Tags under which commands that people type are logged.
const SHELL_TAGS: &[&str] = &[
    "-bash",
    "-sh",
    "HISTORY",
    "[/bin/bash]",
    "[/bin/sh]",
    "bash",
    "logger",
    "root",
    "sh",
    "sudo",
];

impl Component {
    /// All components, sorted by name.
    pub fn all() -> impl Iterator<Item = Component> {
        NAMES.iter().map(|(component, _)| *component)
    }

    /// The name used in signature files and reports.
    pub fn as_str(self) -> &'static str {
        NAMES
            .iter()
            .find(|(component, _)| *component == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether its lines repeat what others said: commands typed, audited or configured. Such lines match only where a
    /// signature names the component.
    pub fn is_echo(self) -> bool {
        matches!(self, Shell | Audit | Config | Collector)
    }

    /// The component that logs under a syslog tag, given without its process id; `App` for unknown ones.
    pub fn from_tag(tag: &[u8]) -> Component {
        let tag = String::from_utf8_lossy(tag);
        if SHELL_TAGS.contains(&tag.as_ref()) {
            return Shell;
        }
        // Snaps and units: `snap.kubelet.daemon`, `kubelet.daemon`, `microk8s.daemon-kubelite`, `docker.service`.
        let names = tag
            .split(['.', '/'])
            .flat_map(|part| [part, part.trim_start_matches("daemon-")]);
        for name in std::iter::once(tag.as_ref()).chain(names) {
            if let Some(component) = named(name) {
                return component;
            }
        }
        App
    }

    fn bit(self) -> u64 {
        1 << self as u32
    }
}

/// The component that is called `name` in logs.
fn named(name: &str) -> Option<Component> {
    let by_own_name = NAMES
        .iter()
        .find(|(component, own)| *own == name && !is_kind_of_text(*component));
    let by_tag = || {
        TAGS.iter()
            .find(|(tag, _)| *tag == name)
            .map(|(_, component)| *component)
    };
    let by_prefix = || match name {
        _ if name.starts_with("containerd") || name.starts_with("docker-containerd") => {
            Some(Containerd)
        }
        _ if name.starts_with("dockerd") => Some(Dockerd),
        _ if name.starts_with("k3s") || name.starts_with("rke2") => Some(K3s),
        _ => None,
    };
    by_own_name
        .map(|(component, _)| *component)
        .or_else(by_tag)
        .or_else(by_prefix)
}

/// Whether the component is a kind of text rather than a program, so that no tag means it.
fn is_kind_of_text(component: Component) -> bool {
    matches!(
        component,
        App | Collector | Command | Config | Describe | Event | Object | Shell | Table | Web
    )
}

/// The components that a name in a signature's scope stands for: one, or a group.
pub fn scope(name: &str) -> Option<Vec<Component>> {
    let group = GROUPS
        .iter()
        .find(|(group, _)| *group == name)
        .map(|(_, members)| members.to_vec());
    group.or_else(|| {
        NAMES
            .iter()
            .find(|(_, own)| *own == name)
            .map(|(component, _)| vec![*component])
    })
}

/// A set of components.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ComponentSet(u64);

impl ComponentSet {
    /// All components that are no echo: see [`Component::is_echo`].
    pub fn all_but_echoes() -> Self {
        Component::all()
            .filter(|component| !component.is_echo())
            .collect()
    }

    /// Whether a line of this component belongs to the set: it is in it, or it is a supervisor that speaks for one that is.
    pub fn admits(self, component: Component) -> bool {
        let speaks_for = component == K3s && SUPERVISED.iter().any(|one| self.0 & one.bit() != 0);
        self.0 & component.bit() != 0 || speaks_for
    }

    /// The components, sorted by name.
    pub fn iter(self) -> impl Iterator<Item = Component> {
        Component::all().filter(move |component| self.0 & component.bit() != 0)
    }
}

impl FromIterator<Component> for ComponentSet {
    fn from_iter<I: IntoIterator<Item = Component>>(components: I) -> Self {
        let mut set = ComponentSet::default();
        set.extend(components);
        set
    }
}

impl Extend<Component> for ComponentSet {
    fn extend<I: IntoIterator<Item = Component>>(&mut self, components: I) {
        for component in components {
            self.0 |= component.bit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_whole() {
        assert!(NAMES.is_sorted_by_key(|(_, name)| *name));
        assert!(NAMES.is_sorted_by_key(|(component, _)| *component));
        assert!(TAGS.is_sorted_by_key(|(tag, _)| *tag));
        assert!(SHELL_TAGS.is_sorted());
        assert_eq!(NAMES.len(), Web as usize + 1);
    }

    #[test]
    fn tags_name_their_component() {
        for (tag, expected) in [
            ("kernel", Kernel),
            ("kubelet", Kubelet),
            ("snap.kubelet.daemon", Kubelet),
            ("microk8s.daemon-kubelite", K3s),
            ("dockerd-current", Dockerd),
            ("docker", Dockerd),
            ("containerd-shim-runc-v2", Containerd),
            ("rke2-server", K3s),
            ("k0s", K3s),
            ("kubenswrapper", Kubelet),
            ("systemd", Systemd),
            ("systemd-timesyncd", Ntp),
            ("chronyd", Ntp),
            ("[/bin/bash]", Shell),
            ("sudo", Shell),
            ("audit", Audit),
            ("event", App),
            ("myapp", App),
        ] {
            assert_eq!(Component::from_tag(tag.as_bytes()), expected, "{tag}");
        }
    }

    #[test]
    fn a_supervisor_speaks_for_what_it_runs() {
        let of = |names: &[&str]| {
            names
                .iter()
                .filter_map(|name| scope(name))
                .flatten()
                .collect::<ComponentSet>()
        };
        assert!(of(&["kubelet"]).admits(K3s));
        assert!(of(&["runtime"]).admits(K3s));
        assert!(!of(&["kernel"]).admits(K3s));
        assert!(of(&["state"]).admits(Event));
        assert!(!ComponentSet::all_but_echoes().admits(Shell));
        assert_eq!(scope("no-such"), None);
    }
}
