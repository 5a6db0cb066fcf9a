#!/bin/sh
# Makes or renews the cluster's certificates in /etc/kubernetes and gives every daemon a folder with its own, and no other.
set -eu
keelson pki /etc/kubernetes --server "https://balancer:$KEELSON_PORT" --name balancer --node "$NODE_NAME" --etcd etcd

# give DAEMON OWNER FILE...
give() {
  folder=/credentials/$1
  owner=$2
  shift 2
  for file; do install -D -m 0400 -o "$owner" -g "$owner" "/etc/kubernetes/$file" "$folder/$file"; done
}

give etcd 65532 pki/etcd/ca.crt pki/etcd/server.crt pki/etcd/server.key pki/etcd/peer.crt pki/etcd/peer.key
give balancer 65532 pki/ca.crt
give kube-apiserver 65532 pki/ca.crt pki/apiserver.crt pki/apiserver.key pki/apiserver-kubelet-client.crt pki/apiserver-kubelet-client.key \
  pki/sa.key pki/sa.pub pki/etcd/ca.crt pki/apiserver-etcd-client.crt pki/apiserver-etcd-client.key
give kube-controller-manager 65532 controller-manager.conf pki/ca.crt
give kube-scheduler 65532 scheduler.conf
give cloud-controller-manager 65532 cloud-controller-manager.conf
give addon-manager 65532 addon-manager.conf
give kubelet 0 "kubelets/$NODE_NAME.conf" pki/ca.crt
give kube-proxy 0 kube-proxy.conf
