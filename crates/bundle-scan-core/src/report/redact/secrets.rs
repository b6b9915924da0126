//! What in a text is nobody else's business, and where it stands.
//!
//! Errs on the side of masking, but for what a diagnosis needs: names of Secrets, paths of token files, words such as `token is expired`.
//! Sources of the shapes: RFC 7468 (PEM), RFC 7519 (JWT), RFC 1918, 4193 and 6598 (private addresses), the bootstrap tokens of kubeadm, and what
//! the providers say of the prefixes of their keys.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Class {
    /// A password, a token, a key.
    Secret,
    Email,
    PrivateIp,
    PublicIp,
}

impl Class {
    fn word(self) -> &'static str {
        match self {
            Class::Secret => "secret",
            Class::Email => "email",
            Class::PrivateIp => "private-ip",
            Class::PublicIp => "public-ip",
        }
    }
}

/// What stands for the value of that number.
pub(super) fn pseudonym(class: Class, number: usize) -> String {
    format!("{}-{number}", class.word())
}

/// Whether a value stands for another.
pub(super) fn is_pseudonym(value: &str) -> bool {
    let word = value.trim_end_matches(|c: char| c.is_ascii_digit());
    let classes = [
        Class::Secret,
        Class::Email,
        Class::PrivateIp,
        Class::PublicIp,
    ];
    let is_one = |class: &Class| word.strip_suffix('-') == Some(class.word());
    word.len() < value.len() && classes.iter().any(is_one)
}

/// A shape, and what is to be masked of a text that has it.
struct Rule {
    /// Its group `v`, or else the whole match, is what is masked.
    shape: Regex,
    judge: fn(&str) -> Option<Class>,
}

/// Names of what is secret, as keys of assignments end in them.
const SECRET_KEYS: &str = "(?:passwords?|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|secret[_-]?key|private[_-]?key|credentials?|key-data|certificate-data|authority-data|dockerconfigjson|tls\\.key)";

/// Keys whose prefix tells where they come from.
const KEYS_OF_PROVIDERS: &str = r"\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|LTAI[0-9A-Za-z]{12,24}|AKID[0-9A-Za-z]{16,40}|AIza[0-9A-Za-z_-]{35}|gh[pousr]_[0-9A-Za-z]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|npm_[0-9A-Za-z]{36}|dckr_pat_[\w-]{20,}|sk-[0-9A-Za-z_-]{20,}|hvs\.[\w-]{20,})";

/// In this order: what an earlier rule has masked, a later one does not see.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |shape: &str, judge| Rule {
        shape: Regex::new(shape).unwrap_or_else(|error| unreachable!("{error}")),
        judge,
    };
    let assigned = |before: &str, after: &str| format!("(?i){before}{SECRET_KEYS}{after}");
    vec![
        rule(
            r"(?s)-----BEGIN [A-Z0-9 ]+-----(?P<v>.+?)(?:-----END|$)",
            secret,
        ),
        rule(
            r"^\s*(?P<v>[A-Za-z0-9+/]{32,}={0,2})\s*$",
            secret_unless_hex,
        ),
        rule(r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?", secret),
        rule(r"\bLS0tLS1CRUdJ[A-Za-z0-9+/=]{8,}", secret),
        rule(KEYS_OF_PROVIDERS, secret),
        rule(
            r#"(?i)\b(?:authorization|(?:set-)?cookie|x-[\w-]*(?:token|key|secret))\\?["']?\s*[:=]\s*\\?["']?(?P<v>[^"'\\\r\n]{8,})"#,
            secret,
        ),
        rule(
            r"(?i)\b(?:bearer|basic)\s+(?P<v>[\w.~+/=-]{12,})",
            secret_with_digit,
        ),
        rule(r#"://[^\s/:@"']*:(?P<v>[^\s/@"']+)@"#, secret),
        rule(
            &assigned("", r#"\\?["']?\s*=\s*\\?["']?(?P<v>[^\s"',;&)}\]\\]+)"#),
            secret_unless_plain,
        ),
        rule(
            &assigned(r#"["'][\w.-]*"#, r#"\\?["']\s*:\s*\\?["'](?P<v>[^"'\\]+)"#),
            secret_unless_plain,
        ),
        rule(
            &assigned(
                r"(?m)^\s*(?:- )?[\w.-]*",
                r#"\s*:\s+["']?(?P<v>[^\s"']+)["']?\s*$"#,
            ),
            secret_unless_plain,
        ),
        rule(
            &assigned("--[a-z-]*", r"\s+(?P<v>[^\s-]\S*)"),
            secret_unless_plain,
        ),
        rule(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b", secret_with_digit),
        rule(
            r"\b[\w.%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b",
            email,
        ),
        rule(r"\b(?:\d{1,3}\.){3}\d{1,3}\b", address),
        rule(r"\bip-(?P<v>(?:\d{1,3}-){3}\d{1,3})\b", address_with_dashes),
        rule(
            r"(?i)(?P<v>[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:(?:\d{1,3}\.){3}\d{1,3})?)",
            address,
        ),
    ]
});

/// What the rules see in a text, one rule after the other: `mask` replaces it.
pub(super) fn mask_all(text: &str, mut mask: impl FnMut(Class, &str) -> String) -> Option<String> {
    let mut masked: Option<String> = None;
    for rule in RULES.iter() {
        let before = masked.as_deref().unwrap_or(text);
        if let Some(after) = apply(rule, before, &mut mask) {
            masked = Some(after);
        }
    }
    masked
}

fn apply(rule: &Rule, text: &str, mask: &mut impl FnMut(Class, &str) -> String) -> Option<String> {
    let mut masked = String::new();
    let mut done = 0;
    for captures in rule.shape.captures_iter(text) {
        let range = range_of(&captures);
        let value = &text[range.clone()];
        let Some(class) = (rule.judge)(value).filter(|_| stands_alone(text, &range)) else {
            continue;
        };
        masked += &text[done..range.start];
        masked += &mask(class, value);
        done = range.end;
    }
    (done > 0).then(|| masked + &text[done..])
}

fn range_of(captures: &Captures<'_>) -> Range<usize> {
    let value = captures.name("v").or_else(|| captures.get(0));
    value.map_or(0..0, |value| value.range())
}

/// Whether no number or address goes on at either end: `1.2.3.4.5` is none, nor is the end of `abc::1`.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let value = &text[range.clone()];
    let is_address = value.parse::<IpAddr>().is_ok();
    let mut after = text[range.end..].chars();
    let next = after.next();
    let goes_on = match next {
        Some('.') => after.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => c.is_alphanumeric() || c == '_',
        None => false,
    };
    let before = text[..range.start].chars().next_back();
    let comes_from = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    !is_address || !goes_on && !comes_from
}

fn secret(_: &str) -> Option<Class> {
    Some(Class::Secret)
}

fn secret_with_digit(value: &str) -> Option<Class> {
    value
        .bytes()
        .any(|byte| byte.is_ascii_digit())
        .then_some(Class::Secret)
}

/// Digests and ids of containers stand alone on a line too.
fn secret_unless_hex(value: &str) -> Option<Class> {
    let is_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    (!is_hex).then_some(Class::Secret)
}

/// Not a file that holds a secret, a placeholder, or a word that says that there is one or none.
fn secret_unless_plain(value: &str) -> Option<Class> {
    const PLAIN: [&str; 10] = [
        "true", "false", "null", "none", "nil", "yes", "no", "empty", "invalid", "expired",
    ];
    let is_plain = PLAIN.iter().any(|word| value.eq_ignore_ascii_case(word))
        || value.starts_with(['/', '<', '$', '{', '[', '%', '|', '>'])
        || value
            .bytes()
            .all(|byte| matches!(byte, b'*' | b'x' | b'.' | b'-'));
    (!is_plain).then_some(Class::Secret)
}

/// Instances of templates of systemd look like addresses: `getty@tty1.service`.
fn email(value: &str) -> Option<Class> {
    const UNITS: [&str; 10] = [
        "service", "slice", "socket", "mount", "timer", "target", "scope", "device", "path", "swap",
    ];
    let end = value.rsplit('.').next().unwrap_or(value);
    // The password of a URL stands there too.
    let is_masked = value.split('@').next().is_some_and(is_pseudonym);
    (!is_masked && !UNITS.contains(&end)).then_some(Class::Email)
}

fn address_with_dashes(value: &str) -> Option<Class> {
    address(&value.replace('-', "."))
}

/// An address that tells of one machine: not that of any, of this or of all, and no mask.
fn address(value: &str) -> Option<Class> {
    match value.parse().ok()? {
        IpAddr::V4(v4) => of_v4(v4),
        IpAddr::V6(v6) => of_v6(v6),
    }
}

fn of_v4(v4: Ipv4Addr) -> Option<Class> {
    let [first, second, ..] = v4.octets();
    if v4.is_loopback() || first == 0 || first == 255 {
        return None;
    }
    let is_shared = first == 100 && second & 0xc0 == 64;
    match v4.is_private() || v4.is_link_local() || is_shared {
        true => Some(Class::PrivateIp),
        false => Some(Class::PublicIp),
    }
}

fn of_v6(v6: Ipv6Addr) -> Option<Class> {
    if let Some(v4) = v6.to_ipv4_mapped() {
        return of_v4(v4);
    }
    let [first, ..] = v6.segments();
    match first {
        _ if v6.is_loopback() || v6.is_unspecified() || v6.is_multicast() => None,
        _ if first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 => Some(Class::PrivateIp),
        _ => Some(Class::PublicIp),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masked(text: &str) -> String {
        let mask = |class: Class, _: &str| pseudonym(class, 0);
        mask_all(text, mask).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn secrets_are_seen_in_any_clothes() {
        for (text, expected) in [
            (
                "mysql -u root --password hunter2 -h db",
                "mysql -u root --password secret-0 -h db",
            ),
            ("--token=abcdef.0123456789abcdef x", "--token=secret-0 x"),
            (
                "join with abcdef.0123456789abcdef now",
                "join with secret-0 now",
            ),
            ("DB_PASSWORD=p@ss,word", "DB_PASSWORD=secret-0,word"),
            (
                r#"{"password": "hunter 2", "user": "bob"}"#,
                r#"{"password": "secret-0", "user": "bob"}"#,
            ),
            (
                r#"body={\"apiKey\":\"k-123\"}"#,
                r#"body={\"apiKey\":\"secret-0\"}"#,
            ),
            (
                "    client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURQ==",
                "    client-key-data: secret-0",
            ),
            (
                "  token: eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJr.c2ln",
                "  token: secret-0",
            ),
            (
                "curl -H 'Authorization: Bearer abc123def456ghi'",
                "curl -H 'Authorization: secret-0'",
            ),
            (
                "sent Bearer abc123def456ghi to it",
                "sent Bearer secret-0 to it",
            ),
            (
                "pull https://bob:hunter2@reg.example.com/v2/",
                "pull https://bob:secret-0@reg.example.com/v2/",
            ),
            ("key AKIAIOSFODNN7EXAMPLE used", "key secret-0 used"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----secret-0-----END RSA PRIVATE KEY-----",
            ),
            (
                "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgHcTz6sE2I2yPB",
                "secret-0",
            ),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn what_a_diagnosis_needs_is_left() {
        for text in [
            r#"MountVolume.SetUp failed for volume "certs" : secret "db-password" not found"#,
            "secretName: db-password",
            "open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory",
            "invalid bearer token, token has expired",
            "--token-auth-file=/etc/kubernetes/tokens.csv",
            "tokenExpirationSeconds: 3600",
            "      DB_PASSWORD:  <set to the key 'password' in secret 'db'>  Optional: false",
            "Basic authentication is not supported",
            "getty@tty1.service failed",
            "registry.example.com/app@sha256:0123456789abcdef0123456789abcdef",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "listen on 0.0.0.0:6443, 127.0.0.1:2379 and [::1]:80, mask 255.255.255.0",
            "at 10:17:41 std::vec core::fmt link aa:bb:cc:dd:ee:ff version 5.14.0",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn addresses_are_told_by_where_they_lead() {
        for (text, expected) in [
            (
                "dial tcp 10.0.0.5:6443: refused",
                "dial tcp private-ip-0:6443: refused",
            ),
            (
                "from 8.8.8.8, 100.64.1.2 and 192.168.0.0/16.",
                "from public-ip-0, private-ip-0 and private-ip-0/16.",
            ),
            (
                "host ip-10-0-0-5.ec2.internal",
                "host ip-private-ip-0.ec2.internal",
            ),
            (
                "dial [2001:db8::1]:443 or fe80::1%eth0",
                "dial [public-ip-0]:443 or private-ip-0%eth0",
            ),
            ("mail ops@example.com", "mail email-0"),
            ("version 1.2.3.4.5", "version 1.2.3.4.5"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    proptest! {
        #[test]
        fn no_secret_is_left_whatever_stands_around_it(
            before in "[ -~中é]{0,60}",
            value in "[a-zA-Z0-9]{11}7",
            after in "[ -~中é]{0,60}",
        ) {
            let text = format!("{before} password={value} {after}");
            let once = masked(&text);
            prop_assert!(!once.contains(&value), "{}", once);
            prop_assert_eq!(masked(&once), once);
        }
    }
}
