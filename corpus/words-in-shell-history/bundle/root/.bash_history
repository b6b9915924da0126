cd /var/log
grep -i "Out of memory: Killed process" messages
dmesg -T | grep -c "Out of memory"
journalctl -u kubelet | grep "no space left on device" | tail
echo "write /var/lib/etcd/member/wal/0.tmp: no space left on device" >> /root/ticket-draft.txt
for n in $(kubectl get nodes -o name); do kubectl describe $n | grep -i pressure; done
kubectl get events -A | grep -E "BackOff|FailedMount|FailedScheduling|Unhealthy"
kubectl logs -n web front-0 --previous | grep 'panic: runtime error'
openssl x509 -noout -enddate -in /etc/kubernetes/pki/apiserver.crt
grep -r "x509: certificate has expired or is not yet valid" /var/log/pods | wc -l
crictl ps -a | grep -v Running
kubectl -n kube-system logs etcd-cp-1 | grep "apply request took too long"
ausearch -k root-commands | less
kubeadm certs check-expiration
logger "test: Back-off restarting failed container web in pod front-0"
exit
