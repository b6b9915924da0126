use super::super::super::shown::{check, shown, shown_at, survives};
use super::*;

const FAILED: &str = "\
[root@n1 ~]# systemctl status kubelet docker ntpd
● kubelet.service - kubelet: The Kubernetes Node Agent
   Loaded: loaded (/usr/lib/systemd/system/kubelet.service; enabled; vendor preset: disabled)
  Drop-In: /usr/lib/systemd/system/kubelet.service.d
           └─10-kubeadm.conf
   Active: activating (auto-restart) (Result: exit-code) since Tue 2026-03-10 10:17:41 CST; 42min ago
     Docs: https://kubernetes.io/docs/
  Process: 811 ExecStartPre=/bin/check (code=exited, status=0/SUCCESS)
 Main PID: 812 (code=exited, status=255/EXCEPTION)

Mar 10 10:17:41 n1 systemd[1]: kubelet.service: Main process exited, code=exited, status=255/EXCEPTION
Mar 10 10:17:41 n1 kubelet[812]: Active: failed
                                 and a second line
● docker.service - Docker Application Container Engine
     Loaded: loaded (/lib/systemd/system/docker.service; enabled; preset: enabled)
     Active: active (running) since Tue 2026-03-10 02:00:00 UTC; 1h 0min ago
TriggeredBy: ● docker.socket
   Main PID: 900 (dockerd)
      Tasks: 42 (limit: 4677)
     Memory: 80.5M (peak: 91.0M)
        CPU: 1min 2.003s
     CGroup: /system.slice/docker.service
             └─900 /usr/bin/dockerd --label a.service: b

Warning: docker.service changed on disk. Run 'systemctl daemon-reload' to reload units.
Unit ntpd.service could not be found.
[root@n1 ~]# lvs
  LV   VG  Attr
";

#[test]
fn every_unit_is_a_fact() {
    check(
        &Status,
        &[(
            FAILED,
            "\
systemd_unit@2 unit=kubelet.service description='kubelet: The Kubernetes Node Agent' load=loaded@3 enabled=enabled@3 \
active=activating@6 sub=auto-restart@6 result=exit-code@6 since=2026-03-10T02:17:41Z@6 main_pid=812@9 exit_code=255@9 \
exit_status=EXCEPTION@9
systemd_unit@14 unit=docker.service description='Docker Application Container Engine' load=loaded@15 enabled=enabled@15 \
active=active@16 sub=running@16 since=2026-03-10T02:00:00Z@16 main_pid=900@18 tasks=42@19 memory=84410368@20 \
needs_reload=true@25
systemd_unit@26 unit=ntpd.service load=not-found active=inactive sub=dead",
        )],
    );
}

#[test]
fn old_and_ascii_bullets() {
    check(
        &Status,
        &[
            (
                "* chronyd.service - NTP\r\n   Loaded: loaded (/a; disabled)\r\n   Active: inactive (dead)\r\n",
                "systemd_unit@1 unit=chronyd.service description=NTP load=loaded@2 enabled=disabled@2 active=inactive@3 sub=dead@3",
            ),
            (
                "× a.mount\n     Loaded: loaded (/proc/self/mountinfo)\n     Active: failed (Result: timeout)\n",
                "systemd_unit@1 unit=a.mount load=loaded@2 active=failed@3 result=timeout@3 sub=failed@3",
            ),
            (
                "x b.service - B\n     Loaded: masked (Reason: Unit b.service is masked.)\n     Active: failed (Result: signal)\n\
                 \x20   Process: 7 ExecStart=/b (x) (code=killed, signal=KILL)\n",
                "systemd_unit@1 unit=b.service description=B load=masked@2 active=failed@3 result=signal@3 sub=failed@3 \
                 exit_status=KILL@4",
            ),
            (
                "● c.service\n   Loaded: not-found (Reason: No such file or directory)\n   Active: inactive (dead)\n",
                "systemd_unit@1 unit=c.service load=not-found@2 active=inactive@3 sub=dead@3",
            ),
            (
                "Warning: The unit file, source configuration file or drop-ins of d.service changed on disk. Run it.\n\
                 ● d.service - D - E\n     Loaded: error (Reason: Invalid argument)\n     Active: inactive (dead)\n\
                 \x20  Main PID: 5 (code=exited, status=1)\n",
                "systemd_unit@2 unit=d.service description='D - E' load=error@3 active=inactive@4 sub=dead@4 main_pid=5@5 \
                 exit_code=1@5 needs_reload=true@1",
            ),
        ],
    );
}

#[test]
fn the_block_of_the_system_is_skipped_and_blocks_without_bullets_are_read() {
    let text = "\
* n1
    State: degraded
   Failed: 1 units
   CGroup: /
           |-1 /sbin/init

e.service - E
   Loaded: loaded (/e; static)
   Active: active since Tue 2026-03-10 02:59:00 UTC; 1min ago
3月 10 10:59:00 n1 e[1]: up
";
    assert_eq!(
        shown_at(&Status, "sos_commands/systemd/systemctl_status_--all", text),
        "systemd_unit@7 unit=e.service description=E load=loaded@8 enabled=static@8 active=active@9 sub=active@9 \
         since=2026-03-10T02:59:00Z@9"
    );
}

#[test]
fn messages_of_the_other_stream_come_in_the_middle() {
    check(
        &Status,
        &[(
            "● a.service - A\n   Loaded: loaded (/aUnit b.mount could not be found.\n   Active: active (running)\n\n\
             Mar 10 10:17:41 n1 x[1]: Unit c.service could not be found.\n",
            "systemd_unit@2 unit=b.mount load=not-found active=inactive sub=dead\n\
             systemd_unit@1 unit=a.service description=A load=loaded@2 active=active@3 sub=running@3",
        )],
    );
}

#[test]
fn a_list_of_dependencies_says_nothing() {
    assert_eq!(
        shown(&Status, "● a.target\n● ├─b.service\n● c.service\n"),
        ""
    );
}

#[test]
fn a_cut_block_is_told() {
    assert_eq!(
        shown(&Status, "● a.service - A\n   Loaded: loa"),
        "systemd_unit@1 unit=a.service description=A load=loa@2\ncut"
    );
    assert_eq!(
        shown(&Status, "● a.service - A\n   Active: active (running)"),
        "systemd_unit@1 unit=a.service description=A active=active@2 sub=running@2"
    );
}

#[test]
fn lists_and_prose_do_not_open() {
    for text in [
        "* Restart kubelet.service now\n",
        "* item\n",
        "Unit tests could not be found.\n",
        "x 1\n",
        "Warning: disk full\n",
    ] {
        assert_eq!(shown(&Status, text), "", "{text}");
    }
}

#[test]
fn damage_is_survived() {
    survives(&Status, &[FAILED]);
}
