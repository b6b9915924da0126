//! Tables of events, old and new.

use super::*;
use crate::fact::FactParser;
use crate::fact::kubectl::testing;

fn check(text: &str, expected: &str) {
    testing::check(&TABLES, text, expected);
}

const EVENTS: &str = "\
NAMESPACE   LAST SEEN           TYPE      REASON             OBJECT      MESSAGE
shop        15s (x4 over 85s)   Warning   BackOff            Pod/web-0   Back-off restarting failed container app (x9)
shop        <unknown>           Normal    Scheduled          Pod/web-1   Successfully assigned shop/web-1 to node-1
default     3m30s               Warning   NodeNotReady       Node/n1     Node n1 status is now: NodeNotReady
";

#[test]
fn one_format_of_two_commands() {
    check(
        EVENTS,
        "event namespace=shop age=15 count=4 type=Warning reason=BackOff object_kind=pod object_name=web-0 \
            message=Back-off restarting failed container app (x9) object=pod/web-0 pod=web-0 @1
         event namespace=shop type=Normal reason=Scheduled object_kind=pod object_name=web-1 \
            message=Successfully assigned shop/web-1 to node-1 object=pod/web-1 pod=web-1 @2
         event namespace=default age=210 type=Warning reason=NodeNotReady object_kind=node object_name=n1 \
            message=Node n1 status is now: NodeNotReady object=node/n1 node=n1 @3",
    );
    check(
        "LAST SEEN   TYPE      REASON          OBJECT                         MESSAGE\r\n\
         12m         Warning   Unhealthy       persistentvolumeclaim/data-0   0/3 nodes: <none>\r\n\
         12m         Normal    NoName          node                           -\r\n",
        "event age=720 type=Warning reason=Unhealthy object_kind=persistentvolumeclaim object_name=data-0 \
            object=persistentvolumeclaim/data-0 message=0/3 nodes: <none> @1
         event age=720 type=Normal reason=NoName object_kind=node @2",
    );
}

#[test]
fn wide() {
    check(
        "\
LAST SEEN   TYPE      REASON      OBJECT      SUBOBJECT              SOURCE              MESSAGE             FIRST SEEN   COUNT   NAME
15s         Warning   BackOff     pod/web-0   spec.containers{app}   kubelet, node-1     Back-off 5m0s app   85s          4       web-0.15a2b3c4d5e6f708
15s         Normal    Scheduled   pod/web-1                          default-scheduler   Assigned web-1      85s          1       web-1.15a2b3c4d5e6f709
",
        "event age=15 type=Warning reason=BackOff object_kind=pod object_name=web-0 object=pod/web-0 from=kubelet host=node-1 \
            message=Back-off 5m0s app count=4 pod=web-0 @1
         event age=15 type=Normal reason=Scheduled object_kind=pod object_name=web-1 object=pod/web-1 from=default-scheduler \
            message=Assigned web-1 count=1 pod=web-1 @2",
    );
}

#[test]
fn before_1_14() {
    check(
        "\
LAST SEEN   FIRST SEEN   COUNT   NAME                     KIND   SUBOBJECT              TYPE      REASON      SOURCE              MESSAGE
15s         85s          4       web-0.15a2b3c4d5e6f708   Pod    spec.containers{app}   Warning   BackOff     kubelet, node-1     Back-off restarting app
15s         85s          1       web-1.15a2b3c4d5e6f709   Pod                           Normal    Scheduled   default-scheduler   Assigned web-1 to n-1
LASTSEEN   FIRSTSEEN   COUNT   NAME   KIND   SUBOBJECT   TYPE   REASON   SOURCE   MESSAGE
1m         5m          2       n1.15a2b3c4d5e6f70a   Node               Normal    Starting   kubelet, n1   Starting kubelet.
LAST SEEN   TYPE     REASON     KIND   MESSAGE
1m          Normal   Starting   Node   Starting kubelet.
",
        "event age=15 count=4 object_name=web-0 object_kind=pod type=Warning reason=BackOff from=kubelet host=node-1 \
            message=Back-off restarting app object=pod/web-0 pod=web-0 @1
         event age=15 count=1 object_name=web-1 object_kind=pod type=Normal reason=Scheduled from=default-scheduler \
            message=Assigned web-1 to n-1 object=pod/web-1 pod=web-1 @2
         event age=60 count=2 object_name=n1 object_kind=node type=Normal reason=Starting from=kubelet host=n1 \
            message=Starting kubelet. object=node/n1 node=n1 @1
         event age=60 type=Normal reason=Starting object_kind=node message=Starting kubelet. @1",
    );
}

#[test]
fn copied_with_single_blanks() {
    check(
        "\
LAST SEEN TYPE REASON OBJECT MESSAGE
15s (x4 over 85s) Warning BackOff pod/web-0 Back-off restarting, again
12m Warning Unhealthy pod/web-0 (combined from similar events): 5 times
LASTSEEN FIRSTSEEN COUNT NAME KIND SUBOBJECT TYPE REASON SOURCE MESSAGE
1m 5m 2 web-0.15a2b3c4d5e6f70a Pod spec.containers{app} Normal Pulling kubelet, n1 pulling image \"web:1\"
1m 5m 2 web-0.15a2b3c4d5e6f70b Pod Normal Scheduled default-scheduler Assigned web-0 to n-1
",
        "event age=15 count=4 type=Warning reason=BackOff object_kind=pod object_name=web-0 object=pod/web-0 \
            message=Back-off restarting, again pod=web-0 @1
         event age=720 type=Warning reason=Unhealthy object_kind=pod object_name=web-0 object=pod/web-0 \
            message=5 times (combined from similar events) pod=web-0 @2
         event age=60 count=2 object_name=web-0 object_kind=pod type=Normal reason=Pulling from=kubelet host=n1 \
            message=pulling image \"web:1\" object=pod/web-0 pod=web-0 @1
         event age=60 count=2 object_name=web-0 object_kind=pod type=Normal reason=Scheduled from=default-scheduler \
            message=Assigned web-0 to n-1 object=pod/web-0 pod=web-0 @2",
    );
}

#[test]
fn messages_of_several_lines() {
    check(
        "\
LAST SEEN   TYPE      REASON      OBJECT      MESSAGE
12m         Warning   Unhealthy   pod/web-0   Readiness probe failed:
  Traceback (most recent call last):
FATAL: 连接失败
Error: exit status 1
11m         Normal    Killing     pod/web-0   Stopping container app

10m         Normal    Killing     pod/web-0   not of the table
",
        "event age=720 type=Warning reason=Unhealthy object_kind=pod object_name=web-0 object=pod/web-0 \
            message=Readiness probe failed: pod=web-0 @1
         event age=660 type=Normal reason=Killing object_kind=pod object_name=web-0 object=pod/web-0 \
            message=Stopping container app pod=web-0 @5",
    );
}

#[test]
fn what_breaks_off_is_cut() {
    let start = "LAST SEEN   TYPE      REASON      OBJECT      MESSAGE\n";
    let whole = "12m         Normal    Killing     pod/web-0   Stop";
    let fact = "event age=720 type=Normal reason=Killing object_kind=pod object_name=web-0 object=pod/web-0 message=Stop pod=web-0 @1";
    check(&format!("{start}{whole}"), fact);
    check(&format!("{start}{whole}\n and a second line"), fact);
    check(
        &format!("{start}{whole}\n12m         Norm"),
        &format!("{fact}\ncut"),
    );
    check(&format!("{start}{whole}\n12m         Norm\n"), fact);
}

#[test]
fn other_headers_open_nothing() {
    for line in [
        "LAST SEEN",
        "LAST SEEN   TYPE   REASON",
        "LAST READ MESSAGE",
        "NAMESPACE   NAME   READY   STATUS   RESTARTS   AGE",
        "LAST SEEN   TYPE   REASON   OBJECT   MESSAGE   text",
        "TIME   LAST SEEN   TYPE   REASON   OBJECT   MESSAGE",
    ] {
        assert!(!TABLES.opens(line), "{line}");
    }
}

testing::survives_anything!(&TABLES, EVENTS);
