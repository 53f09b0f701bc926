#!/bin/bash
# Keeps keepalived and nginx of this control plane told of the API servers that the cluster has. Only the blocks that
# list them are replaced: interface, router id and the rest stay as Ignition wrote them for this host. The path units
# keepalived-refresh and ocne-nginx-refresh reload a service when its file was written, so nothing is written in vain.
#
# Environment: HOST_IP, API_SERVER_PORT. The first argument "once" ends it after one round.
set -u

kubectl=${KUBECTL:-/host/kubectl}
keepalived=${KEEPALIVED_CONF:-/host/keepalived.conf}
nginx=${NGINX_CONF:-/host/nginx.conf}
kubeconfig=${MONITOR_KUBECONFIG:-/etc/ha-monitor/kubeconfig}

api_servers() {
  "$kubectl" --kubeconfig="$kubeconfig" --cache-dir=/tmp/kubectl --request-timeout=10s --namespace=default \
    get endpointslices.discovery.k8s.io --selector=kubernetes.io/service-name=kubernetes \
    --output=jsonpath='{range .items[*]}{range .endpoints[*]}{.addresses[0]}{"\n"}{end}{end}'
}

# replace_block FILE OPENING BODY: the lines between "OPENING {" and the next "}" become BODY.
# The file is written in place: it is a bind mount of one file, which a rename would leave behind.
replace_block() {
  local file=$1 opening=$2 body=$3 line text='' inside=''
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ -n $inside ]]; then
      [[ $line =~ ^[[:space:]]*\} ]] || continue
      inside=''
    fi
    text+=$line$'\n'
    if [[ $line =~ ^[[:space:]]*"$opening"[[:space:]]*\{ ]]; then
      text+=$body
      inside=yes
    fi
  done <"$file"
  # An unfinished block means that the file is not the one that is meant.
  [[ -z $inside ]] || return 1
  [[ $(printf '%s' "$text") == "$(<"$file")" ]] && return 0
  printf '%s' "$text" >"$file" && echo "told $file of the API servers"
}

round() {
  local found address peers='' servers=$'    least_conn;\n' server
  found=$(api_servers) || return 1
  for address in $(printf '%s\n' "$found" | sort -u); do
    [[ $address =~ ^[0-9a-fA-F.:]+$ ]] || return 1
    server=$address
    [[ $address == *:* ]] && server="[$address]"
    servers+="    server $server:$API_SERVER_PORT fail_timeout=10s max_fails=1;"$'\n'
    [[ $address == "$HOST_IP" ]] || peers+="    $address"$'\n'
  done
  # Nobody in the list is no news: an API server that just started has not listed itself yet.
  [[ $servers == *server* ]] || return 0
  replace_block "$nginx" 'upstream backend1' "$servers"
  replace_block "$keepalived" 'unicast_peer' "$peers"
}

while true; do
  round || echo 'the API server of this host does not answer; nothing is changed' >&2
  [[ ${1:-} == once ]] && break
  sleep 10
done
