#!/bin/sh
# Leaves nothing of the node on this machine: pods, their network and folders, Services' rules.
set -eu
iptables-nft --wait -n -L DOCKER-USER >/dev/null 2>&1 || update-alternatives --quiet --set iptables /usr/sbin/iptables-legacy
keelson clean-node "$NODE_NAME" --root-dir "$KUBELET_ROOT"
kube-proxy --cleanup
nsenter --target 1 --mount -- sh -euc '
  ! mountpoint -q "$1" || umount "$1"
  rmdir "$1"
' clean-node "$KUBELET_ROOT"
