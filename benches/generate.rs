//! Makes logs of any size that look like those of a node: mostly healthy lines of many components, and now and then a line
//! that some signature matches. The same arguments give the same bytes.

use std::io::{self, Write};

use bundle_scan_core::SignatureSet;

/// One line in so many is one that a signature matches, where nothing else is asked for.
const LINES_PER_HIT: u64 = 1_000;

/// A small random number generator: the numbers must look random and be the same everywhere. Source: Marsaglia's xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed.max(1))
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }
}

/// Lines of `/var/log/messages` that the shipped signatures match.
pub(crate) fn planted(set: &SignatureSet) -> Vec<String> {
    let samples = set
        .iter()
        .flat_map(|signature| signature.spec().samples.positive.clone());
    let of_syslog = samples.filter(|sample| sample.member.contains("messages"));
    of_syslog
        .flat_map(|sample| sample.text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// Writes about `bytes` bytes of `messages`; returns how many lines.
pub(crate) fn messages(
    out: &mut dyn Write,
    bytes: u64,
    planted: &[String],
    seed: u64,
) -> io::Result<u64> {
    messages_with(out, bytes, planted, LINES_PER_HIT, seed)
}

/// The same with one line in `lines_per_hit` out of `planted`.
pub(crate) fn messages_with(
    out: &mut dyn Write,
    bytes: u64,
    planted: &[String],
    lines_per_hit: u64,
    seed: u64,
) -> io::Result<u64> {
    let mut random = Random::new(seed);
    let mut written = 0;
    let mut lines = 0;
    while written < bytes {
        let line = match random.below(lines_per_hit) {
            0 if !planted.is_empty() => {
                planted[random.below(planted.len() as u64) as usize].clone()
            }
            _ => healthy(&mut random, lines),
        };
        out.write_all(line.as_bytes())?;
        out.write_all(b"\n")?;
        written += line.len() as u64 + 1;
        lines += 1;
    }
    Ok(lines)
}

fn healthy(random: &mut Random, number: u64) -> String {
    let second = number / 40;
    let stamp = format!(
        "Mar {:2} {:02}:{:02}:{:02}",
        1 + second / 86_400 % 28,
        second / 3_600 % 24,
        second / 60 % 60,
        second % 60
    );
    let micros = random.below(1_000_000);
    let klog = format!("0310 {}.{micros:06}    6872", &stamp[7..]);
    let id = format!(
        "{:08x}{:08x}",
        random.below(u64::from(u32::MAX)),
        random.below(u64::from(u32::MAX))
    );
    let (n, port) = (random.below(240), 1_024 + random.below(60_000));
    let body = match random.below(12) {
        0 => format!(
            "kubelet[6872]: I{klog} kubelet.go:2448] \"SyncLoop (PLEG): event for pod\" pod=\"shop/web-{n}\" event={{\"ID\":\"{id}\",\"Type\":\"ContainerStarted\"}}"
        ),
        1 => format!(
            "kubelet[6872]: I{klog} reconciler_common.go:231] \"operationExecutor.MountVolume started for volume \\\"config-{n}\\\" (UniqueName: \\\"kubernetes.io/configmap/{id}\\\")\""
        ),
        2 => format!(
            "containerd[812]: time=\"2026-03-10T10:17:41.{micros:06}+08:00\" level=info msg=\"CreateContainer within sandbox \\\"{id}\\\" for container &ContainerMetadata{{Name:app,Attempt:0,}}\""
        ),
        3 => format!(
            "containerd[812]: time=\"2026-03-10T10:17:41.{micros:06}+08:00\" level=info msg=\"PullImage \\\"registry.example.com/shop/web:1.{n}\\\" returns image reference \\\"sha256:{id}\\\"\""
        ),
        4 => format!(
            "kernel: [{number}.{micros:06}] IPv4: martian source 10.244.{n}.7 from 10.244.{n}.1, on dev cali{id}"
        ),
        5 => format!("kernel: [{number}.{micros:06}] device veth{id} entered promiscuous mode"),
        6 => format!("systemd[1]: Started libcontainer container {id}."),
        7 => format!(
            "systemd[1]: run-containerd-runc-k8s.io-{id}-runc.mount: Deactivated successfully."
        ),
        8 => format!(
            "sshd[{port}]: Accepted publickey for ops from 10.0.{n}.9 port {port} ssh2: ED25519 SHA256:{id}"
        ),
        9 => format!(
            "dockerd[901]: time=\"2026-03-10T10:17:41.{micros:06}Z\" level=debug msg=\"Calling GET /v1.41/containers/{id}/json\""
        ),
        10 => format!(
            "kube-proxy[1200]: I{klog} proxier.go:853] \"SyncProxyRules complete\" elapsed=\"{n}.{micros}ms\""
        ),
        _ => format!(
            "shop-web[77]: INFO request id={id} path=/api/v1/orders/{port} status=200 took={n}ms"
        ),
    };
    format!("{stamp} node-{} {body}", n % 3)
}
