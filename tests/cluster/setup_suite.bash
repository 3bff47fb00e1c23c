# Starts a cluster for the tests of this folder: etcd, kube-apiserver and, where it is installed, kube-controller-manager.
# There is no kubelet: pods are admitted but never run.

load processes

setup_suite() {
  # The folder of setup-envtest's programs.
  PATH=${KUBEBUILDER_ASSETS:-/usr/local/kubebuilder/bin}:$PATH
  require_programs
  cd "$BATS_TEST_DIRNAME/../.."
  [ -f annotated-policy.wasm ] || { echo 'make e2e-cluster builds annotated-policy.wasm, which is missing' >&2; return 1; }

  CLUSTER=$(mktemp -d)
  export PATH CLUSTER KUBECONFIG=$CLUSTER/admin.kubeconfig KUBECACHEDIR=$CLUSTER/cache NO_PROXY=127.0.0.1
  start_control_plane
  create_roles
}

teardown_suite() {
  [ -n "${CLUSTER:-}" ] || return 0
  for name in kube-controller-manager kube-apiserver etcd; do stop "$name"; done
  [ -e "$CLUSTER/keep" ] || rm -rf "$CLUSTER"
}

# Reports missing programs and where to get them.
require_programs() {
  local program source missing=0
  while read -r program source; do
    command -v "$program" >/dev/null && continue
    echo "$program is not installed: $source" >&2
    missing=1
  done <<'END'
etcd           go install sigs.k8s.io/controller-runtime/tools/setup-envtest@latest; source <(setup-envtest use -p env)
kube-apiserver go install sigs.k8s.io/controller-runtime/tools/setup-envtest@latest; source <(setup-envtest use -p env)
kubectl        it comes with kube-apiserver
policy-server  it is in the image ghcr.io/kubewarden/adm-controller/policy-server, as /policy-server
openssl        install the package openssl
curl           install the package curl
jq             install the package jq
END
  return $missing
}

start_control_plane() {
  local port etcd peers server
  port=$(free_port) etcd=http://127.0.0.1:$(free_port) peers=http://127.0.0.1:$(free_port)
  start etcd etcd --data-dir "$CLUSTER/etcd" --unsafe-no-fsync \
    --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
    --listen-peer-urls "$peers" --initial-advertise-peer-urls "$peers" --initial-cluster "default=$peers"

  # One key for all purposes: the TLS of kube-apiserver and policy-server, and service account tokens.
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=cluster \
    -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
    -keyout "$CLUSTER/tls.key" -out "$CLUSTER/tls.crt" 2>/dev/null
  server=https://127.0.0.1:$port
  add_user admin "$server" system:masters
  add_user system:kube-controller-manager "$server"
  add_user policy-server "$server"
  add_user scanner "$server"
  cat >"$CLUSTER/audit-policy.yaml" <<'END'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata, verbs: [create, update, patch], resources: [{group: ""}, {group: apps}]}]
END
  # Without --allow-privileged kube-apiserver rejects HostProcess containers.
  start kube-apiserver kube-apiserver --etcd-servers "$etcd" --bind-address 127.0.0.1 --secure-port "$port" \
    --tls-cert-file "$CLUSTER/tls.crt" --tls-private-key-file "$CLUSTER/tls.key" \
    --service-account-issuer "$server" --service-account-key-file "$CLUSTER/tls.crt" \
    --service-account-signing-key-file "$CLUSTER/tls.key" \
    --authorization-mode RBAC --token-auth-file "$CLUSTER/tokens.csv" --allow-privileged \
    --audit-policy-file "$CLUSTER/audit-policy.yaml" --audit-log-path "$CLUSTER/audit.log"
  wait_for kube-apiserver kubectl get --raw /readyz
  wait_for kube-apiserver kubectl get --raw /openapi/v2 # kubectl validates with it

  command -v kube-controller-manager >/dev/null || return 0
  # Each controller uses its own service account, as in real clusters.
  start kube-controller-manager kube-controller-manager --secure-port 0 --leader-elect=false \
    --kubeconfig "$CLUSTER/system:kube-controller-manager.kubeconfig" \
    --use-service-account-credentials --service-account-private-key-file "$CLUSTER/tls.key" \
    --controllers deployment-controller,replicaset-controller,statefulset-controller,daemonset-controller
}

# add_user NAME SERVER [GROUP]: creates a user with a token and a kubeconfig.
add_user() {
  local token
  token=$(openssl rand -hex 16)
  echo "$token,$1,$1,${3:-}" >>"$CLUSTER/tokens.csv"
  cat >"$CLUSTER/$1.kubeconfig" <<END
apiVersion: v1
kind: Config
clusters: [{name: cluster, cluster: {server: "$2", certificate-authority: "$CLUSTER/tls.crt"}}]
users: [{name: user, user: {token: "$token"}}]
contexts: [{name: context, context: {cluster: cluster, user: user}}]
current-context: context
END
}

# Gives policy-server the permissions in docs/install.md, and tenants every permission for workloads.
create_roles() {
  kubectl create -f - <<'END'
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: policy-server}
rules:
- {apiGroups: [""], resources: [nodes, namespaces], verbs: [get, list, watch]}
- {apiGroups: [node.k8s.io], resources: [runtimeclasses], verbs: [get, list, watch]}
- {apiGroups: [authorization.k8s.io], resources: [subjectaccessreviews], verbs: [create]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: policy-server}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: policy-server}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: policy-server}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: tenant}
rules:
- {apiGroups: ["", apps, batch, fleet.example], resources: ["*"], verbs: ["*"]}
END
}
