//! Where a table ends: what may stand under its last row.
//!
//! ```text
//! web-0   1/1   Running   0   3d
//! [root@master ~]# kubectl get svc
//! ```
//!
//! Lines of the client's own log (`I0310 10:17:41.123456 ...`) and warnings are neither rows nor an end. Does not know
//! columns.

use super::header;

/// What kubectl says instead of rows, or after them.
const MESSAGES: [&str; 6] = [
    "No resources found",
    "Error from server",
    "error:",
    "The connection to the server",
    "Unable to connect to the server",
    "command terminated with",
];

/// Commands that scripts print before they run them.
const COMMANDS: [&str; 6] = [
    "kubectl -",
    "kubectl describe ",
    "kubectl get ",
    "kubectl top ",
    "helm list",
    "helm ls",
];

/// First titles of tables.
const FIRST_TITLES: [&str; 7] = [
    "NAME",
    "NAMESPACE",
    "LAST",
    "LASTSEEN",
    "FIRSTSEEN",
    "POD",
    "CURRENT",
];

/// Whether a table whose rows begin with a name goes on with this line.
pub(super) fn is_in_table(line: &str) -> bool {
    let line = line.trim();
    let may_begin_a_name =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "*<_".contains(c);
    let echoes = COMMANDS.iter().any(|command| line.starts_with(command));
    !ends_any_table(line) && !echoes && (line.starts_with(may_begin_a_name) || is_of_client(line))
}

/// Whether a table whose last column may go on for several lines goes on with this line.
pub(super) fn is_in_messages(line: &str) -> bool {
    let line = line.trim();
    let first = line.split_whitespace().next().unwrap_or("");
    let is_header = FIRST_TITLES.contains(&first) && header::is_all_titles(line);
    !ends_any_table(line) && !is_header
}

fn ends_any_table(line: &str) -> bool {
    line.is_empty() || MESSAGES.iter().any(|message| line.starts_with(message)) || is_prompt(line)
}

/// `I0310 10:17:41.123456  12 request.go:645] Throttling request took ...`, or `Warning: v1 ComponentStatus is
/// deprecated`.
fn is_of_client(line: &str) -> bool {
    let stamp = line.strip_prefix(['I', 'W', 'E', 'F']).unwrap_or("");
    let digits = stamp.chars().take_while(char::is_ascii_digit).count();
    digits == 4 || line.starts_with("Warning:")
}

/// `[root@n1 ~]# `, `root@n1:~# `, `bash-4.2$ `, `$ `, `~ # kubectl`, `+ kubectl` of `set -x`, `PS C:\> `.
fn is_prompt(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or("");
    let is_mark = |word: &str| word.ends_with(['#', '$', '%', '>']);
    let runs = ["# kubectl ", "$ kubectl ", "# helm ", "$ helm "];
    first.trim_start_matches('+').is_empty()
        || first.ends_with(['#', '$'])
        || matches!(first, "%" | ">")
        || first.starts_with('[') && first.contains('@')
        || first.contains('@') && line.split_whitespace().take(3).any(is_mark)
        || first == "PS" && line.contains(":\\")
        || runs.iter().any(|run| line.contains(run))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_end_where_they_end() {
        for (line, in_table, in_messages) in [
            ("web-0   1/1   Running   0   3d", true, true),
            ("10.0.4.21   Ready   <none>   3d   v1.26.1", true, true),
            ("<redacted>   1/1   Running   0   3d", true, true),
            (
                "I0310 10:17:41.123456    12 request.go:645] Throttling",
                true,
                true,
            ),
            (
                "Warning: v1 ComponentStatus is deprecated in v1.19+",
                true,
                true,
            ),
            ("Readiness probe failed", false, true),
            ("  at web.Main(Main.java:42)", true, true),
            ("FATAL ERROR", false, true),
            ("100% of 3", true, true),
            ("=> pulling", false, true),
            ("NAMESPACE   NAME   READY", false, false),
            ("LAST SEEN   TYPE   REASON", false, false),
            ("", false, false),
            ("   ", false, false),
            ("No resources found in shop namespace.", false, false),
            (
                "Error from server (NotFound): pods \"web\" not found",
                false,
                false,
            ),
            (
                "error: the server doesn't have a resource type \"x\"",
                false,
                false,
            ),
            ("[root@n1 ~]# kubectl get svc", false, false),
            ("root@n1:~# ls", false, false),
            ("ops@n1:/tmp$", false, false),
            ("bash-4.2$ ls", false, false),
            ("n1 ~ # kubectl get svc", false, false),
            ("$ ls", false, false),
            ("+ kubectl get svc", false, false),
            ("PS C:\\Users\\ops> ls", false, false),
            ("kubectl get svc", false, true),
            ("==== services ====", false, true),
            ("服务列表", false, true),
        ] {
            assert_eq!(is_in_table(line), in_table, "{line}");
            assert_eq!(is_in_messages(line), in_messages, "{line}");
        }
    }
}
