//! Reads how names are resolved: `/etc/resolv.conf` of a node or a container.
//!
//! ```text
//! nameserver 10.247.3.10
//! search default.svc.cluster.local svc.cluster.local
//! options ndots:5 timeout:2 attempts:3 single-request-reopen
//! ```
//!
//! One fact for a file. Of several `search` and `domain` lines the last one counts, as it does for the C library;
//! absent numbers mean its defaults. Does not read `resolvectl`. Source: `__resolv_conf_load` in glibc
//! `resolv/res_init.c`.

use std::borrow::Cow;
use std::net::IpAddr;

use super::pairs::{ending, first_word, last_line};
use crate::fact::kind::RESOLVER;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value;

const KEYWORDS: [&str; 5] = ["nameserver", "search", "domain", "options", "sortlist"];
/// Options with a number.
const NUMBERS: [&str; 3] = ["ndots", "timeout", "attempts"];
/// The other options.
const OPTIONS: [&str; 14] = [
    "rotate",
    "single-request",
    "single-request-reopen",
    "use-vc",
    "edns0",
    "trust-ad",
    "no-tld-query",
    "no-reload",
    "no-aaaa",
    "inet6",
    "debug",
    "ip6-dotint",
    "no-check-names",
    "no-ip6-dotint",
];

/// Reads `resolv.conf`.
#[derive(Debug)]
pub(super) struct ResolvConf;

impl FactParser for ResolvConf {
    fn id(&self) -> &'static str {
        "resolv-conf"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["nameserver", "search", "domain", "options"]
    }

    fn opens(&self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        let keyword = words.next().unwrap_or("");
        if !line.starts_with(keyword) {
            return false;
        }
        let legal: fn(&str) -> bool = match keyword {
            "nameserver" => is_address,
            "search" | "domain" => is_domain,
            "options" => is_option,
            _ => return false,
        };
        let count = words.clone().count();
        count > 0 && (count == 1 || matches!(keyword, "search" | "options")) && words.all(legal)
    }

    fn goes_on(&self, line: &str) -> bool {
        let line = line.trim();
        line.is_empty() || line.starts_with(['#', ';']) || KEYWORDS.contains(&first_word(line))
    }

    fn paths(&self) -> &'static [&'static str] {
        &["resolv.conf", "resolv.conf.txt", "*cat*resolv.conf"]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let mut nameservers = Words::default();
        let mut search = Words::default();
        let mut options = Words::default();
        for line in section.text.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => nameservers.add(words.take(1)),
                Some("search") => search = Words::of(words),
                Some("domain") => search = Words::of(words.take(1)),
                Some("options") => options.add(words),
                _ => {}
            }
        }
        let mut fact = Fact::new(&RESOLVER, first_line(section));
        for option in options.0.iter().rev() {
            set_number(section, &mut fact, option);
        }
        nameservers.set(section, &mut fact, "nameservers");
        search.set(section, &mut fact, "search");
        options.set(section, &mut fact, "options");
        if !fact.fields.is_empty() {
            facts.push(fact);
        }
        let last = last_line(section);
        ending(
            section,
            last.is_empty() || (self.goes_on(last) && last.trim().contains(' ')),
        )
    }
}

fn is_address(word: &str) -> bool {
    let address = word.split('%').next().unwrap_or("");
    address.parse::<IpAddr>().is_ok()
}

fn is_domain(word: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    word.trim_end_matches('.').contains('.') && word.chars().all(legal)
}

fn is_option(word: &str) -> bool {
    let name = word.split_once(':').map_or("", |(name, _)| name);
    OPTIONS.contains(&word) || NUMBERS.contains(&name)
}

/// Where the first line with a keyword begins.
fn first_line(section: &Section<'_>) -> usize {
    let mut lines = section.text.lines();
    lines
        .find(|line| KEYWORDS.contains(&first_word(line)))
        .map_or(0, |line| section.at(line))
}

/// The last `ndots:5` counts; `put` keeps what it gets first.
fn set_number<'a>(section: &Section<'a>, fact: &mut Fact<'a>, option: &'a str) {
    if let Some((name, printed)) = option.split_once(':')
        && let Some(name) = NUMBERS.iter().find(|known| **known == name)
        && let Some(number) = value::number(printed)
    {
        fact.number(name, number, section.at(printed));
    }
}

/// Words of one or more lines.
#[derive(Default)]
struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    fn of(words: impl Iterator<Item = &'a str>) -> Self {
        Words(words.collect())
    }

    fn add(&mut self, words: impl Iterator<Item = &'a str>) {
        self.0.extend(words);
    }

    fn set(self, section: &Section<'a>, fact: &mut Fact<'a>, name: &'static str) {
        let at = self.0.first().map_or(0, |first| section.at(first));
        fact.list(name, self.0.into_iter().map(Cow::Borrowed).collect(), at);
    }
}

#[cfg(test)]
mod tests {
    use super::super::shown::{check, shown_at, survives};
    use super::*;

    const PLAIN: &str = "\
# made by hand
nameserver 10.247.3.10
nameserver fe80::1%eth0

domain old.local
search default.svc.cluster.local svc.cluster.local
options ndots:2 timeout:2 ndots:5
options single-request-reopen attempts:3
";

    #[test]
    fn a_file_is_one_fact() {
        let expected = "\
resolver@2 attempts=3@8 ndots=5@7 timeout=2@7 nameservers=10.247.3.10,fe80::1%eth0 \
search=default.svc.cluster.local,svc.cluster.local@6 options=ndots:2,timeout:2,ndots:5,single-request-reopen,attempts:3@7";
        assert_eq!(shown_at(&ResolvConf, "etc/resolv.conf", PLAIN), expected);
        check(
            &ResolvConf,
            &[
                (PLAIN, expected),
                (
                    "$ cat /etc/resolv.conf\r\nsearch a.b\r\nnameserver 10.0.0.2\r\n$ df\r\n",
                    "resolver@2 nameservers=10.0.0.2@3 search=a.b",
                ),
                (
                    "nameserver 10.0.0.2\nnamese",
                    "resolver@1 nameservers=10.0.0.2",
                ),
                (
                    "nameserver 10.0.0.2\nsearch",
                    "resolver@1 nameservers=10.0.0.2\ncut",
                ),
            ],
        );
    }

    #[test]
    fn prose_does_not_open() {
        for text in [
            "search the logs\n",
            "nameserver is wrong\n",
            "options are many\n",
            "domain name\n",
            "nameserver 10.0.0.2 does not answer\n",
            "  nameserver 10.0.0.2\n",
        ] {
            assert_eq!(super::super::shown::shown(&ResolvConf, text), "", "{text}");
        }
    }

    #[test]
    fn damage_is_survived() {
        survives(&ResolvConf, &[PLAIN]);
    }
}
