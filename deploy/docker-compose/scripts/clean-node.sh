#!/bin/sh
# Leaves nothing of the node on this machine: pods, their network and folders, Services' rules.
set -eu
/usr/lib/keelson/deploy/choose-iptables.sh
keelson clean-node "$NODE_NAME" --root-dir "$KUBELET_ROOT"
nsenter --target "$(pidof -s dockerd || echo 1)" --mount -- sh -euc '
  ! mountpoint -q "$1" || umount "$1"
  rmdir "$1"
' clean-node "$KUBELET_ROOT"
