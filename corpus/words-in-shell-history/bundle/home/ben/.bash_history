ls
kubectl get pods -A | grep -v Running
kubectl get pods -A | grep -E 'CrashLoopBackOff|OOMKilled|ImagePullBackOff'
python3 find_words.py --words "Out of memory" "no space left on device" "connection refused" /var/log
grep "Failed to pull image" /var/log/syslog
git commit -am "runbook: what to do on 'x509: certificate has expired'"
