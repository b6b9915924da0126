//! Reads which kernel runs: `uname -a`, `uname -r`, `/proc/version` and the first message of a boot.
//!
//! ```text
//! Linux node-1 5.10.0-60.18.0.50.x86_64 #1 SMP Tue Mar 1 09:00:00 UTC 2022 x86_64 x86_64 x86_64 GNU/Linux
//! [    0.000000] Linux version 3.10.0-957.el7.x86_64 (builder@build1) (gcc version 4.8.5) #1 SMP Thu Nov 8 2018
//! ```
//!
//! Where the architecture is not printed, the end of the release may name it. Source: coreutils `uname.c`;
//! `linux_banner` in Linux `init/version.c`.

use super::pairs::{ending, set_printed};
use crate::fact::kind::KERNEL_VERSION;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

const BANNER: &str = "Linux version ";
/// Architectures that releases of kernels end with.
const ARCHITECTURES: [&str; 8] = [
    "x86_64",
    "aarch64",
    "i686",
    "ppc64le",
    "s390x",
    "riscv64",
    "loongarch64",
    "armv7l",
];

/// Reads `uname` and the boot message.
#[derive(Debug)]
pub(super) struct KernelVersion;

impl FactParser for KernelVersion {
    fn id(&self) -> &'static str {
        "kernel-version"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[
            "Linux",
            "[",
            "[0.000000]",
            "[Mon",
            "[Tue",
            "[Wed",
            "[Thu",
            "[Fri",
            "[Sat",
            "[Sun",
        ]
    }

    fn opens(&self, line: &str) -> bool {
        banner(line).is_some() || uname(line).is_some()
    }

    fn goes_on(&self, _line: &str) -> bool {
        false
    }

    fn paths(&self) -> &'static [&'static str] {
        &["uname", "uname_-*", "uname.txt", "*uname*-r*", "*uname*-a*"]
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let line = section.text.lines().next().unwrap_or("").trim();
        let Some(kernel) = banner(line)
            .or_else(|| uname(line))
            .or_else(|| release(line))
        else {
            return Ending::Whole;
        };
        let mut fact = Fact::new(&KERNEL_VERSION, section.at(line));
        let of_release = kernel.release.rsplit('.').next();
        let arch = match kernel.arch {
            "" => of_release
                .filter(|arch| ARCHITECTURES.contains(arch))
                .unwrap_or(""),
            printed => printed,
        };
        let printed = [
            ("release", kernel.release),
            ("host", kernel.host),
            ("arch", arch),
            ("build", kernel.build),
        ];
        set_printed(section, &mut fact, &printed);
        facts.push(fact);
        ending(section, kernel.complete)
    }
}

/// The parts of a line, empty where it does not have them.
struct Kernel<'a> {
    release: &'a str,
    host: &'a str,
    arch: &'a str,
    build: &'a str,
    complete: bool,
}

/// `5.10.0-60.x86_64`: a number, a dot, a number.
fn is_release(word: &str) -> bool {
    let digit = |text: Option<&str>| {
        text.is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()))
    };
    let mut parts = word.split('.');
    digit(parts.next()) && digit(parts.next())
}

/// `Linux version RELEASE (...) #1 SMP ...`, maybe behind the time of the kernel's log.
fn banner(line: &str) -> Option<Kernel<'_>> {
    let mut line = line.trim_end();
    while let Some(stamped) = line.strip_prefix('[') {
        line = stamped.split_once(']')?.1.trim_start();
    }
    let behind = line.strip_prefix(BANNER)?;
    let (release, rest) = behind.split_once(' ').unwrap_or((behind, ""));
    let number = rest.find(" #").and_then(|at| rest.get(at..)).unwrap_or("");
    // A distribution may add its own version, which uname does not have.
    let build = number.split(" (").next().unwrap_or(number);
    (is_release(release) && rest.starts_with('(')).then_some(Kernel {
        release,
        host: "",
        arch: "",
        build: build.trim(),
        complete: !number.is_empty(),
    })
}

/// `Linux HOST RELEASE #1 SMP ... ARCH [ARCH ARCH] GNU/Linux`
fn uname(line: &str) -> Option<Kernel<'_>> {
    let mut words = line.split_whitespace();
    let (system, host, release, number) =
        (words.next()?, words.next()?, words.next()?, words.next()?);
    if system != "Linux"
        || !line.starts_with(system)
        || !is_release(release)
        || !number.starts_with('#')
        || words.next().is_none()
    {
        return None;
    }
    let (_, from_number) = line.split_at_checked(line.find(" #")?)?;
    let system_end = from_number.trim_end().rsplit_once(' ');
    let behind_build = system_end.filter(|(_, system)| system.ends_with("Linux"));
    let mut build = behind_build
        .map_or(from_number, |(before, _)| before)
        .trim_end();
    let arch = behind_build
        .and_then(|_| build.rsplit(' ').next())
        .unwrap_or("");
    // Machine, processor and platform: the same word up to three times, or `unknown`.
    while !arch.is_empty()
        && let Some((before, last)) = build.rsplit_once(' ')
        && (last == arch || last == "unknown" || ARCHITECTURES.contains(&last))
    {
        build = before.trim_end();
    }
    Some(Kernel {
        release,
        host,
        arch,
        build: build.trim_start(),
        complete: behind_build.is_some(),
    })
}

/// A release alone on its line.
fn release(line: &str) -> Option<Kernel<'_>> {
    let single = is_release(line) && !line.contains(char::is_whitespace);
    single.then_some(Kernel {
        release: line,
        host: "",
        arch: "",
        build: "",
        complete: true,
    })
}

#[cfg(test)]
mod tests {
    use super::super::shown::{check, shown_at, survives};
    use super::*;

    const UNAME: &str = "Linux n1 5.10.0-60.18.0.50.x86_64 #1 SMP Tue Mar 1 09:00:00 UTC 2022 x86_64 x86_64 x86_64 GNU/Linux\n";
    const BOOT: &str = "\
[    0.000000] Linux version 3.10.0-957.el7.x86_64 (b@c) (gcc version 4.8.5 20150623 (Red Hat 4.8.5-36) (GCC) ) #1 SMP Thu Nov 8 2018 (Distribution 3.10)
[    0.000000] Command line: x
";

    #[test]
    fn one_line_names_the_kernel() {
        check(
            &KernelVersion,
            &[
                (
                    UNAME,
                    "kernel_version@1 release=5.10.0-60.18.0.50.x86_64 host=n1 arch=x86_64 build='#1 SMP Tue Mar 1 09:00:00 UTC 2022'",
                ),
                (
                    BOOT,
                    "kernel_version@1 release=3.10.0-957.el7.x86_64 arch=x86_64 build='#1 SMP Thu Nov 8 2018'",
                ),
                (
                    "$ uname -a\r\nLinux a 5.4.0-99-generic #112-Ubuntu SMP aarch64 Linux\r\n",
                    "kernel_version@2 release=5.4.0-99-generic host=a arch=aarch64 build='#112-Ubuntu SMP'",
                ),
                (
                    "Linux version 6.6.0 (x@y) #1\nLinux version 2 of it\nLinux is 5.4 #1\n",
                    "kernel_version@1 release=6.6.0 build=#1",
                ),
                (
                    "[Tue Mar 10 10:17:41 2026] Linux version 6.6.0-1.aarch64 (x@y) (gcc) #1 SMP\n[Tue Mar 10 10:17:41 2026] ok\n",
                    "kernel_version@1 release=6.6.0-1.aarch64 arch=aarch64 build='#1 SMP'",
                ),
                (
                    "Linux n1 5.10.0 #1 SMP Tue",
                    "kernel_version@1 release=5.10.0 host=n1 build='#1 SMP Tue'\ncut",
                ),
            ],
        );
    }

    #[test]
    fn a_release_alone_is_known_by_its_path() {
        let path = "n1/uname_-r";
        assert_eq!(
            shown_at(&KernelVersion, path, "5.4.0-99-generic\n"),
            "kernel_version@1 release=5.4.0-99-generic"
        );
        assert_eq!(shown_at(&KernelVersion, path, "not found\n"), "");
    }

    #[test]
    fn damage_is_survived() {
        survives(&KernelVersion, &[UNAME, BOOT]);
    }
}
