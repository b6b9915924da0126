//! The table of events at the end of a describe text, or cut out of one.
//!
//! ```text
//! Events:
//!   Type     Reason   Age                From     Message
//!   ----     ------   ----               ----     -------
//!   Warning  BackOff  15s (x4 over 85s)  kubelet  Back-off restarting failed container
//! ```
//!
//! Releases before 1.9 have the columns `FirstSeen LastSeen Count From SubObjectPath Type Reason Message`, padded
//! with tabs, and a source of `kubelet, node-1` or `{kubelet node-1}`. Recent ones put the field in front of the
//! message (`spec.containers{app}: `), which is left out, because the event itself does not have it there. A message
//! may hold line breaks: a line that is no row goes on with the message above it, up to two blank lines, which
//! kubectl prints between objects.
//! Source: `DescribeEvents` of k8s.io/kubectl `pkg/describe/describe.go`, `formatEventSource` of Kubernetes 1.8.

use super::columns::{self, Cell};
use super::event_row::{self, Told};
use super::object::{Object, put};
use crate::base::thing::message_first;
use crate::fact::{Fact, Section, kind};

/// The fields that an event has from its object, with the places of those.
pub(super) struct Subject<'a>(Fact<'a>);

impl<'a> Subject<'a> {
    /// Of a described object, whose own facts are known; the first is of itself.
    pub(super) fn of(object: &Object<'_, 'a>, facts: &[Fact<'a>]) -> Self {
        let at = object.section.at(object.name);
        let mut fact = Fact::new(&kind::EVENT, at);
        object.put(&mut fact, "namespace", object.namespace);
        if !object.kind.is_empty() {
            let kind = object.kind.to_ascii_lowercase();
            fact.text("object", format!("{kind}/{}", object.name), at);
            fact.text("object_kind", kind, object.kind_at);
        }
        object.put(&mut fact, "object_name", object.name);
        match object.kind {
            "Pod" => {
                object.put(&mut fact, "pod", object.name);
                let node = facts.first().and_then(|pod| pod.get("node"));
                if let Some(node) = node {
                    fact.put("node", node.value.clone(), node.at);
                }
            }
            "Node" | "NetResourceSet" | "NetworkResourceSet" => {
                object.put(&mut fact, "node", object.name);
            }
            _ => {}
        }
        Subject(fact)
    }

    /// Of a table without an object.
    pub(super) fn unknown() -> Self {
        Subject(Fact::new(&kind::EVENT, 0))
    }
}

/// Reads the lines of `text`, a part of the section. Returns whether the last row is incomplete.
pub(super) fn read<'a>(
    section: &Section<'a>,
    text: &'a str,
    subject: Subject<'a>,
    facts: &mut Vec<Fact<'a>>,
) -> bool {
    let mut table = Table {
        section,
        subject,
        titles: Vec::new(),
        open: None,
        blanks: 0,
        rows: 0,
    };
    let mut last = "";
    for line in text.lines() {
        if let Some(line) = Some(line).filter(|line| !line.trim().is_empty()) {
            last = line;
        }
        table.line(line, facts);
    }
    let is_cut = section.open_end && is_incomplete(&table, last);
    if is_cut {
        table.take_back(last);
    }
    table.close(facts);
    is_cut
}

/// A table that is being read.
struct Table<'s, 'a> {
    section: &'s Section<'a>,
    subject: Subject<'a>,
    titles: Vec<Cell<'a>>,
    /// The row whose message may go on.
    open: Option<Row<'a>>,
    /// How many blank lines stand above.
    blanks: usize,
    rows: usize,
}

struct Row<'a> {
    fact: Fact<'a>,
    /// The line that the row begins with.
    line: &'a str,
    /// Where the message begins and ends.
    message: (usize, usize),
    /// Where it ended before its last line.
    before: usize,
}

impl<'a> Table<'_, 'a> {
    fn line(&mut self, line: &'a str, facts: &mut Vec<Fact<'a>>) {
        if line.trim().is_empty() {
            self.blanks += 1;
            if self.blanks == 2 {
                self.close(facts);
            }
            return;
        }
        self.blanks = 0;
        let cells = columns::cells(0, line);
        if is_title(self.section.unindented(line)) {
            // A second table is of another object, whose name is not there.
            self.close(facts);
            self.subject = Subject::unknown();
        } else if event_row::is_header(&cells) {
            self.close(facts);
            self.titles = columns::titles(0, line);
        } else if let Some(told) =
            event_row::read(&self.titles, &cells, line).filter(|_| !columns::is_rule(line))
        {
            self.close(facts);
            self.begin(line, &told);
        } else if let Some(open) = &mut self.open {
            let text = line.trim_end();
            open.before = open.message.1;
            open.message.1 = self.section.at(text) + text.len();
        }
    }

    fn begin(&mut self, line: &'a str, told: &Told<'a>) {
        let section = self.section;
        let mut fact = Fact::new(&kind::EVENT, section.at(line.trim_start()));
        for field in &self.subject.0.fields {
            fact.put(field.name, field.value.clone(), field.at);
        }
        told.fill(section, &mut fact);
        let end = section.at(line) + line.trim_end().len();
        let start = if told.message.is_empty() {
            end
        } else {
            section.at(told.message)
        };
        self.open = Some(Row {
            fact,
            line,
            message: (start, end),
            before: end,
        });
        self.rows += 1;
    }

    fn close(&mut self, facts: &mut Vec<Fact<'a>>) {
        let Some(Row {
            mut fact,
            message: (start, end),
            ..
        }) = self.open.take()
        else {
            return;
        };
        let message = self.section.text.get(start..end).unwrap_or("").trim();
        let message = event_row::without_path(message);
        put(self.section, &mut fact, "message", message);
        fact.edit("message", message_first);
        facts.push(fact);
    }

    /// Forgets the last line, which is only the beginning of a row.
    fn take_back(&mut self, last: &str) {
        match &mut self.open {
            Some(open) if std::ptr::eq(open.line, last) => self.open = None,
            Some(open) => open.message.1 = open.before,
            None => {}
        }
    }
}

fn is_title(line: &str) -> bool {
    line.starts_with("Events:") || line.starts_with("Events：")
}

/// Whether the last line is only the beginning of a row, or there is no row at all.
fn is_incomplete(table: &Table<'_, '_>, last: &str) -> bool {
    table.rows == 0 || event_row::only_begins(&table.titles, &columns::cells(0, last))
}

#[cfg(test)]
mod tests {
    use crate::fact::Ending;
    use crate::fact::describe::testing::{check, ending, tables};

    const HEADER: &str = "Events:\n  Type     Reason     Age                From               Message\n  \
         ----     ------     ----               ----               -------\n";

    #[test]
    fn events_belong_to_the_object_above() {
        check(
            &format!(
                "Name:         web-0\nNamespace:    shop\nNode:         node-1/10.0.0.5\n{HEADER}  Normal   Scheduled  \
                 <unknown>          default-scheduler  Successfully assigned\n  Warning  BackOff    15s (x4 over 85s)  kubelet            \
                 spec.containers{{app}}: Back-off\n  Normal   Starting   53m                kube-proxy         \n"
            ),
            "pod name=web-0 namespace=shop node=node-1 host_ip=10.0.0.5 events_none=false @1\n\
             event namespace=shop object=pod/web-0 object_kind=pod object_name=web-0 pod=web-0 node=node-1 type=Normal \
             reason=Scheduled count=1 from=default-scheduler message=Successfully assigned @7\n\
             event namespace=shop object=pod/web-0 object_kind=pod object_name=web-0 pod=web-0 node=node-1 type=Warning \
             reason=BackOff age=15 count=4 from=kubelet message=Back-off @8\n\
             event namespace=shop object=pod/web-0 object_kind=pod object_name=web-0 pod=web-0 node=node-1 type=Normal \
             reason=Starting age=3180 count=1 from=kube-proxy @9\n",
        );
    }

    #[test]
    fn a_table_alone_has_no_object() {
        check(
            &format!(
                "{HEADER}  Warning  Failed     3m                 kubelet, node-1    no\n\n\nEvents：  <none>\n"
            ),
            "event type=Warning reason=Failed age=180 count=1 from=kubelet host=node-1 node=node-1 message=no @4\n",
        );
    }

    #[test]
    fn other_objects_are_named_in_lower_case() {
        check(
            &format!(
                "Name:  lens\nNamespace:  shop\nKind:  WidgetSet\n{HEADER}  Warning  Failed     3m                                    no\n"
            ),
            "event namespace=shop object=widgetset/lens object_kind=widgetset object_name=lens type=Warning reason=Failed age=180 \
             count=1 message=no @7\n",
        );
    }

    #[test]
    fn a_message_goes_on_over_lines() {
        check(
            &format!(
                "{HEADER}  Warning  Failed     3m                 kubelet            one: two\r\nthree\r\n\r\n  four  five\r\n  \
                 Normal  Pulled  4s  kubelet  out of  line\r\n\r\n\r\nnot a message\r\n"
            ),
            "event type=Warning reason=Failed age=180 count=1 from=kubelet message=one: two\\nthree\\n\\n  four  five @4\n\
             event type=Normal reason=Pulled age=4 count=1 from=kubelet message=out of  line @8\n",
        );
    }

    #[test]
    fn rows_that_lost_their_padding() {
        check(
            "Events:\nType Reason Age From Message\n---- ------ ---- ---- -------\n\
             Warning Failed 3m (x2 over 5m) kubelet Back-off pulling\nWarning of a kind: not a row\n",
            "event type=Warning reason=Failed age=180 count=2 from=kubelet message=Back-off pulling\\nWarning of a kind: not a row @4\n",
        );
    }

    #[test]
    fn the_columns_of_old() {
        let rows = "  1m>>15s>>4>kubelet, node-1>>>spec.containers{app}>Warning>>BackOff>>Back-off restarting\n  \
             1h>>1h>>1>{kubelet node-1}>>>>>Normal>>Created>>Created  it\n  \
             2m>>2m>>1>{default-scheduler }>>>>>Normal>>Scheduled>Assigned\nfit failure on node (n2)\n  \
             3m  2m  7  acme.example/disk  Warning  Failed  out of line\n";
        for header in ["SubObjectPath", "SubobjectPath"] {
            check(
                &tables(&format!(
                    "Events:\n  FirstSeen>LastSeen>Count>From>>>>{header}>>Type>>Reason>>Message\n  \
                     --------->-------->----->---->>>>------------->>-------->------>>-------\n{rows}"
                )),
                "event type=Warning reason=BackOff age=15 count=4 from=kubelet host=node-1 node=node-1 message=Back-off restarting @4\n\
                 event type=Normal reason=Created age=3600 count=1 from=kubelet host=node-1 node=node-1 message=Created  it @5\n\
                 event type=Normal reason=Scheduled age=120 count=1 from=default-scheduler \
                 message=Assigned\\nfit failure on node (n2) @6\n\
                 event type=Warning reason=Failed age=120 count=7 from=acme.example/disk message=out of line @8\n",
            );
        }
    }

    #[test]
    fn an_incomplete_row_is_cut_off() {
        let row = "  Warning  Failed     3m                 kubelet            no";
        for (end, expected) in [
            (String::new(), (Ending::Cut, 0)),
            (row.to_owned(), (Ending::Whole, 1)),
            (format!("{row}\n  War"), (Ending::Cut, 1)),
            (format!("{row}\n  Warning  Fail"), (Ending::Cut, 1)),
            (format!("{row}\nand more"), (Ending::Whole, 1)),
        ] {
            assert_eq!(ending(&format!("{HEADER}{end}")), expected, "{end}");
        }
    }
}
