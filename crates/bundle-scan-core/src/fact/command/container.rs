//! Reads lists of containers: `docker ps -a`, the same of nerdctl and podman, and `crictl ps -a`.
//!
//! ```text
//! CONTAINER ID   IMAGE          COMMAND      CREATED       STATUS                       PORTS   NAMES
//! 1f59a7f4cf77   613b55f01959   "/bin/run"   2 hours ago   Exited (137) 5 minutes ago           k8s_app_web-0_shop_0a1b_3
//! ```
//! ```text
//! CONTAINER       IMAGE           CREATED         STATE     NAME   ATTEMPT   POD ID          POD
//! 6ed3754e49765   f36b8965af58a   4 minutes ago   Running   app    0         b13e66f2a62f1   web-0
//! ```
//!
//! The names that the kubelet gives to containers of docker are taken apart. `--format` and `--quiet` are not read.
//! Source: docker cli `cli/command/formatter/container.go`, moby `api/types/container` (status texts), kubelet
//! `pkg/kubelet/dockershim/naming.go`, nerdctl `pkg/containerutil`, cri-tools `cmd/crictl/container.go`.

use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::table::Column;
use crate::fact::value;

use super::listing::{self, Titles};

/// `docker ps`, `nerdctl ps`, `podman ps`.
pub(super) static DOCKER_PS: Containers = Containers {
    id: "docker-ps",
    state: "STATUS",
    titles: &[
        ("CONTAINER ID", "id"),
        ("IMAGE", "image"),
        ("COMMAND", "command"),
        ("CREATED", "created_age"),
        ("STATUS", "status"),
        ("NAMES", "name"),
    ],
};

/// `crictl ps`.
pub(super) static CRICTL_PS: Containers = Containers {
    id: "crictl-ps",
    state: "STATE",
    titles: &[
        ("CONTAINER", "id"),
        // Of versions before 1.0.
        ("CONTAINER ID", "id"),
        ("IMAGE", "image"),
        ("CREATED", "created_age"),
        ("STATE", "status"),
        ("NAME", "name"),
        ("ATTEMPT", "attempt"),
        ("POD", "pod"),
        ("NAMESPACE", "namespace"),
    ],
};

/// A list of containers.
#[derive(Debug)]
pub(super) struct Containers {
    id: &'static str,
    /// The title above the states, which tells the tools apart.
    state: &'static str,
    titles: &'static Titles,
}

impl FactParser for Containers {
    fn id(&self) -> &'static str {
        self.id
    }

    fn openers(&self) -> &'static [&'static str] {
        &["CONTAINER"]
    }

    fn opens(&self, line: &str) -> bool {
        let has = |title: &str| line.split_whitespace().any(|word| word == title);
        line.trim_start().starts_with("CONTAINER ")
            && has("IMAGE")
            && has("CREATED")
            && has(self.state)
    }

    fn goes_on(&self, line: &str) -> bool {
        let word = listing::first_word(line.trim_start());
        is_id(word) || is_name_alone(line)
    }

    fn header_lines(&self) -> usize {
        1
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let columns = listing::columns_by_gap(section);
        let take_name = |fact: &mut Fact<'a>, line: &'a str| {
            let is_name = is_name_alone(line);
            if is_name {
                set_name(fact, section, line.trim());
            }
            is_name
        };
        let row = |line| self.row(section, &columns, line);
        listing::rows_with_rests(section, facts, row, take_name)
    }
}

impl Containers {
    fn row<'a>(
        &self,
        section: &Section<'a>,
        columns: &[Column<'_>],
        line: &'a str,
    ) -> Option<Fact<'a>> {
        let cells = listing::by_place(columns, line, fits)
            .or_else(|| listing::in_order(columns, line, fits, listing::first_gap_piece))?;
        let mut fact = Fact::new(&kind::RUNTIME_CONTAINER, section.at(line.trim_start()));
        for (column, cell) in columns.iter().zip(cells) {
            match listing::field_of(self.titles, column.title) {
                Some("name") => set_name(&mut fact, section, cell),
                Some("status") => set_status(&mut fact, section, cell),
                Some("command") => {
                    let cell = cell.trim_matches('"');
                    fact.set("command", cell, section.at(cell));
                }
                Some(field) => {
                    fact.set(field, cell, section.at(cell));
                }
                None => {}
            }
        }
        fact.get("status")?;
        let id = fact.get("id")?.at;
        let runtime = self.runtime(section, line);
        fact.text("runtime", runtime, id);
        Some(fact)
    }

    /// Which tool it was, as far as it can be told.
    fn runtime(&self, section: &Section<'_>, line: &str) -> &'static str {
        let path = section.path.innermost();
        if self.state == "STATE" {
            "cri"
        } else if path.contains("nerdctl") || line.contains("k8s://") {
            "nerdctl"
        } else if path.contains("podman") {
            "podman"
        } else {
            "docker"
        }
    }
}

fn fits(title: &str, cell: &str) -> bool {
    match title {
        "CONTAINER" | "CONTAINER ID" => is_id(cell),
        "CREATED" => {
            cell.ends_with("ago") || value::duration(cell).is_some() || value::time(cell).is_some()
        }
        "STATUS" | "STATE" => state_of(cell).is_some(),
        "PORTS" => cell.contains("/tcp") || cell.contains("/udp") || cell.contains("/sctp"),
        "ATTEMPT" => value::number(cell).is_some(),
        "POD ID" => is_id(cell),
        "COMMAND" => cell.contains(['"', '/']) || cell.ends_with('…'),
        _ => !cell.is_empty(),
    }
}

fn is_id(word: &str) -> bool {
    (8..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A line with nothing but the name of a container: terminals break long rows.
fn is_name_alone(line: &str) -> bool {
    let line = line.trim();
    let is_name = line
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("k8s_"));
    is_name && !line.contains([' ', '\t'])
}

/// `Exited (137) 5 minutes ago`, `Up 3 days (healthy)`, `Created`: the state and the exit code.
fn set_status<'a>(fact: &mut Fact<'a>, section: &Section<'a>, cell: &'a str) {
    let at = section.at(cell);
    fact.set("status", cell, at);
    if let Some(state) = state_of(cell) {
        fact.text("state", state, at);
    }
    let code = cell
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    // `Up 3 days (healthy)` has no number.
    if let Some((code, _)) = code.filter(|(code, _)| value::number(code).is_some()) {
        fact.set("exit_code", code, section.at(code));
    }
}

fn state_of(cell: &str) -> Option<&'static str> {
    let word = listing::first_word(cell);
    Some(match word.to_ascii_lowercase().as_str() {
        "up" if cell.ends_with("(Paused)") => "paused",
        "up" | "running" => "running",
        "exited" | "stopped" => "exited",
        "created" => "created",
        "restarting" => "restarting",
        "paused" | "pausing" => "paused",
        "dead" => "dead",
        "unknown" | "removal" | "removing" => "unknown",
        _ => return None,
    })
}

/// A name as the kubelet gives it (`k8s_<container>_<pod>_<namespace>_<uid>_<attempt>`), as nerdctl shows it
/// (`k8s://<namespace>/<pod>/<container>`), or any other.
fn set_name<'a>(fact: &mut Fact<'a>, section: &Section<'a>, cell: &'a str) {
    let mut put = |field, text: &'a str| {
        fact.set(field, text, section.at(text));
    };
    if let Some(rest) = cell.strip_prefix("k8s://") {
        let mut parts = rest.split('/');
        put("namespace", parts.next().unwrap_or(""));
        put("pod", parts.next().unwrap_or(""));
        if let Some(name) = parts.next() {
            put("name", name);
        }
        return;
    }
    let parts: Vec<&str> = cell.splitn(7, '_').collect();
    match parts.as_slice() {
        [kubelet, name, pod, namespace, _uid, attempt] if kubelet.eq_ignore_ascii_case("k8s") => {
            // Until Kubernetes 1.5 a hash followed the name.
            put("name", name.split('.').next().unwrap_or(name));
            put("pod", pod);
            put("namespace", namespace);
            if attempt.bytes().all(|byte| byte.is_ascii_digit()) {
                put("attempt", attempt);
            }
        }
        _ => put("name", cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const DOCKER_SAMPLE: &str = r#"CONTAINER ID   IMAGE          COMMAND                  CREATED        STATUS                        PORTS                  NAMES
0a1b2c3d4e5f   613b55f01959   "/bin/sh -c 'run it…"    2 hours ago    Exited (137) 5 minutes ago                           k8s_app_web-0_shop_5c388617-ac32-11e9-9168-0123456789ab_3
1a1b2c3d4e5f   pause:3.2      "/pause"                 2 hours ago    Up 2 hours                                           k8s_POD_web-0_shop_5c388617-ac32-11e9-9168-0123456789ab_0
2a1b2c3d4e5f   cache:1        "docker-entry -x 1"      3 weeks ago    Up 3 days (healthy)           0.0.0.0:80->80/tcp     front
3a1b2c3d4e5f   cache:1        "docker-entry -x 1"      5 days ago     Restarting (1) 5 seconds ago
4a1b2c3d4e5f   cache:1        "docker-entry -x 1"      5 days ago     Created                                              lost
"#;
    const CRICTL_SAMPLE: &str = "\
CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID              POD
6ed3754e49765       f36b8965af58a       4 minutes ago       Running             web                 0                   b13e66f2a62f1       web-5654587fb9-6s6q4
84aefbd827a14       6e38f40d628db       About an hour ago   Exited              agent               12                  d7dd48fce4f36       agent-0
";

    fn check(parser: &Containers, text: &str, expected: &str) {
        assert_eq!(testing::read(parser, text), expected, "{text}");
    }

    #[test]
    fn docker_with_kubelet_names_and_empty_cells() {
        check(
            &DOCKER_PS,
            DOCKER_SAMPLE,
            "runtime_container id=0a1b2c3d4e5f image=613b55f01959 command=/bin/sh -c 'run it… created_age=7200 \
             status=Exited (137) 5 minutes ago state=exited exit_code=137 name=app pod=web-0 namespace=shop attempt=3 runtime=docker @2\n\
             runtime_container id=1a1b2c3d4e5f image=pause:3.2 command=/pause created_age=7200 status=Up 2 hours state=running \
             name=POD pod=web-0 namespace=shop attempt=0 runtime=docker @3\n\
             runtime_container id=2a1b2c3d4e5f image=cache:1 command=docker-entry -x 1 created_age=1814400 \
             status=Up 3 days (healthy) state=running name=front runtime=docker @4\n\
             runtime_container id=3a1b2c3d4e5f image=cache:1 command=docker-entry -x 1 created_age=432000 \
             status=Restarting (1) 5 seconds ago state=restarting exit_code=1 runtime=docker @5\n\
             runtime_container id=4a1b2c3d4e5f image=cache:1 command=docker-entry -x 1 created_age=432000 status=Created \
             state=created name=lost runtime=docker @6\n",
        );
    }

    #[test]
    fn old_docker_with_broken_and_misaligned_rows() {
        check(
            &DOCKER_PS,
            "CONTAINER ID        IMAGE               COMMAND             CREATED             STATUS              PORTS               NAMES\r
0a1b2c3d4e5f   shop/web:1   \"/bin/bash\"   2 hours ago   Dead\r
k8s_web.a1b2_web-1_shop_5c388617_9f8e\r
1a1b2c3d4e5f   shop/web:1   \"/bin/bash\"   Less than a second ago   Up 3 days (Paused)   sleepy_name\r
[root@node-1 ~]# docker images\r
",
            "runtime_container id=0a1b2c3d4e5f image=shop/web:1 command=/bin/bash created_age=7200 status=Dead state=dead \
             runtime=docker name=web@3 pod=web-1@3 namespace=shop@3 @2\n\
             runtime_container id=1a1b2c3d4e5f image=shop/web:1 command=/bin/bash created_age=1 status=Up 3 days (Paused) \
             state=paused name=sleepy_name runtime=docker @4\n",
        );
    }

    #[test]
    fn nerdctl_names() {
        check(
            &DOCKER_PS,
            "CONTAINER ID    IMAGE          COMMAND      CREATED         STATUS    PORTS    NAMES
0a1b2c3d4e5f    pause:3.9      \"/pause\"     2 minutes ago   Up                 k8s://shop/web-0
1a1b2c3d4e5f    shop/web:1     \"/web\"       2 minutes ago   Up                 k8s://shop/web-0/app
",
            "runtime_container id=0a1b2c3d4e5f image=pause:3.9 command=/pause created_age=120 status=Up state=running \
             namespace=shop pod=web-0 runtime=nerdctl @2\n\
             runtime_container id=1a1b2c3d4e5f image=shop/web:1 command=/web created_age=120 status=Up state=running \
             namespace=shop pod=web-0 name=app runtime=nerdctl @3\n",
        );
    }

    #[test]
    fn crictl_old_and_new() {
        check(
            &CRICTL_PS,
            CRICTL_SAMPLE,
            "runtime_container id=6ed3754e49765 image=f36b8965af58a created_age=240 status=Running state=running name=web \
             attempt=0 pod=web-5654587fb9-6s6q4 runtime=cri @2\n\
             runtime_container id=84aefbd827a14 image=6e38f40d628db created_age=3600 status=Exited state=exited name=agent \
             attempt=12 pod=agent-0 runtime=cri @3\n",
        );
        check(
            &CRICTL_PS,
            "CONTAINER       IMAGE           CREATED         STATE     NAME   ATTEMPT   POD ID          POD     NAMESPACE
6ed3754e49765   f36b8965af58a   4 minutes ago   Unknown   web    0         b13e66f2a62f1   web-0   shop
",
            "runtime_container id=6ed3754e49765 image=f36b8965af58a created_age=240 status=Unknown state=unknown name=web \
             attempt=0 pod=web-0 namespace=shop runtime=cri @2\n",
        );
    }

    #[test]
    fn half_a_row_is_told() {
        check(
            &CRICTL_PS,
            "CONTAINER       IMAGE           CREATED         STATE     NAME\n6ed3754e49765   f36b8965af58a   4 minu",
            "CUT\n",
        );
    }

    #[test]
    fn other_tables_of_containers_do_not_open() {
        for header in [
            "CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT",
            "CONTAINER    IMAGE    RUNTIME",
            "CONTAINER IMAGE was CREATED",
        ] {
            assert!(
                !DOCKER_PS.opens(header) && !CRICTL_PS.opens(header),
                "{header}"
            );
        }
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(docker in testing::hostile(DOCKER_SAMPLE), crictl in testing::hostile(CRICTL_SAMPLE)) {
            testing::survives(&DOCKER_PS, DOCKER_SAMPLE, &docker);
            testing::survives(&CRICTL_PS, CRICTL_SAMPLE, &crictl);
        }
    }
}
