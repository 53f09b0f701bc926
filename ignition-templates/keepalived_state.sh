#!/bin/bash
# keepalived calls this at every change of state.
echo "$(date): keepalived state: $*" >>/etc/keepalived/log
