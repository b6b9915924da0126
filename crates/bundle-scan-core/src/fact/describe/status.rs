//! The STATUS that `kubectl get pods` prints, from the states of the containers.
//!
//! ```text
//! state of the containers                     STATUS
//! waiting, reason CrashLoopBackOff            CrashLoopBackOff
//! init container terminated, exit code 1      Init:Error
//! second of three init containers running     Init:1/3
//! ```
//!
//! describe does not tell which init containers are sidecars: one that runs although the pod is initialized is taken
//! for one.
//! Source: `printPod` of k8s.io/kubernetes `pkg/printers/internalversion/printers.go`.

use std::borrow::Cow;

use crate::fact::Fact;

/// What the pod itself says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pod<'a> {
    /// Its reason, else its phase, with the place.
    pub(super) reason: Option<(&'a str, usize)>,
    /// Whether its condition `Initialized` holds.
    pub(super) initialized: bool,
    /// Whether its condition `Ready` holds.
    pub(super) ready: bool,
}

/// The columns READY, STATUS and RESTARTS.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Summary<'a> {
    /// The status with the place that it comes from.
    pub(super) status: Option<(Cow<'a, str>, usize)>,
    /// How many containers are ready.
    pub(super) ready: usize,
    /// How many there are.
    pub(super) containers: usize,
    /// How often they were restarted.
    pub(super) restarts: f64,
}

/// Sums up a pod that is not being deleted.
pub(super) fn summary<'a>(pod: Pod<'a>, containers: &[Fact<'a>]) -> Summary<'a> {
    let of_role = |role: &str| -> Vec<&Fact<'a>> {
        containers
            .iter()
            .filter(|fact| fact.text_of("type") == Some(role))
            .collect()
    };
    let (init, app) = (of_role("init"), of_role("app"));
    let mut summary = Summary {
        status: pod.reason.map(|(reason, at)| (Cow::Borrowed(reason), at)),
        containers: app.len(),
        ..Summary::default()
    };
    let initializing = read_init(pod, &init, &mut summary);
    if !initializing || pod.initialized {
        let sidecars = init.iter().filter(|fact| is_sidecar(pod, fact));
        summary.restarts = sidecars.map(|fact| restarts(fact)).sum();
        read_app(pod, &app, &mut summary);
    }
    summary
}

/// Whether the init containers still have to run; the first that does gives the status.
fn read_init<'a>(pod: Pod<'a>, init: &[&Fact<'a>], summary: &mut Summary<'a>) -> bool {
    for (index, fact) in init.iter().enumerate() {
        summary.restarts += restarts(fact);
        if is_sidecar(pod, fact) {
            summary.containers += 1;
            summary.ready += usize::from(is_ready(fact));
            continue;
        }
        let status = match (
            fact.text_of("state"),
            fact.number_of("exit_code"),
            fact.text_of("reason"),
        ) {
            (Some("terminated"), Some(0.0), _) => continue,
            (None, ..) => return false,
            (Some("terminated"), ..) => ended(fact).map(|(text, at)| (format!("Init:{text}"), at)),
            (Some("waiting"), _, Some(reason)) if reason != "PodInitializing" => {
                Some((format!("Init:{reason}"), at(fact, "reason")))
            }
            _ => Some((format!("Init:{index}/{}", init.len()), at(fact, "state"))),
        };
        let status = status.map(|(text, at)| (Cow::Owned(text), at));
        summary.status = status.or(summary.status.take());
        return true;
    }
    false
}

fn is_sidecar(pod: Pod<'_>, fact: &Fact<'_>) -> bool {
    fact.text_of("state") == Some("running") && pod.initialized
}

/// The first container that is not well gives the status.
fn read_app<'a>(pod: Pod<'a>, app: &[&Fact<'a>], summary: &mut Summary<'a>) {
    let mut running = false;
    for fact in app.iter().rev() {
        summary.restarts += restarts(fact);
        match (fact.text_of("state"), fact.text_of("reason")) {
            (Some("waiting"), Some(_)) => summary.status = text_of(fact, "reason"),
            (Some("terminated"), _) => summary.status = ended(fact).or(summary.status.take()),
            (Some("running"), _) if is_ready(fact) => {
                running = true;
                summary.ready += 1;
            }
            _ => {}
        }
    }
    if let Some((status, _)) = &mut summary.status
        && status == "Completed"
        && running
    {
        *status = Cow::Borrowed(if pod.ready { "Running" } else { "NotReady" });
    }
}

/// How a container ended: its reason, or else its signal or exit code.
fn ended<'a>(fact: &Fact<'a>) -> Option<(Cow<'a, str>, usize)> {
    text_of(fact, "reason").or_else(|| {
        let signal = fact.number_of("signal").filter(|signal| *signal != 0.0);
        match (signal, fact.number_of("exit_code")) {
            (Some(signal), _) => Some((Cow::Owned(format!("Signal:{signal}")), at(fact, "signal"))),
            (None, Some(code)) => Some((
                Cow::Owned(format!("ExitCode:{code}")),
                at(fact, "exit_code"),
            )),
            (None, None) => None,
        }
    })
}

fn text_of<'a>(fact: &Fact<'a>, field: &str) -> Option<(Cow<'a, str>, usize)> {
    match &fact.get(field)?.value {
        crate::fact::Value::Text(text) => Some((text.clone(), at(fact, field))),
        _ => None,
    }
}

fn at(fact: &Fact<'_>, field: &str) -> usize {
    fact.get(field).map_or(fact.at, |field| field.at)
}

fn restarts(fact: &Fact<'_>) -> f64 {
    fact.number_of("restarts").unwrap_or(0.0)
}

fn is_ready(fact: &Fact<'_>) -> bool {
    fact.get("ready")
        .is_some_and(|field| field.value == crate::fact::Value::Flag(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::kind;

    /// A container written as `type state reason exit_code ready restarts`, `-` for what is not known.
    fn container(words: &str) -> Fact<'_> {
        let mut fact = Fact::new(&kind::CONTAINER, 0);
        let fields = ["type", "state", "reason", "exit_code", "ready", "restarts"];
        for (field, word) in fields.into_iter().zip(words.split(' ')) {
            fact.set(field, word, 0);
        }
        fact
    }

    fn check(initialized: bool, containers: &[&str], expected: &str) {
        let facts: Vec<Fact<'_>> = containers.iter().map(|words| container(words)).collect();
        let pod = Pod {
            reason: Some(("Pending", 0)),
            initialized,
            ready: false,
        };
        let found = summary(pod, &facts);
        let status = found.status.map_or(Cow::Borrowed(""), |(status, _)| status);
        let shown = format!(
            "{status} {}/{} {}",
            found.ready, found.containers, found.restarts
        );
        assert_eq!(shown, expected, "{containers:?}");
    }

    #[test]
    fn containers_give_the_status() {
        check(
            true,
            &[
                "app running - - true 2",
                "app waiting CrashLoopBackOff - false 5",
            ],
            "CrashLoopBackOff 1/2 7",
        );
        check(
            true,
            &[
                "app waiting ErrImagePull - false 0",
                "app terminated Error 1 false 1",
            ],
            "ErrImagePull 0/2 1",
        );
        check(true, &["app terminated - 3 false 1"], "ExitCode:3 0/1 1");
        check(
            true,
            &[
                "app terminated Completed 0 false 0",
                "app running - - true 0",
            ],
            "NotReady 1/2 0",
        );
        check(false, &["app - - - - -"], "Pending 0/1 0");
    }

    #[test]
    fn init_containers_come_first() {
        let waiting = "app waiting PodInitializing - false 0";
        check(
            false,
            &[
                "init terminated Completed 0 true 0",
                "init running - - false 0",
                waiting,
            ],
            "Init:1/2 0/1 0",
        );
        check(
            false,
            &["init waiting CrashLoopBackOff - false 4", waiting],
            "Init:CrashLoopBackOff 0/1 4",
        );
        check(
            false,
            &["init terminated Error 1 false 1", waiting],
            "Init:Error 0/1 1",
        );
        check(
            false,
            &["init waiting PodInitializing - false 0", waiting],
            "Init:0/1 0/1 0",
        );
        check(false, &["init - - - - -", "app - - - - -"], "Pending 0/1 0");
    }

    #[test]
    fn a_sidecar_counts_as_a_container() {
        check(
            true,
            &["init running - - true 1", "app running - - true 2"],
            "Pending 2/2 3",
        );
        check(
            true,
            &[
                "init running - - true 0",
                "app waiting CrashLoopBackOff - false 2",
            ],
            "CrashLoopBackOff 1/2 2",
        );
    }
}
