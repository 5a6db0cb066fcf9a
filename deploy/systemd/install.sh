#!/bin/sh
# Installs Keelson's daemons as systemd units, from what `npm run build` leaves in dist/. docs/deploy.md says how to go on from there.
set -eu

usage() {
  cat <<'TEXT'
usage: install.sh COMMAND [OPTION ...]

  install      copy the executables, make users, certificates and settings that are missing, enable and start the units; again after an update
  renew        issue anew the certificates that near their end, and restart the daemons that use them
  uninstall    stop the daemons and remove units and executables; with --purge, also settings, certificates, objects, pods and users

Options of install:
  --only control-plane|node   one half of the daemons; both without it
  --node NAME                 this machine's node; the host name without it
  --for-node NAME             another node, whose kubelet's kubeconfig is made, too; may be repeated
  --server URL                how kubeconfigs name the API server (https://127.0.0.1:6443)
  --address IP, --name NAME   by what else its certificate is to know it; may be repeated
  --dns-image REFERENCE       the image of the cluster's DNS, which nodes have or can pull; made here without it, if there is Docker
  --prefix FOLDER             where the executables go (/usr/lib/keelson)
  --no-start                  enable the units and do not start them
TEXT
}

CONFIGURATION=/etc/keelson
KUBERNETES=/etc/kubernetes
STATE=/var/lib/keelson
KUBELET=/var/lib/kubelet
UNITS=/etc/systemd/system
CONTROL_PLANE='kube-apiserver kube-controller-manager kube-scheduler cloud-controller-manager addon-manager'
NODE='kubelet kube-proxy'
# Of those, what is enabled only on a machine with Docker that is the whole cluster: its load balancers answer on that machine alone.
OPTIONAL='cloud-controller-manager'
DOCKER=/var/run/docker.sock
SHARED_UNITS='keelson.target keelson-renew-certificates.service keelson-renew-certificates.timer'

here=$(dirname "$(readlink -f "$0")")

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

is_booted() { [ -d /run/systemd/system ]; }

# --- install ---------------------------------------------------------------------------------------------------------------------------

parse_install_options() {
  only=all prefix=/usr/lib/keelson node=$(hostname | tr '[:upper:]' '[:lower:]') nodes='' server=https://127.0.0.1:6443 names='' dns_image='' start=yes told=no
  while [ $# -gt 0 ]; do
    case $1 in
      --no-start) start=no && shift && continue ;;
      --only | --node | --for-node | --server | --address | --name | --dns-image | --prefix) [ $# -gt 1 ] || fail "$1 needs a value" ;;
      *) fail "there is no option $1" ;;
    esac
    case $1 in
      --only | --dns-image | --prefix) ;;
      *) told=yes ;;
    esac
    case $1 in
      --only) only=$2 ;;
      --node) node=$2 ;;
      --for-node) nodes="$nodes $2" ;;
      --server) server=$2 ;;
      --address) names="$names --address $2" ;;
      --name) names="$names --name $2" ;;
      --dns-image) dns_image=$2 ;;
      --prefix) prefix=$2 ;;
    esac
    shift 2
  done
  case $only in
    all) daemons="$CONTROL_PLANE $NODE" ;;
    control-plane) daemons=$CONTROL_PLANE ;;
    node) daemons=$NODE ;;
    *) fail "--only must be control-plane or node: $only" ;;
  esac
}

# What runs keeps its files until it is restarted, since the folder is replaced, not written over.
copy_executables() {
  dist=$here/../../dist
  [ -x "$dist/bin/kubelet" ] || fail "$dist/bin has no executables; npm run build makes them"
  rm -rf "$prefix.new"
  mkdir -p "$prefix.new"
  cp -a "$dist/." "$prefix.new"
  cp -a "$here" "$prefix.new/deploy"
  chown -R root:root "$prefix.new"
  chmod -R go-w "$prefix.new"
  rm -rf "$prefix"
  mv "$prefix.new" "$prefix"
}

# Those that this build of Keelson has.
present() {
  for daemon; do [ ! -x "$prefix/bin/$daemon" ] || [ ! -e "$here/units/$daemon.service.in" ] || printf '%s ' "$daemon"; done
}

write_units() {
  for unit in $daemons; do sed "s,@PREFIX@,$prefix,g" "$here/units/$unit.service.in" >"$UNITS/$unit.service"; done
  for unit in $SHARED_UNITS; do
    if [ -e "$here/units/$unit" ]; then cp "$here/units/$unit" "$UNITS/$unit"; else sed "s,@PREFIX@,$prefix,g" "$here/units/$unit.in" >"$UNITS/$unit"; fi
  done
}

# An operator's own settings stay, and so does what was said of the certificates earlier, unless it is said anew.
write_settings() {
  mkdir -p "$CONFIGURATION"
  for daemon in $daemons; do
    [ -e "$CONFIGURATION/$daemon.env" ] || sed "s,@NODE_NAME@,$node,g" "$here/environment/$daemon.env" >"$CONFIGURATION/$daemon.env"
  done
  [ "$only" = node ] || { [ -e "$CONFIGURATION/certificates" ] && [ "$told" = no ]; } || cat >"$CONFIGURATION/certificates" <<TEXT
# What install.sh was told of the certificates; it asks for the same when it renews them.
--server $server --service-cluster-ip-range 10.96.0.0/16 --node $node$nodes$names
TEXT
}

make_certificates() {
  mkdir -p "$KUBERNETES"
  if [ "$only" = node ]; then
    for file in kubelet.conf kube-proxy.conf pki/ca.crt; do
      [ -e "$KUBERNETES/$file" ] || fail "$KUBERNETES/$file is missing; docs/deploy.md says how it comes here from the control plane"
    done
    return
  fi
  issue_certificates >/dev/null
  [ -e "$KUBERNETES/kubelet.conf" ] || ln -s "kubelets/$node.conf" "$KUBERNETES/kubelet.conf"
}

# Prints what it wrote.
issue_certificates() {
  # Each word is an argument.
  # shellcheck disable=SC2046
  "$prefix/bin/keelson" pki "$KUBERNETES" $(grep -v '^#' "$CONFIGURATION/certificates")
}

# The manifests that the addon manager keeps applied, and the image that they name.
provide_addons() {
  [ "$only" != node ] || return 0
  mkdir -p "$KUBERNETES/addons"
  [ -z "$dns_image" ] || echo "$dns_image" >"$CONFIGURATION/dns-image"
  if [ -e "$CONFIGURATION/dns-image" ]; then
    "$prefix/bin/keelson" addons "$KUBERNETES/addons" --dns-image "$(cat "$CONFIGURATION/dns-image")" >/dev/null
  elif [ "$only" = all ] && [ -S "$DOCKER" ]; then
    image=$("$prefix/bin/keelson" addons "$KUBERNETES/addons")
    echo "The image of the cluster's DNS is $image"
  else
    echo "The cluster has no DNS yet: its image can't be made without Docker and a node here; name one with --dns-image"
  fi
}

# Whether a daemon is to run, or waits until an operator enables it.
is_wanted() {
  case " $OPTIONAL " in
    *" $1 "*) [ "$only" = all ] && [ -S "$DOCKER" ] && [ "$(find "$KUBERNETES/kubelets" -name '*.conf' | wc -l)" = 1 ] ;;
  esac
}

install() {
  parse_install_options "$@"
  copy_executables
  # shellcheck disable=SC2086
  daemons=$(present $daemons)
  if [ "$only" != node ]; then
    mkdir -p /etc/sysusers.d
    cp "$here/sysusers.conf" /etc/sysusers.d/keelson.conf
    systemd-sysusers /etc/sysusers.d/keelson.conf
  fi
  write_settings
  make_certificates
  provide_addons
  write_units
  enabled=
  for daemon in $daemons; do ! is_wanted "$daemon" || enabled="$enabled$daemon "; done
  timer=keelson-renew-certificates.timer
  [ "$only" != node ] || timer=
  ! is_booted || systemctl daemon-reload
  # shellcheck disable=SC2086
  systemctl --quiet enable keelson.target $timer $enabled
  if [ "$start" = yes ] && is_booted; then
    # shellcheck disable=SC2086
    systemctl restart keelson.target $timer $enabled
    # One that an operator has enabled follows the others.
    # shellcheck disable=SC2086
    systemctl try-restart $daemons
    echo "Started $enabled"
  fi
  [ "$only" = node ] || echo "A kubeconfig with every right is in $KUBERNETES/admin.conf"
}

# --- renew -----------------------------------------------------------------------------------------------------------------------------

renew() {
  prefix=$(dirname "$here")
  written=$(issue_certificates)
  [ -n "$written" ] || return 0
  echo "$written"
  # shellcheck disable=SC2046
  systemctl try-restart $(installed)
}

# The units of daemons on this machine.
installed() {
  for daemon in $CONTROL_PLANE $NODE; do [ ! -e "$UNITS/$daemon.service" ] || printf '%s.service ' "$daemon"; done
}

# --- uninstall -------------------------------------------------------------------------------------------------------------------------

uninstall() {
  purge=no
  [ "${1-}" != --purge ] || purge=yes
  [ -n "${1-}" ] && [ "$purge" = no ] && fail "there is no option $1"
  units=$(installed)
  for unit in $SHARED_UNITS; do [ ! -e "$UNITS/$unit" ] || units="$units $unit"; done
  prefix=$(sed -n 's,^ExecStart=\(.*\)/bin/kube.*,\1,p' "$UNITS"/kube*.service 2>/dev/null | head -n 1)
  # shellcheck disable=SC2086
  if [ -n "$units" ]; then
    ! is_booted || systemctl stop $units
    systemctl --quiet disable $units
  fi
  [ "$purge" = no ] || purge_state
  for unit in $units; do rm -f "$UNITS/$unit"; done
  ! is_booted || systemctl daemon-reload
  [ -z "$prefix" ] || rm -rf "$prefix"
}

purge_state() {
  if [ -n "$prefix" ] && [ -e "$CONFIGURATION/kubelet.env" ]; then
    name=$(sed -n 's,.*--hostname-override=\([^ ]*\).*,\1,p' "$CONFIGURATION/kubelet.env")
    "$prefix/bin/keelson" clean-node "${name:-$(hostname)}" --root-dir "$KUBELET"
  fi
  rm -rf "$CONFIGURATION" "$KUBERNETES" "$STATE" "$KUBELET" /etc/sysusers.d/keelson.conf
  for user in $CONTROL_PLANE; do ! id "$user" >/dev/null 2>&1 || userdel "$user"; done
}

# ---------------------------------------------------------------------------------------------------------------------------------------

[ "$(id -u)" = 0 ] || fail 'it must run as root'
case ${1-} in
  install | renew | uninstall) "$@" ;;
  *) usage && exit 1 ;;
esac
