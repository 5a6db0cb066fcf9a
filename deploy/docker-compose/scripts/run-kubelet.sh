#!/bin/sh
# Runs the kubelet with the same iptables as Docker: there are two, and each sees its own rules only.
set -eu
iptables-nft --wait -n -L DOCKER-USER >/dev/null 2>&1 || update-alternatives --quiet --set iptables /usr/sbin/iptables-legacy
exec kubelet "$@"
