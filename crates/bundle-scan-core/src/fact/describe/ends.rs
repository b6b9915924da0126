//! What cannot be part of a describe text: the prompt of a shell, the banner of another command.
//!
//! Only the left margin counts. Lines of a log are no end: the message of a container that ended may hold them.

use nom::bytes::complete::take_while1;
use nom::character::complete::{char, one_of};
use nom::combinator::recognize;
use nom::{IResult, Parser};

/// Whether a line begins something else.
pub(super) fn begins_other_text(line: &str) -> bool {
    is_prompt(line) || is_banner(line)
}

fn is_prompt(line: &str) -> bool {
    line.starts_with("$ ")
        || line.starts_with("# kubectl")
        || bracketed_prompt(line).is_ok()
        || bare_prompt(line).is_ok()
}

/// `[root@n1 ~]# `.
fn bracketed_prompt(line: &str) -> IResult<&str, &str> {
    recognize((char('['), user_at_host)).parse(line)
}

/// `ops@n1:~$ `.
fn bare_prompt(line: &str) -> IResult<&str, &str> {
    let folder = take_while1(|c: char| !c.is_whitespace() && c != '$' && c != '#');
    recognize((user_at_host, char(':'), folder, one_of("$#"))).parse(line)
}

fn user_at_host(text: &str) -> IResult<&str, &str> {
    let name = || take_while1(|c: char| c.is_alphanumeric() || "-_.".contains(c));
    recognize((name(), char('@'), name())).parse(text)
}

/// `==> nodes <==`, or `==== nodes`.
fn is_banner(line: &str) -> bool {
    let arrows = line
        .strip_prefix("==> ")
        .is_some_and(|rest| rest.trim_end().ends_with(" <=="));
    arrows || line.starts_with("==== ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_and_banners_are_other_text() {
        for line in [
            "[root@n1 ~]# kubectl get nodes",
            "$ kubectl get nodes",
            "# kubectl get nodes",
            "ops@n1:~$ kubectl get nodes",
            "root@n1:/var/log# tail messages",
            "==> kubelet <==",
            "==== kubelet ====",
        ] {
            assert!(begins_other_text(line), "{line}");
        }
    }

    #[test]
    fn what_may_stand_in_an_object_or_message_is_not() {
        for line in [
            "",
            "Status:  Running",
            "  2026-03-10T10:11:12Z indented",
            "====",
            "mail@n1: refused",
            "[app] failed",
            "Error: 2026-03-10",
            "E0112 10:11:12.000001    1234 x.go:99] no",
            "March 10 10:11:12",
            "$HOME is not set",
        ] {
            assert!(!begins_other_text(line), "{line}");
        }
    }
}
