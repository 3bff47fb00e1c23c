#!/usr/bin/env bats
# Bypasses that were tried on a cluster. mallory has every right to the workloads in her namespace, but no grant.

load helpers

setup_file() {
  policy defaults <<<'{}'
  policy olga <<'END'
allow:
- requesters: {users: [olga]}
END
  policy daemonsets <<'END'
allow:
- kinds: [DaemonSet]
END
  policy team <<'END'
allow:
- images: ["team*/app"]
END
  serve_policies
  namespace vault olga
}

@test "a ControllerRevision from which a StatefulSet would build its next pod" {
  needs_controllers
  kubectl --as mallory -n vault create -f <(object apps/v1 StatefulSet store 'spec:
  selector: {matchLabels: {app: store}}
  updateStrategy: {rollingUpdate: {partition: 1}}
  template: {metadata: {labels: {app: store}}, spec: {containers: [{name: store, image: registry.example/store:1.0}]}}')
  revision_is_there() { revision=$(kubectl -n vault get controllerrevisions -l app=store -o name) && [ -n "$revision" ]; }
  eventually revision_is_there
  kubectl --as mallory -n vault delete "$revision"
  run kubectl --as mallory -n vault create -f <(workload ControllerRevision "${revision##*/}" |
    sed 's/template: {/template: {$patch: replace, /')
  denied_by not-allowed
}

@test "another ConfigMap, Secret or volume behind the same command" {
  kubectl --as olga -n vault create -f <(workload Deployment runner | with 'spec: {template: {spec: {
    volumes: [{name: scripts, configMap: {name: reviewed}}],
    containers: [{name: agent, command: [powershell.exe, -File, scripts/run.ps1], volumeMounts: [{name: scripts, mountPath: scripts}]}]}}}')
  local patch
  while read -r patch; do
    run kubectl --as mallory -n vault patch deployment runner -p "spec: {template: {spec: $patch}}"
    denied_by not-allowed
  done <<'END'
{volumes: [{name: scripts, configMap: {name: mallorys}}]}
{volumes: [{name: scripts, configMap: null, secret: {secretName: mallorys}}]}
{volumes: [{name: scripts, configMap: null, persistentVolumeClaim: {claimName: mallorys}}]}
{containers: [{name: agent, envFrom: [{configMapRef: {name: mallorys}}]}]}
{containers: [{name: agent, env: [{name: PATH, valueFrom: {configMapKeyRef: {name: mallorys, key: path}}}]}]}
{containers: [{name: agent, volumeMounts: [{name: scripts, mountPath: scripts, subPathExpr: mallorys}]}]}
{containers: [{name: agent, imagePullPolicy: Always}]}
{imagePullSecrets: [{name: mallorys}]}
END
}

# bind POD ANNOTATIONS: binds the pod like the scheduler.
bind() {
  kubectl --as mallory create --raw "/api/v1/namespaces/vault/pods/$1/binding" -f - <<END
{"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "$1", "annotations": $2}, "target": {"kind": "Node", "name": "windows"}}
END
}

ordinary_pod() {
  object v1 Pod "$1" 'spec: {containers: [{name: app, image: registry.example/app:1.0}]}'
}

@test "an annotation in a binding" {
  kubectl --as mallory -n vault create -f <(ordinary_pod bound)
  run bind bound '{"microsoft.com/hostprocess-inherit-user": "true"}'
  denied_by reserved-annotations
  run bind bound '{}'
  accepted
}

@test "an annotation in a status update" {
  kubectl --as mallory -n vault create -f <(ordinary_pod reported)
  run kubectl --as mallory -n vault patch pod reported --subresource status \
    -p '{"metadata": {"annotations": {"microsoft.com/hostprocess-inherit-user": "true"}}}'
  denied_by reserved-annotations
  run kubectl --as mallory -n vault patch pod reported --subresource status -p '{"status": {"reason": "Tested"}}'
  accepted
}

@test "a debug container that inherits an account from before the policy" {
  namespace old-pods
  kubectl -n old-pods create -f <(workload Pod agent |
    with 'spec: {securityContext: {windowsOptions: {runAsUserName: Administrators}}}')
  apply_policy defaults old-pods
  run kubectl -n old-pods debug agent --image registry.example/debug:1.0 -- powershell.exe
  denied_by privileged-local-group
}

@test "a debug container in a pod of a granted DaemonSet" {
  needs_controllers
  namespace granted daemonsets
  join windows v1.36.2 2.3.4
  kubectl -n granted create -f <(workload DaemonSet agent)
  pod_is_there() { pod=$(kubectl -n granted get pods -l app=agent -o name) && [ -n "$pod" ]; }
  eventually pod_is_there
  run kubectl --as mallory -n granted debug "$pod" --image registry.example/debug:1.0 -- powershell.exe
  denied_by not-allowed
}

@test "a container that drops its own account and inherits the pod's" {
  namespace old-deployments
  kubectl -n old-deployments create -f <(workload Deployment agent | with 'spec: {template: {spec: {
    securityContext: {windowsOptions: {runAsUserName: Administrators}},
    containers: [{name: sidecar, image: "registry.example/sidecar:1.0", command: [sidecar.exe],
      securityContext: {windowsOptions: {runAsUserName: NT AUTHORITY\Local service}}}]}}}')
  apply_policy defaults old-deployments
  run kubectl -n old-deployments patch deployment agent \
    -p 'spec: {template: {spec: {containers: [{name: sidecar, securityContext: null}]}}}'
  denied_by privileged-local-group
}

@test "a registry that looks like the team's folder" {
  namespace spelled team
  run kubectl -n spelled create -f <(workload Pod folder | with 'spec: {containers: [{name: agent, image: teams/app}]}')
  accepted
  run kubectl -n spelled create -f <(workload Pod host | with 'spec: {containers: [{name: agent, image: teamX/app}]}')
  denied_by not-allowed
}

@test "other spellings of a named pipe" {
  namespace pipes defaults
  local path
  while read -r path; do
    run kubectl -n pipes create -f <(workload Pod agent | with "spec: {volumes: [{name: pipe, hostPath: {path: '$path'}}],
      containers: [{name: agent, volumeMounts: [{name: pipe, mountPath: pipe}]}]}")
    denied_by named-pipe-mount
  done <<'END'
\\.\pipe\csi
\\.\PIPE\csi
//./pipe/csi
\\?\pipe\csi
\\?\GLOBALROOT\Device\NamedPipe\csi
\\.\pipe.\csi
\??\pipe\csi
END
}

@test "other spellings of the system folder" {
  namespace roots defaults
  local path
  while read -r path; do
    run kubectl -n roots create -f <(workload Pod agent |
      with "metadata: {annotations: {microsoft.com/hostprocess-rootfs-location: '$path'}}")
    denied_by reserved-annotations
  done <<'END'
C:\Windows
\\localhost\c$\Windows
\\127.0.0.1\admin$
\\?\GLOBALROOT\SystemRoot
END
}

@test "other names of the Administrators group" {
  namespace accounts defaults
  local account
  while read -r account; do
    run kubectl -n accounts create -f <(workload Pod agent |
      with "spec: {securityContext: {windowsOptions: {runAsUserName: '$account'}}}")
    denied_by privileged-local-group
  done <<'END'
administrators
Administrators.
Administrateurs
Administratoren
Administradores
Administratörer
Järjestelmänvalvojat
Rendszergazdák
Администраторы
END
}

# A valid Deployment of 0.3 MB: every container has a different account, whose group an init container may have created.
busy() {
  awk 'BEGIN {
    print "---"
    printf "{apiVersion: apps/v1, kind: Deployment, metadata: {name: busy}, spec: {selector: {matchLabels: {app: busy}}, template: {metadata: {labels: {app: busy}}, spec: {"
    printf "hostNetwork: true, nodeSelector: {kubernetes.io/os: windows}, securityContext: {windowsOptions: {hostProcess: true}}, initContainers: [{name: init, image: a, command: ["
    for (i = 0; i < 17000; i++) printf "localgroup,"
    printf "x], securityContext: {windowsOptions: {runAsUserName: setup}}}], containers: ["
    for (i = 0; i < 1000; i++) printf "{name: c%d, image: a, command: [a], securityContext: {windowsOptions: {runAsUserName: group-%d}}},", i, i
    print "]}}}}"
  }'
}

@test "a Deployment of 0.3 MB is judged before policy-server times out" {
  namespace busied defaults
  # policy-server aborts an evaluation after two seconds and denies without naming a rule.
  run kubectl --as mallory -n busied create -f <(busy)
  [ "$status" -eq 0 ]
  [[ $output == *'[unknown-account]'* ]]
}

@test "a program in an image volume of a granted workload" {
  namespace volumes team
  run kubectl --as mallory -n volumes create -f <(workload Deployment mounted | with 'spec: {template: {spec: {
    volumes: [{name: tools, image: {reference: elsewhere.example/tools:1.0}}],
    containers: [{name: agent, image: team-a/app, volumeMounts: [{name: tools, mountPath: tools}]}]}}}')
  denied_by not-allowed
}
