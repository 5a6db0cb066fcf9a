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
  --prefix FOLDER             where the executables go: a folder of their own (/usr/lib/keelson)
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
  only=all prefix='' node=$(hostname | tr '[:upper:]' '[:lower:]') nodes='' server=https://127.0.0.1:6443 names='' dns_image='' start=yes told=no
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

# What another installation of Kubernetes has here would be used as this one's, and one day be purged with it.
refuse_others() {
  [ ! -e "$CONFIGURATION/certificates" ] || return 0
  for file in "$KUBERNETES/admin.conf" "$KUBERNETES"/manifests/*.yaml; do
    [ ! -e "$file" ] || fail "$file belongs to another installation of Kubernetes; remove that one first, with kubeadm reset or as it says itself"
  done
  for daemon in $daemons; do
    file=$UNITS/$daemon.service
    [ ! -s "$file" ] || grep -q '(Keelson)' "$file" || fail "$file is not Keelson's; remove what it belongs to first"
  done
}

# The folders in which executables are, or were until a run of this script that was cut short; the newest last.
prefixes() {
  if [ -e "$CONFIGURATION/prefix" ]; then
    cat "$CONFIGURATION/prefix"
  else
    sed -n 's,^ExecStart=\(.*\)/bin/kube.*,\1,p' "$UNITS"/kube*.service 2>/dev/null | sed 's,/current$,,' | sort -u
  fi
}

# It is written down before there is anything in it, so that uninstall finds it.
choose_prefix() {
  [ -n "$prefix" ] || prefix=$(prefixes | tail -n 1)
  prefix=${prefix:-/usr/lib/keelson}
  case $prefix in
    *[!A-Za-z0-9/._-]* | [!/]* | */) fail "--prefix must be an absolute path of letters, digits, '.', '_' and '-': $prefix" ;;
  esac
  if ! prefixes | grep -qxF "$prefix" && [ -n "$(ls -A "$prefix" 2>/dev/null)" ]; then
    fail "$prefix has files in it that are not known as Keelson's; uninstall would remove them: choose a folder of its own"
  fi
  mkdir -p "$CONFIGURATION"
  {
    prefixes | grep -vxF "$prefix" || true
    echo "$prefix"
  } | replace "$CONFIGURATION/prefix"
}

# Writes standard input to a file, which is whole at every moment.
replace() {
  cat >"$1.new"
  mv "$1.new" "$1"
}

# There are always executables, whole ones, wherever this is cut short: the new ones go beside those in use, and a link changes over.
copy_executables() {
  next=a
  [ "$(readlink "$prefix/current" || true)" != a ] || next=b
  rm -rf "${prefix:?}/$next"
  mkdir -p "$prefix/$next"
  cp -a "$dist/." "$prefix/$next"
  cp -a "$here" "$prefix/$next/deploy"
  chown -R root:root "$prefix/$next"
  chmod -R go-w "$prefix/$next"
  sync -f "$prefix/$next"
  ln -sfn "$next" "$prefix/current.new"
  mv -T "$prefix/current.new" "$prefix/current"
  build=$prefix/current
}

# Those before, once nothing runs from them.
remove_former_executables() {
  for entry in "$prefix"/*; do
    case $entry in
      "$prefix/current" | "$prefix/$next") ;;
      *) rm -rf "$entry" ;;
    esac
  done
  prefixes | while IFS= read -r former; do
    case $prefix/ in
      "$former"/*) ;;
      *) rm -rf "$former" ;;
    esac
  done
  echo "$prefix" | replace "$CONFIGURATION/prefix"
}

# Those that this build of Keelson has.
present() {
  for daemon; do [ ! -x "$build/bin/$daemon" ] || [ ! -e "$here/units/$daemon.service.in" ] || printf '%s ' "$daemon"; done
}

write_units() {
  for unit in $daemons $SHARED_UNITS; do
    case $unit in *.*) ;; *) unit=$unit.service ;; esac
    source=$here/units/$unit
    [ -e "$source" ] || source=$source.in
    sed "s,@PREFIX@,$build,g" "$source" | replace "$UNITS/$unit"
  done
}

# An operator's own settings stay, and so does what was said of the certificates earlier, unless it is said anew.
write_settings() {
  for daemon in $daemons; do
    [ -e "$CONFIGURATION/$daemon.env" ] || sed "s,@NODE_NAME@,$node,g" "$here/environment/$daemon.env" | replace "$CONFIGURATION/$daemon.env"
  done
  [ "$only" = node ] || { [ -e "$CONFIGURATION/certificates" ] && [ "$told" = no ]; } || replace "$CONFIGURATION/certificates" <<TEXT
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
  "$build/bin/keelson" pki "$KUBERNETES" $(grep -v '^#' "$CONFIGURATION/certificates")
}

# The manifests that the addon manager keeps applied, and the image that they name.
provide_addons() {
  [ "$only" != node ] || return 0
  mkdir -p "$KUBERNETES/addons"
  [ -z "$dns_image" ] || echo "$dns_image" >"$CONFIGURATION/dns-image"
  if [ -e "$CONFIGURATION/dns-image" ]; then
    "$build/bin/keelson" addons "$KUBERNETES/addons" --dns-image "$(cat "$CONFIGURATION/dns-image")" >/dev/null
  elif [ "$only" = all ] && [ -S "$DOCKER" ]; then
    image=$("$build/bin/keelson" addons "$KUBERNETES/addons")
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
  dist=$here/../../dist
  [ -x "$dist/bin/kubelet" ] || fail "$dist/bin has no executables; npm run build makes them"
  refuse_others
  choose_prefix
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
  remove_former_executables
  [ "$only" = node ] || echo "A kubeconfig with every right is in $KUBERNETES/admin.conf"
}

# --- renew -----------------------------------------------------------------------------------------------------------------------------

renew() {
  build=$(dirname "$here")
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
  [ "$purge" = no ] || [ -d "$CONFIGURATION" ] || fail "Keelson is not installed here, so $KUBERNETES is not its own to purge"
  folders=$(prefixes)
  units=$(installed)
  for unit in $SHARED_UNITS; do [ ! -e "$UNITS/$unit" ] || units="$units $unit"; done
  # shellcheck disable=SC2086
  if [ -n "$units" ]; then
    ! is_booted || stop_running $units
    systemctl --quiet disable $units
  fi
  [ "$purge" = no ] || purge_state
  # Of a unit whose file was cut short, systemctl leaves the links.
  for unit in $units; do rm -f "$UNITS/$unit" "$UNITS"/*.wants/"$unit"; done
  [ ! -d "$UNITS/keelson.target.wants" ] || rmdir "$UNITS/keelson.target.wants"
  rm -f "$UNITS"/kube*.service.new "$UNITS"/keelson*.new
  ! is_booted || systemctl daemon-reload
  for folder in $folders; do rm -rf "$folder"; done
  rm -f "$CONFIGURATION/prefix"
  # The last, since it says that there is something to purge.
  [ "$purge" = no ] || rm -rf "$CONFIGURATION"
}

# It leaves out what does not run: of a unit whose file was cut short, systemctl would say that there is none to stop, and fail.
stop_running() {
  running=
  for unit; do
    case $(systemctl show --property=ActiveState --value "$unit") in
      inactive | failed) ;;
      *) running="$running$unit " ;;
    esac
  done
  # shellcheck disable=SC2086
  [ -z "$running" ] || systemctl stop $running
}

purge_state() {
  if [ -e "$CONFIGURATION/kubelet.env" ]; then
    name=$(sed -n 's,.*--hostname-override=\([^ ]*\).*,\1,p' "$CONFIGURATION/kubelet.env")
    "$(any_keelson)" clean-node "${name:-$(hostname)}" --root-dir "$KUBELET"
  fi
  rm -rf "$KUBERNETES" "$STATE" "$KUBELET" /etc/sysusers.d/keelson.conf
  for user in $CONTROL_PLANE; do ! id "$user" >/dev/null 2>&1 || userdel "$user"; done
}

# One of the executables here, of whatever age: all of them know how pods are removed.
any_keelson() {
  for folder in $folders "$here/.." "$here/../../dist"; do
    for file in "$folder/current/bin/keelson" "$folder/bin/keelson"; do [ ! -x "$file" ] || { echo "$file" && return; }; done
  done
  fail 'there is no executable left to remove pods with; install once more before --purge'
}

# ---------------------------------------------------------------------------------------------------------------------------------------

[ "$(id -u)" = 0 ] || fail 'it must run as root'
case ${1-} in
  install | renew | uninstall) "$@" ;;
  *) usage && exit 1 ;;
esac
