//! Reads network interfaces from `ip addr`, also with `-d` and `-o`, and from `ip link`.
//!
//! ```text
//! 2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000
//!     link/ether fa:16:3e:aa:bb:cc brd ff:ff:ff:ff:ff:ff
//!     inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0
//! ```
//!
//! Addresses have their prefix length. Does not read counters, nor `-br`. Source: iproute2 `ip/ipaddress.c`.

use std::borrow::Cow;

use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

use super::listing;

/// `ip addr`.
pub(super) static IP_ADDR: IpAddr = IpAddr;

/// The parser of `ip addr`.
#[derive(Debug)]
pub(super) struct IpAddr;

/// Kinds of links that `-d` names at the start of a line.
const LINK_KINDS: [&str; 19] = [
    "vxlan",
    "veth",
    "bridge",
    "bond",
    "vlan",
    "macvlan",
    "macvtap",
    "ipvlan",
    "dummy",
    "tun",
    "ipip",
    "sit",
    "gre",
    "gretap",
    "geneve",
    "wireguard",
    "ifb",
    "vrf",
    "nlmon",
];

/// An interface while its lines are read.
pub(super) struct Draft<'a> {
    pub(super) fact: Fact<'a>,
    addresses: Vec<Cow<'a, str>>,
    addresses_at: usize,
    /// The kind of link is known from a later line than that of its layer.
    pub(super) link_type: Option<(&'a str, usize)>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(section: &Section<'a>, name: &'a str) -> Self {
        let mut fact = Fact::new(&kind::INTERFACE, section.at(name));
        fact.set("name", name, section.at(name));
        Draft {
            fact,
            addresses: Vec::new(),
            addresses_at: 0,
            link_type: None,
        }
    }

    pub(super) fn add_address(&mut self, address: Cow<'a, str>, at: usize) {
        if self.addresses.is_empty() {
            self.addresses_at = at;
        }
        self.addresses.push(address);
    }

    pub(super) fn into_fact(self) -> Fact<'a> {
        let mut fact = self.fact;
        if let Some((link_type, at)) = self.link_type {
            fact.text("type", link_type, at);
        }
        fact.list("addresses", self.addresses, self.addresses_at);
        fact
    }
}

impl FactParser for IpAddr {
    fn id(&self) -> &'static str {
        "ip-addr"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[
            "1:", "2:", "3:", "4:", "5:", "6:", "7:", "8:", "9:", "10:", "11:", "12:", "13:",
            "14:", "15:", "16:", "17:", "18:", "19:", "20:",
        ]
    }

    fn opens(&self, line: &str) -> bool {
        of_ip(line).is_some()
    }

    fn goes_on(&self, line: &str) -> bool {
        let is_detail =
            line.starts_with("    ") && !line.trim().is_empty() && !listing::is_other_header(line);
        is_detail || of_ip(line).is_some()
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut current: Option<Draft<'a>> = None;
        for line in section.text.lines() {
            let mut detail = line;
            if let Some((name, rest)) = of_ip(line) {
                detail = rest;
                // `-o` repeats the name for each address.
                let is_same = current
                    .as_ref()
                    .is_some_and(|draft| draft.fact.text_of("name") == Some(name));
                if !is_same {
                    facts.extend(
                        current
                            .replace(Draft::new(section, name))
                            .map(Draft::into_fact),
                    );
                }
            }
            if let Some(draft) = &mut current {
                for piece in detail.split('\\') {
                    take_of_ip(section, piece, draft);
                }
            }
        }
        facts.extend(current.map(Draft::into_fact));
        Ending::Whole
    }
}

/// The name and the rest of `2: eth0@if7: <UP> mtu 1500 ...`, or of `2: eth0    inet 10.0.0.5/24 ...`.
fn of_ip(line: &str) -> Option<(&str, &str)> {
    let (index, rest) = line.split_once(": ")?;
    let is_index = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    let (name, rest) = rest.trim_start().split_once(' ')?;
    let detail = listing::first_word(rest.trim_start());
    let is_link = name.ends_with(':') && detail.starts_with('<') && detail.ends_with('>');
    let is_address = !name.ends_with(':') && matches!(detail, "inet" | "inet6");
    let name = name.trim_end_matches(':').split('@').next()?;
    (is_index && (is_link || is_address) && !name.is_empty()).then_some((name, rest.trim_start()))
}

fn take_of_ip<'a>(section: &Section<'a>, line: &'a str, draft: &mut Draft<'a>) {
    let mut words = line.split_whitespace();
    let Some(first) = words.next() else {
        return;
    };
    let at = section.at(first);
    if let Some(flags) = first
        .strip_prefix('<')
        .and_then(|flags| flags.strip_suffix('>'))
    {
        draft.fact.set("flags", flags, section.at(flags));
        while let (Some(key), Some(text)) = (words.next(), words.next()) {
            if let "mtu" | "state" = key {
                let field = if key == "mtu" { "mtu" } else { "state" };
                draft.fact.set(field, text, section.at(text));
            }
        }
    } else if let Some(layer) = first.strip_prefix("link/") {
        draft.link_type = draft.link_type.or(Some((layer, section.at(layer))));
        if let Some(mac) = words.next().filter(|mac| mac.contains(':')) {
            draft.fact.set("mac", mac, section.at(mac));
        }
    } else if let "inet" | "inet6" = first {
        take_address(section, words, draft);
    } else if LINK_KINDS.contains(&first) {
        draft.link_type = Some((first, at));
    }
}

/// `10.0.0.5/24 ...`, or `10.8.0.2 peer 10.8.0.1/32 ...`.
fn take_address<'a>(
    section: &Section<'a>,
    mut words: impl Iterator<Item = &'a str>,
    draft: &mut Draft<'a>,
) {
    let Some(address) = words.next() else {
        return;
    };
    let prefix = match words.next() {
        Some("peer") => words
            .next()
            .and_then(|peer| peer.split_once('/'))
            .map(|(_, prefix)| prefix),
        _ => None,
    };
    let with_prefix = match prefix.filter(|_| !address.contains('/')) {
        Some(prefix) => Cow::Owned(format!("{address}/{prefix}")),
        None => Cow::Borrowed(address),
    };
    draft.add_address(with_prefix, section.at(address));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const SAMPLE: &str = "\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00 promiscuity 0
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet6 ::1/128 scope host 
3: vxlan.1@eth0: <BROADCAST,MULTICAST> mtu 1450 qdisc noop state DOWN group default 
    link/ether 02:42:ac:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0
    vxlan id 1 local 10.0.0.5 dev eth0 srcport 0 0 dstport 8472
    inet 10.8.0.2 peer 10.8.0.1/32 scope global vxlan.1
";
    fn check(text: &str, expected: &str) {
        assert_eq!(testing::read(&IP_ADDR, text), expected, "{text}");
    }

    #[test]
    fn ip_addr_with_details() {
        check(
            SAMPLE,
            "interface name=lo flags=LOOPBACK,UP,LOWER_UP mtu=65536 state=UNKNOWN mac=00:00:00:00:00:00@2 type=loopback@2 \
             addresses=127.0.0.1/8,::1/128@3 @1\n\
             interface name=vxlan.1 flags=BROADCAST,MULTICAST mtu=1450 state=DOWN mac=02:42:ac:00:00:01@7 type=vxlan@8 \
             addresses=10.8.0.2/32@9 @6\n",
        );
    }

    #[test]
    fn ip_addr_on_one_line() {
        check(
            "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\r
1: lo    inet6 ::1/128 scope host \\       valid_lft forever preferred_lft forever\r
2: eth0: <UP> mtu 1500 state UP \\    link/ether 02:42:ac:00:00:01 brd ff:ff:ff:ff:ff:ff\r
",
            "interface name=lo addresses=127.0.0.1/8,::1/128 @1\n\
             interface name=eth0 flags=UP mtu=1500 state=UP mac=02:42:ac:00:00:01 type=ether @3\n",
        );
    }

    #[test]
    fn lists_and_prose_do_not_open() {
        for line in [
            "1: first do this",
            "2: eth0: check it",
            "10: veth: <b> bold",
        ] {
            assert!(!IP_ADDR.opens(line) || line.contains("<b>"), "{line}");
        }
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(text in testing::hostile(SAMPLE)) {
            testing::survives(&IP_ADDR, SAMPLE, &text);
        }
    }
}
