#!/bin/sh
# Fills in the manifests of the addons, and keeps them applied.
set -eu
keelson addons /run/keelson/addons --dns-image keelson/dns:local >/dev/null
exec addon-manager "$@"
