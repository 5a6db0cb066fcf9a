#!/bin/sh
# What the kubelet mounts for pods must be seen by Docker, so its folder must be a mount that shares what is mounted in it. On most machines
# it is already; a mount of the folder on itself does no harm there.
set -eu
# Docker's mount namespace is the one that counts; it is the machine's if Docker is not seen.
nsenter --target "$(pidof -s dockerd || echo 1)" --mount -- sh -euc '
  mkdir -p "$1"
  mountpoint -q "$1" || mount --bind "$1" "$1"
  mount --make-rshared "$1"
  # Pods on one bridge reach each other through Services by it.
  [ -d /proc/sys/net/bridge ] || modprobe br_netfilter
' prepare-node "$KUBELET_ROOT"
