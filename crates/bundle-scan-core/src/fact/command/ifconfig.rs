//! Reads network interfaces from `ifconfig`, old and new.
//!
//! ```text
//! eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
//!         inet 10.0.0.5  netmask 255.255.255.0  broadcast 10.0.0.255
//!         ether fa:16:3e:aa:bb:cc  txqueuelen 1000  (Ethernet)
//! ```
//!
//! Addresses have the length of their prefix, as `ip addr` prints them. There is no state: an interface that is up
//! and running is `UP`, else `DOWN`. A list begins with a name, so it is found by its path or by a common name. Does
//! not read counters. Source: net-tools `lib/interface.c` of 1.60 and 2.10.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

use super::interface::Draft;
use super::listing;

/// `ifconfig`.
pub(super) static IFCONFIG: Ifconfig = Ifconfig;

/// The parser of `ifconfig`.
#[derive(Debug)]
pub(super) struct Ifconfig;

/// First words of the lines of `ifconfig` below the name.
const DETAIL_WORDS: [&str; 14] = [
    "inet",
    "inet6",
    "ether",
    "loop",
    "unspec",
    "tunnel",
    "sit",
    "RX",
    "TX",
    "UP",
    "BROADCAST",
    "collisions:0",
    "Interrupt:",
    "device",
];

/// Common names of interfaces, as both versions print them.
const OPENERS: &[&str] = &[
    "bond0",
    "bond0:",
    "bond1",
    "bond1:",
    "br0",
    "br0:",
    "cni0",
    "cni0:",
    "docker0",
    "docker0:",
    "dummy0",
    "dummy0:",
    "em1",
    "em1:",
    "enp0s3",
    "enp0s3:",
    "ens160",
    "ens160:",
    "ens192",
    "ens192:",
    "ens3",
    "ens3:",
    "ens33",
    "ens33:",
    "ens5",
    "ens5:",
    "eth0",
    "eth0:",
    "eth1",
    "eth1:",
    "flannel.1",
    "flannel.1:",
    "kube-bridge",
    "kube-bridge:",
    "kube-ipvs0",
    "kube-ipvs0:",
    "lo",
    "lo:",
    "virbr0",
    "virbr0:",
    "vxlan.calico",
    "vxlan.calico:",
];

impl FactParser for Ifconfig {
    fn id(&self) -> &'static str {
        "ifconfig"
    }

    fn openers(&self) -> &'static [&'static str] {
        OPENERS
    }

    fn opens(&self, line: &str) -> bool {
        of_ifconfig(line).is_some()
    }

    /// A blank line ends an interface, not the list.
    fn goes_on(&self, line: &str) -> bool {
        let first = line.split_whitespace().next();
        let is_detail = line.starts_with("  ")
            && first.is_some_and(|word| DETAIL_WORDS.iter().any(|known| word.starts_with(known)));
        line.trim().is_empty() || is_detail || of_ifconfig(line).is_some()
    }

    fn paths(&self) -> &'static [&'static str] {
        &["ifconfig", "ifconfig.txt", "ifconfig_-a", "ifconfig-a*"]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut current: Option<Draft<'a>> = None;
        for line in section.text.lines() {
            if let Some((name, rest)) = of_ifconfig(line) {
                facts.extend(
                    current
                        .replace(Draft::new(section, name))
                        .map(Draft::into_fact),
                );
                if let Some(draft) = &mut current {
                    take_first_line(section, rest, draft);
                }
            } else if let Some(draft) = &mut current {
                take_of_ifconfig(section, line, draft);
            }
        }
        facts.extend(current.map(Draft::into_fact));
        Ending::Whole
    }
}

/// The name and the rest of `eth0: flags=4163<UP>  mtu 1500`, or of `eth0      Link encap:Ethernet  HWaddr ...`.
fn of_ifconfig(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once([' ', '\t'])?;
    let rest = rest.trim_start();
    let is_new = name.ends_with(':') && rest.starts_with("flags=");
    let is_old = rest.starts_with("Link encap:");
    let name = name.trim_end_matches(':');
    ((is_new || is_old) && !name.is_empty()).then_some((name, rest))
}

fn take_first_line<'a>(section: &Section<'a>, rest: &'a str, draft: &mut Draft<'a>) {
    if let Some((_, flags)) = rest.split_once('<')
        && let Some((flags, _)) = flags.split_once('>')
    {
        draft.fact.set("flags", flags, section.at(flags));
        set_state(
            section,
            flags,
            |flag| flags.split(',').any(|known| known == flag),
            draft,
        );
    }
    if let Some(mtu) = word_behind(rest, "mtu ") {
        draft.fact.set("mtu", mtu, section.at(mtu));
    }
    if let Some(mac) = word_behind(rest, "HWaddr ") {
        draft.fact.set("mac", mac, section.at(mac));
    }
    if let Some(encapsulation) = word_behind(rest, "Link encap:") {
        draft.link_type = layer_of(encapsulation).map(|layer| (layer, section.at(encapsulation)));
    }
}

fn take_of_ifconfig<'a>(section: &Section<'a>, line: &'a str, draft: &mut Draft<'a>) {
    let first = listing::first_word(line.trim_start());
    match first {
        "inet" | "inet6" => take_ifconfig_address(section, line, draft),
        "ether" => {
            draft.link_type = Some(("ether", section.at(first)));
            if let Some(mac) = word_behind(line, "ether ") {
                draft.fact.set("mac", mac, section.at(mac));
            }
        }
        "loop" => draft.link_type = Some(("loopback", section.at(first))),
        _ if line.contains("MTU:") => take_old_flags(section, line, draft),
        _ => {}
    }
}

/// `UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1`.
fn take_old_flags<'a>(section: &Section<'a>, line: &'a str, draft: &mut Draft<'a>) {
    let flags: Vec<Cow<'a, str>> = line
        .split_whitespace()
        .take_while(|word| !word.contains(':'))
        .map(Cow::Borrowed)
        .collect();
    let line_start = line.trim_start();
    set_state(
        section,
        line_start,
        |flag| flags.iter().any(|known| known == flag),
        draft,
    );
    draft.fact.list("flags", flags, section.at(line_start));
    if let Some(mtu) = word_behind(line, "MTU:") {
        draft.fact.set("mtu", mtu, section.at(mtu));
    }
}

fn set_state<'a>(
    section: &Section<'a>,
    place: &'a str,
    has: impl Fn(&str) -> bool,
    draft: &mut Draft<'a>,
) {
    let state = if has("UP") && has("RUNNING") {
        "UP"
    } else {
        "DOWN"
    };
    draft.fact.text("state", state, section.at(place));
}

/// `inet 10.0.0.5  netmask 255.255.255.0`, `inet6 fe80::1  prefixlen 64`, `inet addr:10.0.0.5  Bcast:10.0.0.255
/// Mask:255.255.255.0`, `inet6 addr: fe80::1/64 Scope:Link`.
fn take_ifconfig_address<'a>(section: &Section<'a>, line: &'a str, draft: &mut Draft<'a>) {
    let address = word_behind(line, "addr: ")
        .or_else(|| word_behind(line, "addr:"))
        .or_else(|| line.split_whitespace().nth(1));
    let Some(address) = address else {
        return;
    };
    let mask = word_behind(line, "netmask ").or_else(|| word_behind(line, "Mask:"));
    let prefix = match (mask, word_behind(line, "prefixlen ")) {
        (Some(mask), _) => mask
            .parse::<Ipv4Addr>()
            .ok()
            .map(|mask| mask.to_bits().count_ones().to_string()),
        (None, prefix) => prefix.map(str::to_string),
    };
    let address_at = section.at(address);
    let with_prefix = match prefix {
        Some(prefix) => Cow::Owned(format!("{address}/{prefix}")),
        None => Cow::Borrowed(address),
    };
    draft.add_address(with_prefix, address_at);
}

fn layer_of(encapsulation: &str) -> Option<&'static str> {
    match encapsulation {
        "Ethernet" => Some("ether"),
        "Local" => Some("loopback"),
        _ => None,
    }
}

/// The word that follows a key.
fn word_behind<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(key)?;
    rest.split([' ', '\t'])
        .next()
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const SAMPLE: &str = "\
eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 10.0.0.5  netmask 255.255.240.0  broadcast 10.0.15.255
        inet6 fe80::1  prefixlen 64  scopeid 0x20<link>
        ether 02:42:ac:00:00:02  txqueuelen 1000  (Ethernet)
        RX packets 8730  bytes 133342353 (127.1 MiB)

lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
        loop  txqueuelen 1000  (Local Loopback)
";

    fn check(text: &str, expected: &str) {
        assert_eq!(testing::read(&IFCONFIG, text), expected, "{text}");
    }

    #[test]
    fn new_ifconfig() {
        check(
            SAMPLE,
            "interface name=eth0 flags=UP,BROADCAST,RUNNING,MULTICAST state=UP mtu=1500 mac=02:42:ac:00:00:02@4 type=ether@4 \
             addresses=10.0.0.5/20,fe80::1/64@2 @1\n\
             interface name=lo flags=UP,LOOPBACK,RUNNING state=UP mtu=65536 type=loopback@9 addresses=127.0.0.1/8@8 @7\n",
        );
    }

    #[test]
    fn old_ifconfig() {
        check(
            "eth0      Link encap:Ethernet  HWaddr 00:16:3E:00:00:01  
          inet addr:10.0.0.5  Bcast:10.0.0.255  Mask:255.255.255.0
          inet6 addr: fe80::1/64 Scope:Link
          UP BROADCAST MULTICAST  MTU:1500  Metric:1
          RX packets:10 errors:0 dropped:0 overruns:0 frame:0

  LV   VG   Attr
",
            "interface name=eth0 mac=00:16:3E:00:00:01 state=DOWN@4 flags=UP,BROADCAST,MULTICAST@4 mtu=1500@4 type=ether \
             addresses=10.0.0.5/24,fe80::1/64@2 @1\n",
        );
    }

    #[test]
    fn log_lines_do_not_open() {
        assert!(!IFCONFIG.opens("eth0: link is down"));
        assert!(!IFCONFIG.opens("lo is Link encap:"));
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(text in testing::hostile(SAMPLE)) {
            testing::survives(&IFCONFIG, SAMPLE, &text);
        }
    }
}
