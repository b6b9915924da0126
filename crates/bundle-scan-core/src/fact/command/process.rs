//! Reads lists of processes: `ps` with any columns (`aux`, `-ef`, `-elf`, `alx`, `-eo ...`, with threads) and `top`.
//!
//! ```text
//! USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
//! root      1432  4.1  1.2 1893412 98112 ?       Ssl  Mar01 812:44 /usr/bin/kubelet --config=/etc/kubelet.yaml
//! ```
//!
//! `command` is the bare name of the program, `args` all that the column says. Threads are no processes: their state
//! goes to the process that has none of its own. `SZ` is in pages of unknown size and is left out. Source: procps
//! `src/ps/output.c` (`format_array`, widths and titles), `src/top/top.c` (`Fieldstab`).

use std::collections::BTreeMap;

use crate::fact::kind;
use crate::fact::row::Fact;
use crate::fact::section::{Ending, FactParser, Section};
use crate::fact::value;

use super::listing;
use super::process_row::{self, Columns, TITLES};

/// `ps` and the rows of `top`.
pub(super) static PS: Ps = Ps;

/// The parser of lists of processes.
#[derive(Debug)]
pub(super) struct Ps;

impl FactParser for Ps {
    fn id(&self) -> &'static str {
        "ps"
    }

    fn openers(&self) -> &'static [&'static str] {
        &[
            "进程号",
            "USER",
            "UID",
            "PID",
            "PPID",
            "F",
            "S",
            "STAT",
            "%CPU",
            "%MEM",
            "LABEL",
            "RSS",
            "VSZ",
            "EUSER",
            "RUSER",
        ]
    }

    fn opens(&self, line: &str) -> bool {
        let known = |title: &str| listing::field_of(TITLES, title);
        let is_plain = |byte: u8| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"%+#-".contains(&byte)
        };
        let is_title = |word: &str| {
            word.bytes().all(is_plain) || known(word).is_some() || matches!(word, "优" | "共享")
        };
        let words = || line.split_whitespace();
        words().all(is_title)
            && words().any(|title| known(title) == Some("pid"))
            && words().any(|title| known(title) == Some("command"))
            && words().filter(|title| known(title).is_some()).count() >= 3
            // `fuser -v`.
            && !words().any(|title| title == "ACCESS")
    }

    fn goes_on(&self, line: &str) -> bool {
        let is_top = line.trim_start().starts_with("top - ");
        let is_cell = |word: &str| word == "-" || word.bytes().all(|byte| byte.is_ascii_digit());
        !is_top
            && line.split_whitespace().take(4).any(is_cell)
            && !listing::is_prompt(first_words(line))
    }

    fn header_lines(&self) -> usize {
        1
    }

    fn parse<'a>(&self, section: &Section<'a>, facts: &mut Vec<Fact<'a>>) -> Ending {
        let columns = Columns::of(listing::header_line(section));
        let mut processes = Processes::default();
        let mut last_is_whole = true;
        for line in section.text.lines() {
            let cells = columns.cells(section, line);
            last_is_whole = cells.is_some();
            if let Some(cells) = cells {
                processes.add(section, &columns, &cells);
            }
        }
        processes.finish(facts);
        listing::ending(section, last_is_whole)
    }
}

/// The part of a line that could be a prompt: arguments may well end with `#`.
fn first_words(line: &str) -> &str {
    match line.trim_start().starts_with(|c: char| c.is_alphanumeric()) {
        true => listing::first_word(line.trim_start()),
        false => line,
    }
}

/// The processes so far.
#[derive(Default)]
struct Processes<'a> {
    facts: Vec<Fact<'a>>,
    /// The command of each number, and where it stands.
    commands: BTreeMap<u64, (&'a str, usize)>,
    /// What the threads of the last process say of its state.
    thread_state: Option<(&'a str, usize)>,
}

impl<'a> Processes<'a> {
    fn add(&mut self, section: &Section<'a>, columns: &Columns<'_>, cells: &[&'a str]) {
        let cell_of = |wanted: &str| {
            let index = columns.titles.iter().position(|title| *title == wanted)?;
            cells.get(index).copied()
        };
        let (pid, thread) = (cell_of("PID"), cell_of("LWP"));
        let is_thread =
            pid == Some("-") || thread.is_some_and(|thread| thread != "-" && Some(thread) != pid);
        if is_thread {
            self.add_thread(section, cell_of("STAT").or_else(|| cell_of("S")));
            return;
        }
        self.take_thread_state();
        if let Some(fact) = process(section, columns, cells) {
            if let (Some(pid), Some(command)) =
                (number_of(&fact, "pid"), command_cell(columns, cells))
            {
                let name = process_row::bare_name(command);
                self.commands.entry(pid).or_insert((name, section.at(name)));
            }
            self.facts.push(fact);
        }
    }

    /// A thread that cannot be interrupted makes such a process; else the first one counts.
    fn add_thread(&mut self, section: &Section<'a>, state: Option<&'a str>) {
        let Some(letter) = state.and_then(state_letter) else {
            return;
        };
        if letter == "D" || self.thread_state.is_none() {
            self.thread_state = Some((letter, section.at(letter)));
        }
    }

    fn take_thread_state(&mut self) {
        if let Some((letter, at)) = self.thread_state.take()
            && let Some(fact) = self.facts.last_mut()
        {
            if letter == "D" {
                fact.fields.retain(|field| field.name != "state");
            }
            fact.text("state", letter, at);
        }
    }

    fn finish(mut self, facts: &mut Vec<Fact<'a>>) {
        self.take_thread_state();
        for mut fact in self.facts {
            if let Some((command, at)) =
                number_of(&fact, "ppid").and_then(|ppid| self.commands.get(&ppid))
            {
                fact.text("parent", *command, *at);
            }
            facts.push(fact);
        }
    }
}

fn number_of(fact: &Fact<'_>, field: &str) -> Option<u64> {
    fact.number_of(field).map(|number| number as u64)
}

fn command_cell<'a>(columns: &Columns<'_>, cells: &[&'a str]) -> Option<&'a str> {
    cells.get(columns.command).copied()
}

fn process<'a>(
    section: &Section<'a>,
    columns: &Columns<'_>,
    cells: &[&'a str],
) -> Option<Fact<'a>> {
    let mut fact = Fact::new(&kind::PROCESS, section.at(cells.first()?));
    for (title, cell) in columns.titles.iter().zip(cells) {
        match listing::field_of(TITLES, title) {
            Some("command") => set_command(&mut fact, section, columns, cell),
            Some(field) => set(&mut fact, section, field, cell),
            None => {}
        }
    }
    fact.get("pid")?;
    Some(fact)
}

fn set<'a>(fact: &mut Fact<'a>, section: &Section<'a>, field: &'static str, cell: &'a str) {
    let at = section.at(cell);
    let number = match field {
        "rss" | "vsz" => value::number(cell).map(|kib| kib * 1024.0),
        // `etimes` prints plain seconds.
        "elapsed" => value::number(cell),
        _ => None,
    };
    match (field, number) {
        (_, Some(number)) => fact.number(field, number, at),
        ("state", _) => fact.text(field, state_letter(cell).unwrap_or(""), at),
        ("user", _) if cell == "0" => fact.text(field, "root", at),
        _ => fact.set(field, cell, at),
    };
}

fn set_command<'a>(
    fact: &mut Fact<'a>,
    section: &Section<'a>,
    columns: &Columns<'_>,
    cell: &'a str,
) {
    let args = process_row::without_forest(cell);
    let name = process_row::bare_name(cell);
    fact.set("command", name, section.at(name));
    if args.ends_with("<defunct>") {
        // `ps -ef` has no column for the state.
        fact.text("state", "Z", section.at(args));
    }
    if !columns.of_top || args.starts_with('/') || args.contains(' ') {
        fact.set("args", args, section.at(args));
    }
}

fn state_letter(state: &str) -> Option<&str> {
    state
        .get(..1)
        .filter(|letter| letter.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::command::testing;
    use proptest::prelude::*;

    const SAMPLE: &str = "\
USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root           1  0.0  0.1 105868 13604 ?        Ss   Mar01   0:22 /sbin/init splash
root           2  0.0  0.0      0     0 ?        S    Mar01   0:00 [kthreadd]
app         4711 12.5  3.0 999999 40960 ?        Ssl  10:17 135:44 nginx: worker process
root        4712  0.0  0.0      0     0 ?        Z    10:18   0:00 [sh] <defunct>
";

    fn check(text: &str, expected: &str) {
        assert_eq!(testing::read(&PS, text), expected, "{text}");
    }

    #[test]
    fn ps_aux() {
        check(
            SAMPLE,
            "process user=root pid=1 cpu_percent=0 memory_percent=0.1 vsz=108408832 rss=13930496 state=S started=Mar01 \
             cpu_time=22 command=init args=/sbin/init splash @2\n\
             process user=root pid=2 cpu_percent=0 memory_percent=0 vsz=0 rss=0 state=S started=Mar01 cpu_time=0 \
             command=kthreadd args=[kthreadd] @3\n\
             process user=app pid=4711 cpu_percent=12.5 memory_percent=3 vsz=1023998976 rss=41943040 state=S started=10:17 \
             cpu_time=8144 command=nginx args=nginx: worker process @4\n\
             process user=root pid=4712 cpu_percent=0 memory_percent=0 vsz=0 rss=0 state=Z started=10:18 cpu_time=0 \
             command=sh args=[sh] <defunct> @5\n",
        );
    }

    #[test]
    fn parents_are_known_within_a_list() {
        check(
            "UID        PID  PPID  C STIME TTY          TIME CMD\r
root       900     1  1 Mar01 ?     1-02:03:04 /usr/bin/containerd\r
root       901   900  0 Mar01 ?        00:00:01 /usr/bin/containerd-shim -namespace k8s.io\r
[root@node-1 ~]# ps 12\r
",
            "process user=root pid=900 ppid=1 cpu_percent=1 started=Mar01 cpu_time=93784 command=containerd \
             args=/usr/bin/containerd @2\n\
             process user=root pid=901 ppid=900 cpu_percent=0 started=Mar01 cpu_time=1 command=containerd-shim \
             args=/usr/bin/containerd-shim -namespace k8s.io parent=containerd@2 @3\n",
        );
    }

    #[test]
    fn long_lists_of_system_v_and_bsd() {
        check(
            "F S UID        PID  PPID  C PRI  NI ADDR SZ WCHAN  STIME TTY          TIME CMD
1 D root       345     2  0  80   0 -     0 jbd2_l Mar01 ?        00:00:09 [jbd2/vda1-8]
",
            "process state=D user=root pid=345 ppid=2 cpu_percent=0 started=Mar01 cpu_time=9 command=jbd2/vda1-8 \
             args=[jbd2/vda1-8] @2\n",
        );
        check(
            "F   UID   PID  PPID PRI  NI    VSZ   RSS WCHAN  STAT TTY        TIME COMMAND
4     0     1     0  20   0  48820 18048 -      SLs  ?          0:40 (sd-pam)
0  1000    77     1  20   0   4096  2048 wait   R+   pts/0      0:00  \\_ -bash
",
            "process user=root pid=1 ppid=0 vsz=49991680 rss=18481152 state=S cpu_time=40 command=sd-pam args=(sd-pam) @2\n\
             process user=1000 pid=77 ppid=1 vsz=4194304 rss=2097152 state=R cpu_time=0 command=bash args=-bash parent=sd-pam@2 @3\n",
        );
    }

    #[test]
    fn columns_that_were_asked_for() {
        check(
            "    PID    PPID USER     STARTED                      ELAPSED COMMAND         CGROUP
   1432       1 root     Tue Mar 10 10:17:41 2026    1-03:00:00 tmux: server    0::/system.slice
",
            "process pid=1432 ppid=1 user=root started=Tue Mar 10 10:17:41 2026 elapsed=97200 command=tmux args=tmux: server @2\n",
        );
        check(
            "PID S ELAPSED CMD\n 12 T 13330 sleep 9 #\n",
            "process pid=12 state=T elapsed=13330 command=sleep args=sleep 9 # @2\n",
        );
    }

    #[test]
    fn threads_lend_their_state_to_their_process() {
        check(
            "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root          10  1.4  0.3 105868 13604 ?        -    18:58   0:22 dockerd
root           -  1.4    -      -     - -        Ssl  18:58   0:22 -
root           -  1.4    -      -     - -        Dsl  18:58   0:22 -
root          11  0.0  0.0      0     0 ?        -    18:58   0:00 [rcu_gp]
root           -  0.0    -      -     - -        I<   18:58   0:00 -
",
            "process user=root pid=10 cpu_percent=1.4 memory_percent=0.3 vsz=108408832 rss=13930496 started=18:58 cpu_time=22 \
             command=dockerd args=dockerd state=D@4 @2\n\
             process user=root pid=11 cpu_percent=0 memory_percent=0 vsz=0 rss=0 started=18:58 cpu_time=0 command=rcu_gp \
             args=[rcu_gp] state=I@6 @5\n",
        );
        check(
            "UID        PID  PPID   LWP  C NLWP STIME TTY          TIME CMD
root       500     1   500  0   2 03:30 ?        00:00:40 /opt/agent run
root       500     1   501  0   2 03:30 ?        00:00:00 /opt/agent run
",
            "process user=root pid=500 ppid=1 cpu_percent=0 started=03:30 cpu_time=40 command=agent args=/opt/agent run @2\n",
        );
    }

    #[test]
    fn rows_of_top() {
        check(
            "    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND
   4242 root      20   0   11.7g   1.2g  18432 R 187.5   8.0  99:01.25 java
      7 root      rt   0       0      0      0 S   0.0   0.0   0:00.02 migration/0

top - 10:17:44 up 25 min,  1 user,  load average: 9.00, 7.50, 6.25
",
            "process pid=4242 user=root vsz=12562779341 rss=1288490189 state=R cpu_percent=187.5 memory_percent=8 \
             cpu_time=5941.25 command=java @2\n\
             process pid=7 user=root vsz=0 rss=0 state=S cpu_percent=0 memory_percent=0 cpu_time=0.02 \
             command=migration/0 @3\n",
        );
    }

    #[test]
    fn rows_of_top_in_chinese() {
        for header in [
            " 进程号 USER      PR  NI    VIRT    RES    SHR    %CPU  %MEM     TIME+ COMMAND",
            "    PID USER      优  NI    虚拟   驻留   共享 S  %CPU  %MEM     时间+ 命令",
        ] {
            check(
                &format!(
                    "{header}\n   4242 app       20   0    2000   1000    500 D  99.0   8.0   1:02.25 java\n"
                ),
                "process pid=4242 user=app vsz=2048000 rss=1024000 state=D cpu_percent=99 memory_percent=8 cpu_time=62.25 \
                 command=java @2\n",
            );
        }
    }

    #[test]
    fn a_cut_row_is_left_out() {
        check(
            "PID PPID STAT CMD\n1 0 Ss init\n12 1 S",
            "process pid=1 ppid=0 state=S command=init args=init @2\nCUT\n",
        );
    }

    #[test]
    fn other_headers_do_not_open() {
        for header in [
            "USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT",
            "                     USER        PID ACCESS COMMAND",
            "PID CMD",
            "USER root has PID 12 and COMMAND x",
        ] {
            assert!(!PS.opens(header), "{header}");
        }
    }

    proptest! {
        #[test]
        fn hostile_text_is_survived(text in testing::hostile(SAMPLE)) {
            testing::survives(&PS, SAMPLE, &text);
        }
    }
}
