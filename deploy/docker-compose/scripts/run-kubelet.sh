#!/bin/sh
# Runs the kubelet where Docker keeps a container from the kernel's settings, which the network of pods needs.
set -eu
mount -o remount,bind,rw /proc/sys
mount -o remount,rw /sys
/usr/lib/keelson/deploy/choose-iptables.sh
exec kubelet "$@"
