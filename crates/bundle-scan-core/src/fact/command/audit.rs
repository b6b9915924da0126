//! Reads the rules of the audit subsystem, as `auditctl -l` lists them.
//!
//! ```text
//! -w /var/lib/docker -p rwxa -k docker
//! -a always,exit -F arch=b64 -S execve -F path=/usr/bin/runc -F perm=x -F key=container
//! ```
//!
//! A watch is also what `path=` or `dir=` of a rule names. An empty list (`No rules`) gives no fact.
//! Source: `print_rule` in audit-userspace `src/auditctl-listing.c`; version 1 prints `LIST_RULES: exit,always
//! watch=...`.

use super::pairs::{ending, last_line};
use crate::fact::kind::AUDIT_RULE;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};

const OLD: &str = "LIST_RULES:";
const LISTS: [&str; 7] = [
    "exit",
    "task",
    "user",
    "entry",
    "exclude",
    "filesystem",
    "io_uring",
];
const ACTIONS: [&str; 3] = ["always", "never", "possible"];
/// What a comparison or an old property fills.
const FIELDS: [(&str, &str); 7] = [
    ("path", "watch"),
    ("dir", "watch"),
    ("watch", "watch"),
    ("perm", "permissions"),
    ("perms", "permissions"),
    ("key", "key"),
    ("filterkey", "key"),
];
/// What the text behind an option fills.
const OPTIONS: [(&str, &str); 3] = [("-w", "watch"), ("-p", "permissions"), ("-k", "key")];

/// Reads `auditctl -l`.
#[derive(Debug)]
pub(super) struct AuditRules;

impl FactParser for AuditRules {
    fn id(&self) -> &'static str {
        "auditctl"
    }

    fn openers(&self) -> &'static [&'static str] {
        &["-w", "-a", OLD]
    }

    fn opens(&self, line: &str) -> bool {
        is_rule(line)
    }

    fn goes_on(&self, line: &str) -> bool {
        is_rule(line)
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        facts.extend(
            section
                .text
                .lines()
                .filter(|line| is_rule(line))
                .map(|line| rule(section, line.trim())),
        );
        let last = last_line(section);
        ending(section, last.is_empty() || is_rule(last))
    }
}

/// Whether it is a watch of an absolute path, or a rule of a list.
fn is_rule(line: &str) -> bool {
    let mut words = line.split_whitespace();
    match (words.next(), words.next()) {
        (Some("-w"), Some(path)) => path.starts_with('/'),
        (Some("-a" | OLD), Some(list)) => list
            .split_once(',')
            .is_some_and(|(a, b)| is_list(a, b) || is_list(b, a)),
        _ => false,
    }
}

fn is_list(action: &str, list: &str) -> bool {
    ACTIONS.contains(&action) && LISTS.contains(&list)
}

fn rule<'a>(section: &Section<'a>, line: &'a str) -> Fact<'a> {
    let mut fact = Fact::new(&AUDIT_RULE, section.at(line));
    fact.text("rule", line, section.at(line));
    let mut option = "";
    for word in line.split_whitespace() {
        let named = OPTIONS.iter().find(|(printed, _)| *printed == option);
        if let Some((_, field)) = named {
            fact.text(field, word, section.at(word));
        } else if let Some((name, value)) = word.split_once('=')
            && let Some((_, field)) = FIELDS.iter().find(|(printed, _)| *printed == name)
        {
            fact.text(field, value, section.at(value));
        }
        option = word;
    }
    fact
}

#[cfg(test)]
mod tests {
    use super::super::shown::{check, survives};
    use super::*;

    const PLAIN: &str = "\
[root@n1 ~]# auditctl -l
-w /var/lib/docker -p rwxa -k docker
-w /etc/passwd -p wa
-a always,exit -F arch=b64 -S execve,execveat -F path=/usr/bin/runc -F perm=x -F key=container
-a never,task
LIST_RULES: exit,always dir=/etc/docker (0xb) perm=rwxa key=docker
";

    #[test]
    fn watches_and_rules() {
        check(
            &AuditRules,
            &[
                (
                    PLAIN,
                    "\
audit_rule@2 rule='-w /var/lib/docker -p rwxa -k docker' watch=/var/lib/docker permissions=rwxa key=docker
audit_rule@3 rule='-w /etc/passwd -p wa' watch=/etc/passwd permissions=wa
audit_rule@4 rule='-a always,exit -F arch=b64 -S execve,execveat -F path=/usr/bin/runc -F perm=x -F key=container' \
watch=/usr/bin/runc permissions=x key=container
audit_rule@5 rule='-a never,task'
audit_rule@6 rule='LIST_RULES: exit,always dir=/etc/docker (0xb) perm=rwxa key=docker' watch=/etc/docker permissions=rwxa \
key=docker",
                ),
                ("No rules\n", ""),
                ("-w file\n-a b,c\n-w\n-A INPUT -j ACCEPT\n", ""),
                ("-w /a -p w\r\n-a", "audit_rule@1 rule='-w /a -p w' watch=/a permissions=w"),
            ],
        );
    }

    #[test]
    fn damage_is_survived() {
        survives(&AuditRules, &[PLAIN]);
    }
}
