//! Reads which packages are installed: `rpm -qa`, also with dates behind, and `dpkg -l`.
//!
//! ```text
//! kernel-3.10.0-957.el7.x86_64                 Tue 10 Mar 2026 10:17:41 AM CST
//! ii  libc6:amd64   2.31-0ubuntu9.2  amd64  GNU C Library: Shared libraries
//! ```
//!
//! The version of an RPM is `VERSION-RELEASE`. Packages of dpkg that are removed or only known are left out.
//! Source: `showQueryPackage` in rpm `lib/query.c`; `listpackages` in dpkg `src/querycmd.c`.

use super::pairs::{ending, first_word, is_digits, last_line, set_printed};
use crate::fact::kind::PACKAGE;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

/// Architectures of RPM and dpkg.
const ARCHITECTURES: [&str; 21] = [
    "x86_64",
    "noarch",
    "aarch64",
    "i686",
    "i586",
    "i486",
    "i386",
    "ppc64le",
    "s390x",
    "armv7hl",
    "riscv64",
    "loongarch64",
    "x86_64_v2",
    "(none)",
    "amd64",
    "arm64",
    "all",
    "armhf",
    "armel",
    "ppc64el",
    "src",
];
/// How messages of rpm begin.
const MESSAGES: [&str; 4] = ["warning:", "error:", "rpmdb:", "gpg-pubkey"];

/// Reads `rpm -qa`. Its lines have no first word in common.
#[derive(Debug)]
pub(super) struct RpmList;

impl FactParser for RpmList {
    fn id(&self) -> &'static str {
        "rpm"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[]
    }

    fn opens(&self, line: &str) -> bool {
        let word = first_word(line);
        let is_whole = rpm(word).is_some_and(|package| !package.arch.is_empty());
        is_whole && line.strip_prefix(word).is_some_and(is_install_time)
    }

    fn goes_on(&self, line: &str) -> bool {
        let word = first_word(line);
        line.starts_with(word)
            && (MESSAGES.iter().any(|start| word.starts_with(start)) || rpm(word).is_some())
    }

    fn paths(&self) -> &'static [&'static str] {
        &[
            "*rpm*-qa*",
            "installed-rpms",
            "installed_rpms",
            "*rpm_qa*",
            "rpms.txt",
            "rpm.txt",
        ]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        for line in section.text.lines() {
            let word = first_word(line);
            if MESSAGES.iter().any(|start| word.starts_with(start)) {
                continue;
            }
            if let Some(package) = rpm(word) {
                facts.push(fact(section, word, package));
            }
        }
        let last = last_line(section);
        ending(section, last.is_empty() || self.goes_on(last))
    }
}

/// Nothing, seconds, or a date with a time; not the rest of a sentence.
fn is_install_time(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || is_digits(text) || (text.contains(':') && text.contains(" 20"))
}

/// A package, with empty texts for what is not known.
struct Package<'a> {
    name: &'a str,
    version: &'a str,
    arch: &'a str,
    status: &'a str,
}

fn fact<'a>(section: &Section<'a>, start: &'a str, package: Package<'a>) -> Fact<'a> {
    let mut fact = Fact::new(&PACKAGE, section.at(start));
    let printed = [
        ("name", package.name),
        ("version", package.version),
        ("arch", package.arch),
        ("status", package.status),
    ];
    set_printed(section, &mut fact, &printed);
    fact
}

/// `NAME-VERSION-RELEASE[.ARCH]`
fn rpm(word: &str) -> Option<Package<'_>> {
    let (rest, arch) = word
        .rsplit_once('.')
        .filter(|(_, arch)| ARCHITECTURES.contains(arch))
        .unwrap_or((word, ""));
    let (before, release) = rest.rsplit_once('-')?;
    let (name, version) = before.rsplit_once('-')?;
    let legal = |c: char| c.is_ascii_alphanumeric() || "._+-~^:".contains(c);
    let digits = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    let real = !name.is_empty()
        && !release.is_empty()
        && digits(version)
        && digits(release)
        && rest.chars().all(legal);
    real.then_some(())?;
    Some(Package {
        name,
        version: rest.strip_prefix(name)?.strip_prefix('-')?,
        arch,
        status: "",
    })
}

/// Reads `dpkg -l`.
#[derive(Debug)]
pub(super) struct DpkgList;

impl FactParser for DpkgList {
    fn id(&self) -> &'static str {
        "dpkg"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[
            "Desired=Unknown/Install/Remove/Purge/Hold",
            "||/",
            "ii",
            "hi",
        ]
    }

    fn opens(&self, line: &str) -> bool {
        is_header(line) || row(line).is_some()
    }

    fn goes_on(&self, line: &str) -> bool {
        is_header(line) || row(line).is_some()
    }

    fn paths(&self) -> &'static [&'static str] {
        &["installed-debs", "*dpkg*-l*"]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let rows = section.text.lines().filter_map(row);
        // The second letter is the state: `n` is not installed, `c` only left its configuration.
        let installed =
            rows.filter(|package| !matches!(package.status.chars().nth(1), Some('n' | 'c')));
        facts.extend(installed.map(|package| fact(section, package.status, package)));
        let last = last_line(section);
        ending(section, last.is_empty() || self.goes_on(last))
    }
}

fn is_header(line: &str) -> bool {
    ["Desired=", "| Status=", "|/ Err?=", "||/ Name ", "+++-"]
        .iter()
        .any(|start| line.starts_with(start))
}

/// `ii  NAME[:ARCH]  VERSION  [ARCH]  DESCRIPTION`
fn row(line: &str) -> Option<Package<'_>> {
    let mut words = line.split_whitespace();
    let (status, full_name, version) = (words.next()?, words.next()?, words.next()?);
    let legal = |c: char| c.is_ascii_alphanumeric() || "+-.:".contains(c);
    let is_name = full_name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && full_name.chars().all(legal);
    let is_version = version.contains(|c: char| c.is_ascii_digit()) || version == "<none>";
    // The letters take three places, and a blank follows.
    let gap = if status.len() == 2 { "  " } else { " " };
    let is_padded = line
        .strip_prefix(status)
        .is_some_and(|rest| rest.starts_with(gap));
    if !is_padded || !is_status(status) || !is_name || !is_version {
        return None;
    }
    let (name, of_name) = full_name.split_once(':').unwrap_or((full_name, ""));
    let arch = words
        .next()
        .filter(|arch| ARCHITECTURES.contains(arch))
        .unwrap_or(of_name);
    Some(Package {
        name,
        version,
        arch,
        status,
    })
}

/// What is wanted, what is, and maybe an error.
fn is_status(word: &str) -> bool {
    let mut letters = word.chars();
    let wanted = letters
        .next()
        .is_some_and(|letter| "uihrp".contains(letter));
    let is = letters
        .next()
        .is_some_and(|letter| "ncHUFWti".contains(letter));
    wanted && is && matches!(letters.as_str(), "" | "R")
}

#[cfg(test)]
mod tests {
    use super::super::shown::{check, shown_at, survives};
    use super::*;

    const RPMS: &str = "\
[root@n1 ~]# rpm -qa
kernel-3.10.0-957.el7.x86_64                 Tue 10 Mar 2026 10:17:41 AM CST
gpg-pubkey-f4a80eb5-53a7ff4b
java-1.8.0-openjdk-headless-1.8.0.412.b08-1.el7_9.x86_64\t1773100000
tzdata-2024a-1.el7.noarch
[root@n1 ~]# date
";
    const DEBS: &str = "\
Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
||/ Name           Version          Architecture Description
+++-==============-================-============-=================================
ii  libc6:amd64    2.31-0ubuntu9.2  amd64        GNU C Library: Shared libraries
rc  old            1.0-1            all          gone
un  never          <none>           <none>       (no description available)
iFR broken         2:1.2.3~rc1+b1-4 all          half
hi  kubelet        1.28.2-00        amd64        Kubernetes Node Agent
";

    #[test]
    fn names_are_split_from_the_right() {
        let expected = "\
package@2 name=kernel version=3.10.0-957.el7 arch=x86_64
package@4 name=java-1.8.0-openjdk-headless version=1.8.0.412.b08-1.el7_9 arch=x86_64
package@5 name=tzdata version=2024a-1.el7 arch=noarch";
        check(
            &RpmList,
            &[
                (RPMS, expected),
                (
                    "my-web-app\na-1-2\nsee http-2.4-1.x86_64\nhttp-2.4-1.x86_64 is new\n  a-1-2.noarch\n",
                    "",
                ),
            ],
        );
        assert_eq!(
            shown_at(
                &RpmList,
                "installed-rpms",
                "warning: rpmdb is old\r\nbash-4.2-34\r\na-b-c\r\n"
            ),
            "package@2 name=bash version=4.2-34"
        );
        assert_eq!(shown_at(&RpmList, "rpm_-qa", "bas"), "cut");
    }

    #[test]
    fn packages_of_dpkg_that_are_there() {
        let expected = "\
package@6 name=libc6 version=2.31-0ubuntu9.2 arch=amd64 status=ii
package@9 name=broken version=2:1.2.3~rc1+b1-4 arch=all status=iFR
package@10 name=kubelet version=1.28.2-00 arch=amd64 status=hi";
        check(
            &DpkgList,
            &[
                (DEBS, expected),
                (
                    "ii  a  1.0  An old table\r\n",
                    "package@1 name=a version=1.0 status=ii",
                ),
                ("ii is a word\nhi there 5\nii\n", ""),
            ],
        );
    }

    #[test]
    fn damage_is_survived() {
        survives(&RpmList, &[RPMS]);
        survives(&DpkgList, &[DEBS]);
    }
}
