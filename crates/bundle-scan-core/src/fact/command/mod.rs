//! Outputs of commands that are run on a node: tables, key-value texts, blocks, lists and short free texts.
//!
//! Each file reads one command, or several that say the same; `listing` holds what the tables share, `pairs` what the
//! key-value texts share. Does not find out which command a member holds: an
//! opening line or the path tells. Source of each format: named in its file.

mod audit;
mod cgroup;
mod container;
mod cpu;
mod df;
mod df_header;
mod docker_info;
mod free;
mod gpu;
mod ifconfig;
mod interface;
mod kernel;
mod listing;
mod load;
mod lsblk;
mod lsblk_tree;
mod lvm;
mod memory;
mod mount;
mod os_release;
mod package;
mod pairs;
mod process;
mod process_row;
mod resolver;
#[cfg(test)]
mod shown;
mod sysctl;
mod systemctl;
#[cfg(test)]
mod testing;
mod time_sync;
mod wall_clock;

use super::section::FactParser;

/// The parsers of this room, by name.
pub(super) static PARSERS: &[&dyn FactParser] = &[
    &audit::AuditRules,
    &cgroup::CgroupTable,
    &time_sync::chronyc::Sources,
    &time_sync::chronyc::Tracking,
    &cgroup::CpuStat,
    &cpu::CPUINFO,
    &container::CRICTL_PS,
    &df::DF,
    &docker_info::DockerInfo,
    &container::DOCKER_PS,
    &package::DpkgList,
    &mount::FINDMNT,
    &free::FREE,
    &os_release::Hostnamectl,
    &ifconfig::IFCONFIG,
    &interface::IP_ADDR,
    &kernel::KernelVersion,
    &load::LOAD,
    &lsblk::LSBLK,
    &cpu::LSCPU,
    &lvm::LVS,
    &memory::MEMINFO,
    &mount::MOUNT,
    &cpu::NPROC,
    &time_sync::ntpq::Peers,
    &time_sync::ntpstat::Ntpstat,
    &gpu::NvidiaSmi,
    &gpu::NvidiaSmiQuery,
    &os_release::OsRelease,
    &sysctl::ProcSys,
    &process::PS,
    &lvm::PVS,
    &os_release::ReleaseLine,
    &resolver::ResolvConf,
    &package::RpmList,
    &sysctl::SysctlList,
    &systemctl::list_units::ListUnits,
    &systemctl::status::Status,
    &time_sync::timedatectl::Timedatectl,
    &memory::TOP_MEMORY,
    &lvm::VGS,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsers_are_sorted_by_their_names() {
        let names: Vec<&str> = PARSERS.iter().map(|parser| parser.id()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }
}
