//! The kinds of facts and their fields: the one list that parsers fill, signatures query, and the linter checks.
//!
//! Names are those that Kubernetes and the tools use, in snake case; `last_state.` and the like group fields. Units are in
//! the type: bytes, cores, percent, seconds.

use std::fmt;

/// A kind of fact.
pub struct Kind {
    /// Its name in signatures: `container`, `lvs`, ...
    pub name: &'static str,
    /// What it is, in one sentence.
    pub what: &'static str,
    /// What may be known of it.
    pub fields: &'static [FieldSpec],
}

/// One field of a kind.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// The name.
    pub name: &'static str,
    /// What it holds.
    pub of: Type,
    /// The entity that it names, for findings and joins.
    pub entity: Option<&'static str>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A text.
    Text,
    /// A number without a unit.
    Number,
    /// Bytes.
    Size,
    /// Bytes, cores or pieces, written as a Kubernetes quantity.
    Quantity,
    /// Percent.
    Percent,
    /// Seconds.
    Duration,
    /// Yes or no.
    Flag,
    /// An instant.
    Time,
    /// A version.
    Version,
    /// Several texts; mappings are `key=value`.
    List,
}

impl fmt::Debug for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        self.name == other.name
    }
}

impl Kind {
    /// The kind of this name.
    pub fn of(name: &str) -> Option<&'static Kind> {
        KINDS.iter().copied().find(|kind| kind.name == name)
    }

    /// Whether it tells how a thing is when the bundle is made, not what happened at some time.
    pub fn is_state(&self) -> bool {
        *self != EVENT
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The place of the field of this name in [`Kind::fields`].
    pub fn position(&self, name: &str) -> Option<usize> {
        self.position_from(0, name)
    }

    /// As [`Kind::position`], searching from a place where the field probably stands.
    pub fn position_from(&self, start: usize, name: &str) -> Option<usize> {
        let (before, behind) = self.fields.split_at_checked(start)?;
        let find = |fields: &[FieldSpec]| fields.iter().position(|field| field.name == name);
        let behind = find(behind).map(|place| start + place);
        behind.or_else(|| find(before))
    }
}

const fn field(name: &'static str, of: Type) -> FieldSpec {
    FieldSpec {
        name,
        of,
        entity: None,
    }
}

const fn text(name: &'static str) -> FieldSpec {
    field(name, Type::Text)
}

const fn number(name: &'static str) -> FieldSpec {
    field(name, Type::Number)
}

const fn size(name: &'static str) -> FieldSpec {
    field(name, Type::Size)
}

const fn quantity(name: &'static str) -> FieldSpec {
    field(name, Type::Quantity)
}

const fn percent(name: &'static str) -> FieldSpec {
    field(name, Type::Percent)
}

const fn duration(name: &'static str) -> FieldSpec {
    field(name, Type::Duration)
}

const fn flag(name: &'static str) -> FieldSpec {
    field(name, Type::Flag)
}

const fn time(name: &'static str) -> FieldSpec {
    field(name, Type::Time)
}

const fn version(name: &'static str) -> FieldSpec {
    field(name, Type::Version)
}

const fn list(name: &'static str) -> FieldSpec {
    field(name, Type::List)
}

/// A text that names an entity.
const fn names(name: &'static str, entity: &'static str) -> FieldSpec {
    FieldSpec {
        name,
        of: Type::Text,
        entity: Some(entity),
    }
}

macro_rules! kinds {
    ($(#[doc = $what:literal] $constant:ident = $name:literal [$($field:expr),* $(,)?];)*) => {
        $(#[doc = $what] pub static $constant: Kind = Kind { name: $name, what: $what, fields: &[$($field),*] };)*

        /// All kinds, in the order of their definition.
        pub static KINDS: &[&Kind] = &[$(&$constant),*];
    };
}

kinds! {
    /// A container of a pod, with its states.
    CONTAINER = "container" [
        text("namespace"), names("pod", "pod"), names("node", "node"), names("name", "container"), names("image", "image"),
        // `app`, `init` or `ephemeral`.
        text("type"),
        // `waiting`, `running` or `terminated`.
        text("state"), text("reason"), text("message"), number("exit_code"), number("signal"), time("started"), time("finished"),
        // How long it has been in a running state when the bundle was made.
        duration("running_for"),
        text("last_state"), text("last_state.reason"), text("last_state.message"), number("last_state.exit_code"),
        number("last_state.signal"), time("last_state.started"), time("last_state.finished"), duration("last_state.duration"),
        number("restarts"), flag("ready"),
        quantity("requests.cpu"), quantity("requests.memory"), quantity("requests.ephemeral_storage"), quantity("requests.gpu"),
        quantity("limits.cpu"), quantity("limits.memory"), quantity("limits.ephemeral_storage"), quantity("limits.gpu"),
        text("command"), list("env"), list("mounts"), list("ports"), flag("liveness"), flag("readiness"), flag("startup"),
        flag("privileged"), list("capabilities"), text("termination_message_policy"), text("image_pull_policy"),
        // Those of its pod.
        text("owner_kind"), names("owner", "workload"), text("restart_policy"), text("pod_phase"), text("runtime_id"),
    ];
    /// A pod.
    POD = "pod" [
        text("namespace"), names("name", "pod"), text("uid"), names("node", "node"), text("phase"),
        // The STATUS that `kubectl get pods` prints: `Running`, `CrashLoopBackOff`, `Init:0/1`, `Terminating`.
        text("status"),
        text("reason"), text("message"), number("ready"), number("containers"), number("restarts"), time("created"),
        duration("age"), time("deleted"), duration("deleting_for"), text("ip"), text("host_ip"), text("qos"),
        text("priority_class"), number("priority"), text("service_account"), flag("host_network"), text("dns_policy"),
        list("dns_nameservers"), list("dns_options"), text("restart_policy"), text("owner_kind"), names("owner", "workload"),
        list("labels"), list("annotations"), list("node_selector"),
        // `key=value:effect op=Exists for 300s`, as describe prints them.
        list("tolerations"),
        list("finalizers"), list("image_pull_secrets"), list("host_paths"), text("scheduler"), text("runtime_class"),
        number("fs_group"), number("run_as_user"),
        // Whether its describe text says that there are no events.
        flag("events_none"),
    ];
    /// A node.
    NODE = "node" [
        names("name", "node"),
        // The STATUS that `kubectl get nodes` prints: `Ready`, `NotReady,SchedulingDisabled`.
        text("status"),
        // The Ready condition: `True`, `False` or `Unknown`.
        text("ready"),
        flag("unschedulable"), list("roles"), time("created"), duration("age"), version("version"), text("os_image"), text("os"),
        version("kernel"), text("arch"), text("runtime"), text("internal_ip"), text("external_ip"), text("hostname"),
        text("hostname_label"), text("zone"), text("instance_type"), text("provider_id"), text("pod_cidr"), list("labels"),
        list("annotations"), list("taints"), number("pods"),
    ];
    /// A condition of a node.
    NODE_CONDITION = "node_condition" [
        names("node", "node"), text("type"), text("status"), text("reason"), text("message"), time("since"), duration("lasted"),
        time("heartbeat"), duration("heartbeat_age"),
    ];
    /// A taint of a node.
    NODE_TAINT = "node_taint" [names("node", "node"), text("key"), text("value"), text("effect"), time("since")];
    /// One resource of a node.
    NODE_RESOURCES = "node_resources" [
        names("node", "node"), names("resource", "resource"), quantity("capacity"), quantity("allocatable"), quantity("requests"),
        percent("requests_percent"), quantity("limits"), percent("limits_percent"),
    ];
    /// An event.
    EVENT = "event" [
        text("namespace"), text("type"), text("reason"),
        // `pod/web-0`, kind in lower case.
        names("object", "object"),
        text("object_kind"), text("object_name"), names("pod", "pod"), names("node", "node"), number("count"), time("first"),
        time("last"), duration("age"), text("from"), text("host"), text("message"),
    ];
    /// A persistent volume claim.
    PVC = "pvc" [
        text("namespace"), names("name", "pvc"), text("phase"), names("volume", "pv"), text("storage_class"), quantity("capacity"),
        quantity("requests"), list("access_modes"), text("volume_mode"), time("created"), duration("age"), time("deleted"),
        duration("deleting_for"), list("finalizers"), list("annotations"), list("used_by"),
    ];
    /// A persistent volume.
    PV = "pv" [
        names("name", "pv"), text("phase"), names("claim", "pvc"), text("storage_class"), text("reclaim_policy"),
        quantity("capacity"), list("access_modes"), text("reason"), text("message"), text("type"), text("driver"),
        text("volume_handle"), text("server"), text("path"),
        // `key in [a, b]`, as describe prints the terms.
        list("node_affinity"), text("zone"), list("mount_options"), time("created"), duration("age"), time("deleted"),
        duration("deleting_for"), list("finalizers"), list("annotations"),
    ];
    /// A volume of a pod.
    VOLUME = "volume" [
        text("namespace"), names("pod", "pod"), names("node", "node"), names("name", "volume"),
        // `PersistentVolumeClaim`, `HostPath`, `ConfigMap`, ... as describe prints it.
        text("type"),
        // The claim, path, ConfigMap or Secret that it takes.
        text("source"), text("server"), text("path"), flag("read_only"), flag("optional"), text("medium"),
    ];
    /// An ingress.
    INGRESS = "ingress" [
        text("namespace"), names("name", "ingress"), text("class"), list("hosts"), list("paths"),
        // `service:port`.
        list("backends"), text("default_backend"), list("tls_secrets"), list("tls_hosts"), number("tls_without_secret"),
        number("rules_without_paths"), list("annotations"), text("address"), time("created"), duration("age"),
    ];
    /// What a path of an ingress leads to: one for each service.
    INGRESS_BACKEND = "ingress_backend" [
        text("namespace"), names("name", "ingress"), text("class"), names("service", "service"), list("annotations"),
    ];
    /// A service.
    SERVICE = "service" [
        text("namespace"), names("name", "service"), text("type"), text("cluster_ip"), list("external_ips"), text("load_balancer_ip"),
        // `80/TCP`, `80:30080/TCP`.
        list("ports"), list("selector"), text("external_traffic_policy"), text("session_affinity"), text("external_name"),
        // Ready addresses, where the same text lists them.
        number("endpoints"), flag("headless"), list("annotations"), list("labels"), time("created"), duration("age"),
        time("deleted"), duration("deleting_for"),
    ];
    /// The addresses behind a service.
    ENDPOINTS = "endpoints" [
        text("namespace"), names("name", "service"), number("ready"), number("not_ready"), list("ports"),
    ];
    /// A namespace.
    NAMESPACE = "namespace" [
        names("name", "namespace"), text("phase"), time("created"), duration("age"), time("deleted"), duration("deleting_for"),
        list("finalizers"), list("labels"), list("annotations"),
    ];
    /// A condition of any other object.
    CONDITION = "condition" [
        text("kind"), text("namespace"), names("name", "object"), text("type"), text("status"), text("reason"), text("message"),
        time("since"), duration("lasted"), names("pod", "pod"),
    ];
    /// A Secret, without its values.
    SECRET = "secret" [
        text("namespace"), names("name", "secret"), text("type"), list("keys"), list("annotations"),
        // How many keys it has, where only that is told.
        number("entries"),
    ];
    /// A ConfigMap: `key=value`, long values cut.
    CONFIGMAP = "configmap" [
        text("namespace"), names("name", "configmap"), list("data"),
        // How many keys it has, where only that is told.
        number("entries"),
    ];
    /// The network resources of a node (Baidu CCE `NetworkResourceSet`).
    NRS = "nrs" [
        text("name"), text("instance_id"), text("instance_type"), text("eni_type"), number("enis"), number("max_enis"),
        number("ips_per_eni"), number("available_ips"), number("used_ips"), list("eni_status"), list("subnets"), list("errors"),
        // The node that it is of: one for RDMA has a name of its own.
        names("node", "node"),
        // `Secondary`, `Primary` or `PrimaryWithSecondaryIP`.
        text("use_mode"),
        text("zone"), number("pool_ips"), list("available_subnets"),
        // In VPC-Route mode: ranges of addresses with their states, `10.1.0.0/24=in-use`.
        list("pod_cidrs"), list("route_cidrs"),
    ];
    /// A Deployment.
    DEPLOYMENT = "deployment" [
        text("namespace"), names("name", "workload"), number("replicas"), number("ready"), number("available"), number("updated"),
        number("unavailable"), flag("paused"), flag("enable"), time("created"), duration("age"), list("selector"), list("images"),
        text("strategy"), list("labels"), list("annotations"), list("image_pull_secrets"), list("node_selector"),
        list("tolerations"), list("host_paths"), text("dns_policy"), text("priority_class"), text("restart_policy"),
        time("deleted"), duration("deleting_for"),
    ];
    /// A ReplicaSet or ReplicationController.
    REPLICASET = "replicaset" [
        text("namespace"), names("name", "workload"), number("replicas"), number("ready"), number("available"), text("owner_kind"),
        text("owner"), time("created"), duration("age"), list("selector"), list("images"), list("labels"),
    ];
    /// A StatefulSet.
    STATEFULSET = "statefulset" [
        text("namespace"), names("name", "workload"), number("replicas"), number("ready"), number("available"), number("updated"),
        flag("enable"), text("service"), time("created"), duration("age"), list("selector"), list("images"), text("strategy"),
        list("labels"), list("annotations"), list("image_pull_secrets"), list("node_selector"), list("tolerations"),
        list("host_paths"), text("dns_policy"), text("priority_class"), text("restart_policy"), time("deleted"),
        duration("deleting_for"),
    ];
    /// A DaemonSet.
    DAEMONSET = "daemonset" [
        text("namespace"), names("name", "workload"), number("replicas"), number("ready"), number("available"), number("updated"),
        number("scheduled"), number("misscheduled"), number("unavailable"), time("created"), duration("age"), list("selector"),
        list("images"), list("labels"), list("annotations"), list("node_selector"), list("tolerations"), list("host_paths"),
        text("dns_policy"), text("restart_policy"), list("image_pull_secrets"), text("priority_class"),
    ];
    /// A Job.
    JOB = "job" [
        text("namespace"), names("name", "workload"), number("completions"), number("parallelism"), number("active"),
        number("succeeded"), number("failed"), number("backoff_limit"), flag("suspended"), time("started"), time("finished"),
        time("created"), duration("age"), text("owner"), list("images"), text("restart_policy"), list("labels"),
    ];
    /// A CronJob.
    CRONJOB = "cronjob" [
        text("namespace"), names("name", "workload"), text("schedule"), flag("suspended"), number("active"), time("last_schedule"),
        duration("since_last"), text("concurrency"), time("created"), duration("age"), list("images"), text("restart_policy"),
    ];
    /// A release that Helm knows.
    HELM_RELEASE = "helm_release" [
        text("namespace"), names("name", "release"), number("revision"), text("status"), text("chart"), version("app_version"),
        text("description"),
    ];
    /// A line of `kubectl top`.
    KUBECTL_TOP = "kubectl_top" [
        // `node`, `pod` or `container`.
        text("scope"),
        text("namespace"), names("node", "node"), names("pod", "pod"), names("container", "container"), quantity("cpu"),
        percent("cpu_percent"), quantity("memory"), percent("memory_percent"),
    ];
    /// A version of Kubernetes: `server`, `client` or `kubelet`.
    KUBERNETES_VERSION = "kubernetes_version" [text("component"), version("version")];
    /// A logical volume, as `lvs` lists it.
    LVS = "lvs" [
        names("lv", "device"), text("vg"), text("attr"), size("size"), text("pool"), text("origin"), percent("data_percent"),
        percent("meta_percent"),
    ];
    /// A volume group, as `vgs` lists it.
    VGS = "vgs" [
        names("vg", "device"), number("pvs"), number("lvs"), number("snapshots"), text("attr"), size("size"), size("free"),
    ];
    /// A physical volume, as `pvs` lists it.
    PVS = "pvs" [names("pv", "device"), text("vg"), text("format"), text("attr"), size("size"), size("free")];
    /// A block device, as `lsblk` lists it.
    LSBLK = "lsblk" [
        names("name", "device"), text("type"), size("size"), text("fstype"), text("mount"), flag("read_only"), text("parent"),
        // Major and minor number (`253:1`), the name in the kernel (`dm-1`), and the address of a SCSI disk (`2:0:0:0`).
        text("number"), text("kernel_name"), text("address"),
        // Types and names of the devices on it: `part`, `lvm`, ...
        list("child_types"), list("children"),
    ];
    /// What `docker info` says.
    DOCKER_INFO = "docker_info" [
        version("server_version"), text("storage_driver"), text("backing_filesystem"), text("root_dir"), text("cgroup_driver"),
        text("cgroup_version"), text("logging_driver"), version("kernel"), text("os"), text("arch"), number("cpus"), size("memory"),
        names("name", "host"), number("containers"), number("running"), number("paused"), number("stopped"), number("images"),
        text("pool_name"), size("data_space_used"), size("data_space_total"), size("data_space_available"),
        size("metadata_space_used"), size("metadata_space_total"), size("metadata_space_available"), size("thin_pool_minimum_free"),
        size("base_device_size"),
        // Used space in percent, and what all running containers may take together.
        percent("data_used_percent"), percent("metadata_used_percent"), size("base_size_of_running"),
        list("runtimes"), text("default_runtime"), flag("live_restore"), list("registry_mirrors"), list("warnings"), text("error"),
    ];
    /// A container of the runtime, as `docker ps -a` or `crictl ps -a` lists it.
    RUNTIME_CONTAINER = "runtime_container" [
        text("id"), names("image", "image"), text("command"), text("status"),
        // `running`, `exited`, `created`, `dead`, `paused`, `restarting`, `unknown`.
        text("state"),
        number("exit_code"), names("name", "container"), text("namespace"), names("pod", "pod"), number("attempt"),
        duration("created_age"), text("runtime"),
    ];
    /// A file system, as `df` lists it.
    DF = "df" [
        names("filesystem", "device"), text("type"), size("size"), size("used"), size("available"), percent("used_percent"),
        names("mount", "mount"),
    ];
    /// The inodes of a file system, as `df -i` lists them.
    DF_INODES = "df_inodes" [
        names("filesystem", "device"), number("inodes"), number("used"), number("free"), percent("used_percent"),
        names("mount", "mount"),
    ];
    /// Memory of the machine, from `free`, `top` or `/proc/meminfo`.
    MEMORY = "memory" [
        size("total"), size("used"), size("free"), size("shared"), size("cache"), size("available"), percent("available_percent"),
        size("swap_total"), size("swap_used"), size("swap_free"),
    ];
    /// Load of the machine, from `uptime`, `top` or `/proc/loadavg`.
    LOAD = "load" [
        number("load1"), number("load5"), number("load15"), duration("uptime"), number("tasks"), number("zombies"),
        percent("cpu_user"), percent("cpu_system"), percent("cpu_idle"), percent("cpu_iowait"), percent("cpu_steal"),
    ];
    /// The processors, from `lscpu` or `nproc`.
    CPU = "cpu" [number("cpus"), text("arch"), text("model"), number("sockets")];
    /// A process, from `ps` or `top`.
    PROCESS = "process" [
        number("pid"), number("ppid"), text("user"), percent("cpu_percent"), percent("memory_percent"), size("rss"), size("vsz"),
        // The first letter of STAT: `R`, `S`, `D`, `Z`, `T`.
        text("state"),
        names("command", "process"), text("args"), text("started"), duration("cpu_time"), duration("elapsed"),
        // The command of the process with the number `ppid`, where the same output lists it.
        text("parent"),
    ];
    /// A unit of systemd, from `systemctl status` or `list-units`.
    SYSTEMD_UNIT = "systemd_unit" [
        names("unit", "unit"), text("load"), text("active"), text("sub"), text("enabled"), text("description"), text("result"),
        time("since"), number("main_pid"), number("exit_code"), text("exit_status"), number("tasks"), size("memory"),
        flag("needs_reload"),
    ];
    /// A kernel setting, from `sysctl -a` or `/proc/sys`.
    SYSCTL = "sysctl" [names("key", "setting"), text("value"), number("number")];
    /// A rule of the audit subsystem, from `auditctl -l`.
    AUDIT_RULE = "audit_rule" [text("watch"), text("permissions"), text("key"), text("rule")];
    /// A mounted file system, from `mount`, `findmnt` or `/proc/mounts`.
    MOUNT = "mount" [names("source", "device"), names("target", "mount"), text("fstype"), list("options")];
    /// Whether the clock is synchronised, from `ntpq`, `chronyc`, `timedatectl` or `ntpstat`.
    TIME_SYNC = "time_sync" [
        text("tool"), flag("synchronized"), text("source"), number("stratum"), duration("offset"), flag("service_active"),
        text("zone"),
        // `+0800`.
        text("utc_offset"), number("sources"), text("leap"),
    ];
    /// A GPU, from `nvidia-smi`.
    GPU = "gpu" [
        number("index"), text("name"), names("bus", "device"), version("driver"), version("cuda"), size("memory_used"),
        size("memory_total"), percent("utilization"), number("temperature"), text("persistence"), text("ecc"), text("error"),
    ];
    /// The running kernel, from `uname -a` or the boot message.
    KERNEL_VERSION = "kernel_version" [version("release"), names("host", "host"), text("arch"), text("build")];
    /// The distribution, from `/etc/os-release` and its forerunners.
    OS_RELEASE = "os_release" [text("id"), list("id_like"), version("version"), text("name")];
    /// An installed package, from `rpm -qa` or `dpkg -l`.
    PACKAGE = "package" [names("name", "package"), version("version"), text("arch"), text("status")];
    /// How far the CPU limit of a control group holds it back, from `cpu.stat`.
    CPU_STAT = "cpu_stat" [
        number("periods"), number("throttled"), percent("throttled_percent"), duration("throttled_time"),
    ];
    /// How names are resolved, from `resolv.conf`.
    RESOLVER = "resolver" [
        list("nameservers"), list("search"), list("options"), number("ndots"), number("timeout"), number("attempts"),
    ];
    /// A network interface, from `ip addr` or `ifconfig`.
    INTERFACE = "interface" [
        names("name", "interface"), text("state"), list("flags"), list("addresses"), number("mtu"), text("mac"), text("type"),
    ];
    /// A kernel table of control groups, from `/proc/cgroups`.
    CGROUP_TABLE = "cgroup_table" [text("subsystem"), number("groups"), flag("enabled")];
}

/// All kinds with their fields, as a page of Markdown: `docs/facts.md`.
pub fn reference() -> String {
    let mut page = String::from(
        "# Facts\n\nThe kinds of facts that `fact` leaves of signatures can ask for. In brackets: the type of a field, and the entity that it names in findings and joins.\n\
         Sizes are bytes, quantities bytes, cores or pieces, durations seconds; conditions take `512Mi`, `250m`, `90%`, `10m`, `2026-03-10`.\n\
         This page is generated: `UPDATE_SCHEMAS=1 cargo test --test schemas`.\n",
    );
    let mut sorted: Vec<&Kind> = KINDS.to_vec();
    sorted.sort_by_key(|kind| kind.name);
    for kind in sorted {
        page += &format!(
            "\n## {}\n\n{}.\n\n",
            kind.name,
            kind.what.trim().trim_end_matches('.')
        );
        let fields: Vec<String> = kind.fields.iter().map(FieldSpec::described).collect();
        page += &fields.join(", ");
        page += "\n";
    }
    page
}

impl FieldSpec {
    fn described(&self) -> String {
        match self.entity {
            Some(entity) => format!("`{}` ({}, entity {entity})", self.name, self.of.name()),
            None => format!("`{}` ({})", self.name, self.of.name()),
        }
    }
}

impl Type {
    /// The word for it in the documentation.
    fn name(self) -> &'static str {
        match self {
            Type::Text => "text",
            Type::Number => "number",
            Type::Size => "size",
            Type::Quantity => "quantity",
            Type::Percent => "percent",
            Type::Duration => "duration",
            Type::Flag => "flag",
            Type::Time => "time",
            Type::Version => "version",
            Type::List => "list",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_fields_of_every_kind_fit_into_a_mask() {
        for kind in KINDS {
            assert!(
                kind.fields.len() <= crate::fact::row::MAX_FIELDS,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn names_are_unique_and_in_snake_case() {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
        let mut kinds = BTreeSet::new();
        for kind in KINDS {
            assert!(kinds.insert(kind.name), "{}", kind.name);
            let mut fields = BTreeSet::new();
            for field in kind.fields {
                assert!(fields.insert(field.name), "{}.{}", kind.name, field.name);
                assert!(
                    field.name.chars().all(legal),
                    "{}.{}",
                    kind.name,
                    field.name
                );
            }
        }
    }
}
