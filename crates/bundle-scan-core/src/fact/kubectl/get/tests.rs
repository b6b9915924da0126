//! Tables of every resource, old and new.

use super::*;
use crate::fact::FactParser;
use crate::fact::kubectl::testing;

fn check(text: &str, expected: &str) {
    testing::check(&TABLES, text, expected);
}

const PODS: &str = "\
NAMESPACE   NAME                       READY   STATUS             RESTARTS        AGE    IP           NODE     NOMINATED NODE   READINESS GATES
shop        web-6d4f9c8b7-4wx2z        0/2     CrashLoopBackOff   17 (2m5s ago)   3d4h   10.244.1.7   node-1   <none>           <none>
shop        db-0                       0/1     Pending            0               11m    <none>       <none>   <none>           <none>
batch       backup-29562320-7rtd2      0/1     Init:0/1           1               119s   10.244.1.8   node-1   <none>           0/1
";

#[test]
fn pods() {
    check(
        PODS,
        "pod namespace=shop name=web-6d4f9c8b7-4wx2z ready=0 containers=2 status=CrashLoopBackOff restarts=17 age=273600 \
            ip=10.244.1.7 node=node-1 owner_kind=ReplicaSet owner=web-6d4f9c8b7 @1
         pod namespace=shop name=db-0 ready=0 containers=1 status=Pending restarts=0 age=660 @2
         pod namespace=batch name=backup-29562320-7rtd2 ready=0 containers=1 status=Init:0/1 restarts=1 age=119 \
            ip=10.244.1.8 node=node-1 @3",
    );
    check(
        "NAME        READY   STATUS    RESTARTS   AGE   ZONE   NAME   LABELS\r\n\
         pod/web-0   1/1     Running   0          3d                  app=web,tier=front\r\n\
         pod/web-1   1/1     Running   0          3d    a      web    <none>\r\n",
        "pod name=web-0 ready=1 containers=1 status=Running restarts=0 age=259200 labels=app=web,tier=front @1
         pod name=web-1 ready=1 containers=1 status=Running restarts=0 age=259200 @2",
    );
}

#[test]
fn owners_are_told_only_beyond_doubt() {
    let header = "NAME READY STATUS RESTARTS AGE\n";
    for (name, owner) in [
        ("web-6d4f9c8b7-4wx2z", Some("web-6d4f9c8b7")),
        ("a-b-5f7d9c6b84-bd4lw", Some("a-b-5f7d9c6b84")),
        ("kube-proxy-4wx2z", None),
        ("web-0", None),
        ("load-29562320-7rtd2", None),
        ("web-2035384211-7rtd2", None),
        ("web-deadbeef-7rtd2", None),
        ("web-6d4f9c8b7-4wa2z", None),
    ] {
        let owner = owner.map_or(String::new(), |owner| {
            format!(" owner_kind=ReplicaSet owner={owner}")
        });
        check(
            &format!("{header}{name} 0/1 Evicted 0 3d"),
            &format!(
                "pod name={name} ready=0 containers=1 status=Evicted restarts=0 age=259200{owner} @1"
            ),
        );
    }
}

#[test]
fn nodes() {
    check(
        "\
NAME     STATUS                     ROLES                  AGE    VERSION       INTERNAL-IP   EXTERNAL-IP   OS-IMAGE             KERNEL-VERSION    CONTAINER-RUNTIME
node-1   Ready                      control-plane,master   203d   v1.28.4       10.0.4.11     <none>        Some Linux 3 (Core)   5.4.119-19.0009   containerd://1.6.9
node-2   NotReady,SchedulingDisabled   <none>                 2y50d   v1.28.4+k3s2   10.0.4.12     203.0.113.7   Some Linux 22.04   5.15.0-101   docker://19.3.15
node-3   Unknown                    <none>                 <unknown>   v1.28.4     10.0.4.13     <none>        <unknown>            5.15.0-101        cri-o://1.2",
        "node name=node-1 status=Ready ready=True unschedulable=false roles=control-plane,master age=17539200 version=v1.28.4 \
            internal_ip=10.0.4.11 os_image=Some Linux 3 (Core) kernel=5.4.119-19.0009 runtime=containerd://1.6.9 @1
         node name=node-2 status=NotReady,SchedulingDisabled ready=False unschedulable=true age=67392000 \
            version=v1.28.4+k3s2 internal_ip=10.0.4.12 external_ip=203.0.113.7 os_image=Some Linux 22.04 \
            kernel=5.15.0-101 runtime=docker://19.3.15 @2
         node name=node-3 status=Unknown ready=Unknown unschedulable=false version=v1.28.4 internal_ip=10.0.4.13 \
            kernel=5.15.0-101 runtime=cri-o://1.2 @3",
    );
    check(
        "NAME     STATUS    AGE       VERSION   LABELS
node-1   Ready     1d        v1.6.4    beta.kubernetes.io/arch=amd64,kubernetes.io/hostname=n1
",
        "node name=node-1 status=Ready ready=True unschedulable=false age=86400 version=v1.6.4 \
            labels=beta.kubernetes.io/arch=amd64,kubernetes.io/hostname=n1 hostname_label=n1 arch=amd64 @1",
    );
    check(
        "NAME STATUS ROLES AGE VERSION OS-IMAGE KERNEL-VERSION\nnode-1 Ready <none> 1d v1.6.4 Some Linux 3.1 (Final) 5.4\n",
        "node name=node-1 status=Ready ready=True unschedulable=false age=86400 version=v1.6.4 \
            os_image=Some Linux 3.1 (Final) kernel=5.4 @1",
    );
}

#[test]
fn services() {
    check(
        "\
NAME      TYPE           CLUSTER-IP     EXTERNAL-IP                 PORT(S)                      AGE   SELECTOR
web       LoadBalancer   10.96.12.1     203.0.113.7,198.51.100.4    80:30080/TCP,443:30443/TCP   3d    app=web,tier=front
pending   LoadBalancer   10.96.12.2     <pending>                   80:30081/TCP                 3d    app=web
db        ClusterIP      None           <none>                      5432/TCP                     3d    <none>
out       ExternalName   <none>         db.example.com              <none>                       3d    <none>
node      NodePort       10.96.12.3     192.0.2.4                   53:30053/UDP                 3d    app=dns
",
        "service name=web type=LoadBalancer cluster_ip=10.96.12.1 headless=false load_balancer_ip=203.0.113.7 \
            ports=80:30080/TCP,443:30443/TCP age=259200 selector=app=web,tier=front @1
         service name=pending type=LoadBalancer cluster_ip=10.96.12.2 headless=false ports=80:30081/TCP age=259200 \
            selector=app=web @2
         service name=db type=ClusterIP cluster_ip=None headless=true ports=5432/TCP age=259200 @3
         service name=out type=ExternalName headless=false external_name=db.example.com age=259200 @4
         service name=node type=NodePort cluster_ip=10.96.12.3 headless=false external_ips=192.0.2.4 ports=53:30053/UDP \
            age=259200 selector=app=dns @5",
    );
    check(
        "NAME         CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\nkubernetes   10.0.0.1     <nodes>       443/TCP   1d\n",
        "service name=kubernetes cluster_ip=10.0.0.1 headless=false ports=443/TCP age=86400 @1",
    );
}

#[test]
fn endpoints() {
    check(
        "\
NAME    ENDPOINTS                                               AGE
web     10.244.0.2:80,10.244.0.3:80                             3d
dns     10.244.0.2:53,10.244.0.2:9153                           3d
many    10.244.0.2:80,10.244.0.3:80,10.244.0.4:80 + 3 more...   3d
ports   10.244.0.2:53,10.244.0.3:53,10.244.0.2:9153 + 3 more...  3d
six     [fd00::2]:80,[fd00::3]:80                               3d
none    <none>                                                  3d
empty                                                           3d
bare    10.244.0.2                                              3d
",
        "endpoints name=web ready=2 @1
         endpoints name=dns ready=1 @2
         endpoints name=many ready=6 @3
         endpoints name=ports ready=2 @4
         endpoints name=six ready=2 @5
         endpoints name=none ready=0 @6
         endpoints name=empty ready=0 @7
         endpoints name=bare ready=1 @8",
    );
}

#[test]
fn volumes_and_claims() {
    check(
        "\
NAMESPACE   NAME     STATUS        VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE   VOLUMEMODE
shop        data-0   Bound         pvc-77   10Gi       RWO,ROX        fast           <unset>                 3d    Filesystem
shop        data-1   Pending                                          fast           <unset>                 11m   Filesystem
shop        data-2   Terminating   pvc-78   10Gi       RWOP                          <unset>                 11m   Block
",
        "pvc namespace=shop name=data-0 phase=Bound volume=pvc-77 capacity=10737418240 \
            access_modes=ReadWriteOnce,ReadOnlyMany storage_class=fast age=259200 volume_mode=Filesystem @1
         pvc namespace=shop name=data-1 phase=Pending storage_class=fast age=660 volume_mode=Filesystem @2
         pvc namespace=shop name=data-2 phase=Terminating volume=pvc-78 capacity=10737418240 \
            access_modes=ReadWriteOncePod age=660 volume_mode=Block @3",
    );
    check(
        "NAME STATUS VOLUME CAPACITY ACCESSMODES STORAGECLASS AGE\ndata-1 Pending fast 11m\ndata-2 Bound pvc-77 1Gi RWX 11m\n",
        "pvc name=data-1 phase=Pending storage_class=fast age=660 @1
         pvc name=data-2 phase=Bound volume=pvc-77 capacity=1073741824 access_modes=ReadWriteMany age=660 @2",
    );
    check(
        "\
NAME     CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS      CLAIM         STORAGECLASS   REASON         AGE
pvc-77   10Gi       RWO            Delete           Bound       shop/data-0   fast                          3d
pv-free  1Ti        RWX            Retain           Available                                              3d
pv-bad   1Ti        RWX            Retain           Failed      shop/data-9   slow           DeleteFailed   3d
pv-hand 1Ti RWX Retain Bound shop/data-7 slow 3d
",
        "pv name=pvc-77 capacity=10737418240 access_modes=ReadWriteOnce reclaim_policy=Delete phase=Bound claim=shop/data-0 \
            storage_class=fast age=259200 @1
         pv name=pv-free capacity=1099511627776 access_modes=ReadWriteMany reclaim_policy=Retain phase=Available age=259200 @2
         pv name=pv-bad capacity=1099511627776 access_modes=ReadWriteMany reclaim_policy=Retain phase=Failed \
            claim=shop/data-9 storage_class=slow reason=DeleteFailed age=259200 @3
         pv name=pv-hand capacity=1099511627776 access_modes=ReadWriteMany reclaim_policy=Retain phase=Bound \
            claim=shop/data-7 storage_class=slow age=259200 @4",
    );
}

#[test]
fn ingresses_and_namespaces() {
    check(
        "\
NAME    CLASS    HOSTS                                         ADDRESS       PORTS     AGE
web     <none>   *                                             203.0.113.7   80, 443   3d
many    nginx    a.example.com,b.example.com + 2 more...                     80        3d
",
        "ingress name=web hosts=* address=203.0.113.7 age=259200 @1
         ingress name=many class=nginx hosts=a.example.com,b.example.com age=259200 @2",
    );
    check(
        "NAME      STATUS        AGE\nshop      Active        3d\nold       Terminating   1y2d\nbroken    Healthy       3d\n",
        "namespace name=shop phase=Active age=259200 @1
         namespace name=old phase=Terminating age=31708800 @2",
    );
}

#[test]
fn workloads() {
    check(
        "\
NAME                  READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES              SELECTOR
deployment.apps/web   1/3     3            1           3d    app,side     web:1,side:2        app=web

NAME   DESIRED   CURRENT   UP-TO-DATE   AVAILABLE   AGE
web    3         3         3            1           3d

NAME                   DESIRED   CURRENT   READY   AGE
rs/web-6d4f9c8b7       3         3         1       3d
rollout.example/web    3         3         1       3d

NAME   READY   AGE
db     1/3     3d
cert   True    3d

NAME   DESIRED   CURRENT   AGE
db     3         1         3d

NAME    DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR              AGE
proxy   3         2         1       2            1           kubernetes.io/os=linux     3d
NAME    DESIRED   CURRENT   READY     UP-TO-DATE   AVAILABLE   NODE-SELECTOR   AGE
agent   3         3         3         3            3           <none>          3d
",
        "deployment name=web ready=1 replicas=3 updated=3 available=1 age=259200 images=web:1,side:2 selector=app=web @1
         deployment name=web replicas=3 updated=3 available=1 age=259200 @1
         replicaset name=web-6d4f9c8b7 replicas=3 ready=1 age=259200 @1
         statefulset name=db ready=1 replicas=3 age=259200 @1
         statefulset name=db replicas=3 age=259200 @1
         daemonset name=proxy replicas=3 scheduled=2 ready=1 updated=2 available=1 node_selector=kubernetes.io/os=linux \
            age=259200 @1
         daemonset name=agent replicas=3 scheduled=3 ready=3 updated=3 available=3 age=259200 @1",
    );
}

#[test]
fn jobs() {
    check(
        "\
NAME     STATUS      COMPLETIONS   DURATION   AGE
load     Failed      0/1           11m        3d
queue    Running     2/1 of 3      11m        3d
later    Suspended   0/1                      3d

NAME   DESIRED   SUCCESSFUL   AGE
load   1         0            3d
any    <none>    2            3d

NAME     SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
backup   */5 * * * *   <none>     False     1        2m5s            3d
never    @hourly       Etc/UTC    True      0        <none>          3d
by-hand */5 1-3 * * 0 <none> False 1 2m5s 3d
",
        "job name=load suspended=false succeeded=0 completions=1 age=259200 @1
         job name=queue suspended=false succeeded=2 completions=1 parallelism=3 age=259200 @2
         job name=later suspended=true succeeded=0 completions=1 age=259200 @3
         job name=load completions=1 succeeded=0 age=259200 @1
         job name=any succeeded=2 age=259200 @2
         cronjob name=backup schedule=*/5 * * * * suspended=false active=1 since_last=125 age=259200 @1
         cronjob name=never schedule=@hourly suspended=true active=0 age=259200 @2
         cronjob name=by-hand schedule=*/5 1-3 * * 0 suspended=false active=1 since_last=125 age=259200 @3",
    );
}

#[test]
fn secrets_and_configmaps() {
    check(
        "\
NAME    TYPE                DATA   AGE
token   kubernetes.io/tls   2      3d
No resources found in shop namespace.
NAME              DATA   AGE
kube-root-ca.crt  1      3d
# kubectl get ns
NAME   DATA   AGE
cfg    many   3d
",
        "secret name=token type=kubernetes.io/tls entries=2 @1
         configmap name=kube-root-ca.crt entries=1 @1",
    );
}

#[test]
fn damage_costs_no_other_row() {
    check(
        "\
NAME    READY   STATUS    RESTARTS   AGE   IP           NODE
web-0   1/1     Running   0          3d    10.244.1.7   node-1
E0310 10:17:41.123456   12 memcache.go:287] couldn't get resource list
command not found
web-1   1/1     Runn
web-2   1/1     Running   0          3d    10.244.
web-3\t1/1\tRunning\t2\t3d\t10.244.1.9\tnode-2
web-4   1/1     Running   \u{fffd}      3d    10.244.1.9   node-2
a-name-longer-than-its-column   1/1   Running   2 (3h ago)   3d   10.244.1.9   node-2
web-5   1/1     Running   0",
        "pod name=web-0 ready=1 containers=1 status=Running restarts=0 age=259200 ip=10.244.1.7 node=node-1 @1
         pod name=web-2 ready=1 containers=1 status=Running restarts=0 age=259200 @5
         pod name=web-3 ready=1 containers=1 status=Running restarts=2 age=259200 ip=10.244.1.9 node=node-2 @6
         pod name=a-name-longer-than-its-column ready=1 containers=1 status=Running restarts=2 age=259200 ip=10.244.1.9 \
            node=node-2 @8
         cut",
    );
}

#[test]
fn tables_that_column_has_aligned() {
    check(
        "\
NAME   READY  STATUS   RESTARTS  AGE     IP    NODE  NOMINATED   NODE    READINESS  GATES
web-0  0/1    Running  17        (2m5s   ago)  3d4h  10.244.1.7  node-1  <none>     <none>
web-1  0/1    Running  0         3d4h    10.244.1.8  node-1      <none>  <none>
",
        "pod name=web-0 ready=0 containers=1 status=Running restarts=17 age=273600 ip=10.244.1.7 node=node-1 @1
         pod name=web-1 ready=0 containers=1 status=Running restarts=0 age=273600 ip=10.244.1.8 node=node-1 @2",
    );
}

#[test]
fn other_headers_open_nothing() {
    for line in [
        "NAME",
        "NAME   AGE",
        "NAME   STATUS   AGE   REASON",
        "NAMESPACE   NAME   STATUS   AGE",
        "NAME   STATUS   MESSAGE   ERROR",
        "NAME   READY   REASON",
        "NAME   ADDRESSTYPE   PORTS   ENDPOINTS   AGE",
        "NAME   REFERENCE   TARGETS   MINPODS   MAXPODS   REPLICAS   AGE",
        "NAME   CPU(cores)   MEMORY(bytes)",
        "NAME   PHASE   READY   STATUS   RESTARTS   AGE",
        "NAME   READY   STATUS   RESTARTS   AGE   名称",
        "NAME is READY and its STATUS is RESTARTS of AGE",
        "NAME=READY STATUS RESTARTS AGE",
    ] {
        assert!(!TABLES.opens(line), "{line}");
    }
}

testing::survives_anything!(&TABLES, PODS);
