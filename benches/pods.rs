//! Makes a `kubectl get pods -A -o json` of any size: pretty-printed with four blanks, with managed fields, a few pods of it
//! in trouble. The same arguments give the same bytes.

use std::io::{self, Write};

/// Writes about `bytes` bytes of a pod list; returns how many pods.
pub(crate) fn list(out: &mut dyn Write, bytes: u64) -> io::Result<u64> {
    out.write_all(b"{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n")?;
    let mut written = 0;
    let mut pods = 0;
    while written < bytes {
        let pod = pod(pods);
        if pods > 0 {
            out.write_all(b",\n")?;
        }
        out.write_all(pod.as_bytes())?;
        written += pod.len() as u64 + 2;
        pods += 1;
    }
    out.write_all(b"\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n")?;
    Ok(pods)
}

fn pod(number: u64) -> String {
    let state = match number % 200 {
        7 => {
            serde_json::json!({"waiting": {"message": "back-off 5m0s restarting failed container=app pod=web", "reason": "CrashLoopBackOff"}})
        }
        _ => serde_json::json!({"running": {"startedAt": "2026-03-10T10:17:41Z"}}),
    };
    let last = match number % 200 {
        7 => {
            serde_json::json!({"terminated": {"containerID": "containerd://0ca62d24", "exitCode": 137, "finishedAt": "2026-03-10T10:17:41Z", "reason": "OOMKilled", "startedAt": "2026-03-10T10:16:41Z"}})
        }
        _ => serde_json::json!({}),
    };
    let managed: Vec<serde_json::Value> = ["kube-controller-manager", "kubelet"]
        .iter()
        .map(|manager| {
            serde_json::json!({"apiVersion": "v1", "fieldsType": "FieldsV1", "manager": manager, "operation": "Update", "time": "2026-03-10T10:17:41Z",
                "fieldsV1": {"f:metadata": {"f:generateName": {}, "f:labels": {".": {}, "f:app": {}, "f:pod-template-hash": {}}, "f:ownerReferences": {".": {}, "k:{\"uid\":\"f57de73f-8492\"}": {}}},
                    "f:spec": {"f:containers": {"k:{\"name\":\"app\"}": {".": {}, "f:image": {}, "f:imagePullPolicy": {}, "f:name": {}, "f:resources": {".": {}, "f:limits": {".": {}, "f:cpu": {}, "f:memory": {}}}}}}}})
        })
        .collect();
    let pod = serde_json::json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"creationTimestamp": "2026-03-10T10:17:41Z", "generateName": "web-5c7d9f84b6-", "labels": {"app": "web", "pod-template-hash": "5c7d9f84b6"},
            "managedFields": managed, "name": format!("web-5c7d9f84b6-{number:05}"), "namespace": format!("shop-{}", number % 50),
            "ownerReferences": [{"apiVersion": "apps/v1", "blockOwnerDeletion": true, "controller": true, "kind": "ReplicaSet", "name": "web-5c7d9f84b6", "uid": "f57de73f-8492"}],
            "resourceVersion": number.to_string(), "uid": format!("e4d4c4cc-{number:08x}")},
        "spec": {"containers": [{"image": "registry.example.com/shop/web:1.27", "imagePullPolicy": "IfNotPresent", "name": "app",
                "env": [{"name": "MODE", "value": "production"}, {"name": "NODE", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}}}],
                "livenessProbe": {"failureThreshold": 3, "httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 10},
                "ports": [{"containerPort": 8080, "protocol": "TCP"}],
                "resources": {"limits": {"cpu": "500m", "memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
                "volumeMounts": [{"mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "name": "kube-api-access-x", "readOnly": true}]}],
            "dnsPolicy": "ClusterFirst", "nodeName": format!("node-{}", number % 300), "restartPolicy": "Always", "schedulerName": "default-scheduler",
            "tolerations": [{"effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists", "tolerationSeconds": 300},
                {"effect": "NoExecute", "key": "node.kubernetes.io/unreachable", "operator": "Exists", "tolerationSeconds": 300}],
            "volumes": [{"name": "kube-api-access-x", "projected": {"defaultMode": 420, "sources": [{"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}]}}]},
        "status": {"conditions": [
                {"lastProbeTime": null, "lastTransitionTime": "2026-03-10T10:17:41Z", "status": "True", "type": "Initialized"},
                {"lastProbeTime": null, "lastTransitionTime": "2026-03-10T10:17:41Z", "status": "True", "type": "Ready"},
                {"lastProbeTime": null, "lastTransitionTime": "2026-03-10T10:17:41Z", "status": "True", "type": "PodScheduled"}],
            "containerStatuses": [{"containerID": format!("containerd://{number:064x}"), "image": "registry.example.com/shop/web:1.27",
                "imageID": "registry.example.com/shop/web@sha256:b99901aacc6c87f86a767b3a0b02cdc926aae62bb4a5e7361d895f26f4773562",
                "lastState": last, "name": "app", "ready": number % 200 != 7, "restartCount": number % 3, "started": true, "state": state}],
            "hostIP": "10.0.0.7", "phase": "Running", "podIP": "10.244.1.7", "qosClass": "Burstable", "startTime": "2026-03-10T10:17:41Z"}
    });
    let mut text = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut writer = serde_json::Serializer::with_formatter(&mut text, format);
    // Plain values into memory: nothing can fail.
    let _ = serde::Serialize::serialize(&pod, &mut writer);
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<String> = text.lines().map(|line| format!("        {line}")).collect();
    lines.join("\n")
}
