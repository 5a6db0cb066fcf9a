#!/bin/sh
# What the kubelet mounts for pods must be seen by Docker, so its folder must be a mount that shares what is mounted in it. On most machines
# it is already; a mount of the folder on itself does no harm there.
set -eu
nsenter --target 1 --mount -- sh -euc '
  mkdir -p "$1"
  mountpoint -q "$1" || mount --bind "$1" "$1"
  mount --make-rshared "$1"
' prepare-node "$KUBELET_ROOT"
