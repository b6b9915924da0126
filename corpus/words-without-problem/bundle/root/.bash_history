#1774599000
kubectl get pods -A | grep -v Running
#1774599869
kubectl get pods -A | grep -E 'CrashLoopBackOff|ImagePullBackOff|ErrImagePull|OOMKilled|Evicted'
#1774600513
kubectl describe pod -n shop cart-0 | grep -A3 'Last State'
#1774600591
journalctl -u kubelet --since '1 hour ago' | grep -i 'PLEG is not healthy'
#1774601276
grep -rn 'no space left on device' /var/log/ | head
#1774601984
dmesg -T | grep -iE 'out of memory|oom-kill|Killed process'
#1774602496
grep 'nf_conntrack: table full, dropping packet' /var/log/messages
#1774603143
grep -c 'neighbor table overflow' /var/log/kern.log
#1774603964
journalctl -k | grep 'blocked for more than 120 seconds'
#1774604481
grep -R 'x509: certificate has expired or is not yet valid' /var/log/pods
#1774604818
grep -E 'x509: certificate signed by unknown authority' /var/log/pods/*/*/*.log
#1774605159
echo '0/5 nodes are available: 5 Insufficient cpu.' > /tmp/ticket.txt
#1774605463
kubectl get events -A --field-selector reason=FailedScheduling
#1774606020
kubectl get nodes -o wide
#1774606895
kubectl drain node-7 --ignore-daemonsets --delete-emptydir-data
#1774607791
openssl s_client -connect registry.example:443 -servername registry.example </dev/null
#1774608177
crictl ps -a | awk '$0 ~ /Exited/'
#1774608403
df -h | awk '$5+0 > 85'
#1774608623
etcdctl alarm list
#1774609067
grep 'database space exceeded' /var/log/etcd.log
#1774609444
vim runbook.md
#1774609688
git commit -m "runbook: what to do when 'failed to pull image ... 429 Too Many Requests'"
#1774610294
grep -i 'Multi-Attach error for volume' controller-manager.log
#1774610643
lvs -a | grep thinpool
#1774611131
less /var/log/cloud-init-output.log
#1774611705
grep 'Failed to create pod sandbox' kubelet.log | tail -3
#1774612288
exit
