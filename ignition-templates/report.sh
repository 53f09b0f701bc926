#!/bin/bash
# Posts the outcome of ocne.service to the appliance. The URL, with the boot token in it, is in a file that only root
# reads, never on a command line. Ends well when the appliance has the final word, fails to be run again otherwise.
set -u
umask 077

SECRETS=/etc/hearth/report.curl
REPORT=/run/hearth-report.txt
trap 'rm -f "$REPORT"' EXIT

# A manual restart may be under way.
for (( waited = 0; waited < 1800; waited += 5 )); do
	STATE=$(systemctl show --property=ActiveState --value ocne.service)
	[[ "$STATE" == activating || "$STATE" == reloading ]] || break
	sleep 5
done

: >"$REPORT"
if [[ "$STATE" == active ]]; then
	RESULT=success
	echo success >"$REPORT"
else
	RESULT=failure
	{
		echo failure
		echo "ocne.service on $(hostname) ended with $(systemctl show --property=ExecMainStatus --value ocne.service):"
		# kubeadm prints its join command, with the token and the keys in it.
		journalctl --unit=ocne.service --boot --lines=40 --no-pager --output=cat 2>/dev/null |
			sed -E -e 's/[a-z0-9]{6}\.[a-z0-9]{16}/[token]/g' -e 's/[0-9a-f]{64}/[key]/g' |
			tail -c 1300
	} >"$REPORT"
fi

STATUS=$(curl --config "$SECRETS" --silent --show-error --output /dev/null --write-out '%{http_code}' \
	--connect-timeout 10 --max-time 60 --retry 10 --retry-delay 6 --retry-connrefused \
	--header 'Content-Type: text/plain' --data-binary "@$REPORT")

finish() {
	systemctl disable hearth-report.service
	rm -f "$SECRETS"
	exit 0
}

case "$STATUS" in
2??)
	# After a failure the next attempt is reported too.
	if [[ "$RESULT" == success ]]; then finish; fi
	exit 0
	;;
# The token is dead: nobody waits for this node any more.
401 | 403 | 404 | 410) finish ;;
esac
echo "The appliance answered '$STATUS'; trying again"
exit 1
