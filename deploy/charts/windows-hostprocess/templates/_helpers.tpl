{{/* The name of the policy and of the other objects. */}}
{{- define "windows-hostprocess.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "windows-hostprocess.labels" -}}
{{- $own := dict
  "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_")
  "app.kubernetes.io/name" .Chart.Name
  "app.kubernetes.io/instance" .Release.Name
  "app.kubernetes.io/version" .Chart.AppVersion
  "app.kubernetes.io/managed-by" .Release.Service
  "app.kubernetes.io/part-of" "kubewarden" -}}
{{- toYaml (merge $own .Values.labels) -}}
{{- end -}}

{{/* The policy that is deployed without Helm, whose rules, conditions and annotations the chart reuses. */}}
{{- define "windows-hostprocess.deployed" -}}
{{- $deployed := .Files.Get "clusteradmissionpolicy.yaml" | fromYaml -}}
{{- if not (dig "spec" "rules" false $deployed) -}}
{{- fail "clusteradmissionpolicy.yaml, a symbolic link in the repository, is missing from this copy of the chart: use the packaged chart" -}}
{{- end -}}
{{- toYaml $deployed -}}
{{- end -}}

{{- define "windows-hostprocess.module" -}}
{{- $tag := .Values.module.tag | default (printf "v%s" .Chart.AppVersion) -}}
{{- printf "registry://%s/%s:%s" .Values.global.cattle.systemDefaultRegistry .Values.module.repository $tag -}}
{{- end -}}

{{/* The grants of the presets and the values. Presets share components, so duplicate grants are removed. */}}
{{- define "windows-hostprocess.grants" -}}
{{- $grants := list -}}
{{- range .Values.presets -}}
{{- $preset := $.Files.Get (printf "presets/%s.yaml" .) -}}
{{- if not $preset -}}
{{- fail (printf "presets/%s.yaml is missing from this copy of the chart, where presets is a symbolic link: use the packaged chart" .) -}}
{{- end -}}
{{- $grants = concat $grants (fromYamlArray $preset) -}}
{{- end -}}
{{- toYaml (concat $grants .Values.extraGrants | uniq) -}}
{{- end -}}

{{/* The settings of the policy that judges. */}}
{{- define "windows-hostprocess.settings" -}}
{{- $settings := omit .Values.settings "mutate" -}}
{{- $grants := include "windows-hostprocess.grants" . | fromYamlArray -}}
{{- if $grants -}}
{{- if hasKey $settings "allow" -}}
{{- fail "settings.allow and grants of presets or extraGrants exclude each other: write your grants in extraGrants" -}}
{{- end -}}
{{- $settings = set $settings "allow" $grants -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* The cluster queries that the settings need, as a dictionary of booleans. */}}
{{- define "windows-hostprocess.queries" -}}
{{- $settings := include "windows-hostprocess.settings" . | fromYaml -}}
{{- $namespaces := dig "namespaces" "check" false $settings -}}
{{- $allow := get $settings "allow" -}}
{{- if kindIs "slice" $allow -}}
{{- range $allow -}}
{{- if hasKey . "namespaceSelector" -}}{{- $namespaces = true -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "nodes" (dig "nodes" "check" false $settings) "namespaces" $namespaces "reviews" (hasKey $settings "rbac") | toYaml -}}
{{- end -}}

{{- define "windows-hostprocess.policyServer" -}}
{{- if .Values.policyServer.create -}}
{{- include "windows-hostprocess.fullname" . -}}
{{- else -}}
{{- .Values.policyServer.name -}}
{{- end -}}
{{- end -}}

{{- define "windows-hostprocess.serviceAccount" -}}
{{- if .Values.policyServer.create -}}
{{- include "windows-hostprocess.fullname" . -}}
{{- else -}}
{{- .Values.policyServer.serviceAccountName -}}
{{- end -}}
{{- end -}}

{{- define "windows-hostprocess.namespace" -}}
{{- .Values.policyServer.namespace | default .Release.Namespace -}}
{{- end -}}

{{/* The metadata of an object; the argument is a list of the root, the name and additional annotations. */}}
{{- define "windows-hostprocess.metadata" -}}
{{- $root := index . 0 -}}
name: {{ index . 1 }}
labels:
  {{- include "windows-hostprocess.labels" $root | nindent 2 }}
{{- with merge (dict) $root.Values.annotations (index . 2) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The common fields of both policies. */}}
{{- define "windows-hostprocess.spec" -}}
policyServer: {{ include "windows-hostprocess.policyServer" . }}
module: {{ include "windows-hostprocess.module" . }}
mode: {{ .Values.mode }}
failurePolicy: {{ .Values.failurePolicy | default (ternary "Fail" "Ignore" (eq .Values.mode "protect")) }}
timeoutSeconds: {{ .Values.timeoutSeconds }}
{{- with .Values.message }}
message: {{ . | quote }}
{{- end }}
{{- with .Values.namespaceSelector }}
namespaceSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .Values.matchConditions }}
matchConditions:
  {{- (include "windows-hostprocess.deployed" . | fromYaml).spec.matchConditions | toYaml | nindent 2 }}
{{- end }}
{{- $queries := include "windows-hostprocess.queries" . | fromYaml }}
{{- if or $queries.nodes $queries.namespaces }}
contextAwareResources:
  {{- if $queries.nodes }}
  - apiVersion: v1
    kind: Node
  - apiVersion: node.k8s.io/v1
    kind: RuntimeClass
  {{- end }}
  {{- if $queries.namespaces }}
  - apiVersion: v1
    kind: Namespace
  {{- end }}
{{- end }}
{{- end -}}
