{{- define "herald.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "herald.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "herald.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "herald.selectorLabels" -}}
app.kubernetes.io/name: {{ include "herald.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "herald.labels" -}}
{{ include "herald.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "herald.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "herald.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "herald.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "herald.membershipSecret" -}}
{{- default (printf "%s-membership" (include "herald.fullname" .)) .Values.membership.key.existingSecret -}}
{{- end -}}

{{- /* What the configuration says of operations.listen; "off" where nothing listens, as at port 0. */ -}}
{{- define "herald.listen" -}}
{{- $listen := get (default dict .Values.config.operations) "listen" | toString -}}
{{- if or (has $listen (list "off" "false")) (regexMatch ":0+$" $listen) -}}off
{{- else -}}{{- default "127.0.0.1:9817" $listen -}}{{- end -}}
{{- end -}}

{{- define "herald.listenPort" -}}
{{- $listen := include "herald.listen" . -}}
{{- if ne $listen "off" -}}{{- regexReplaceAll "^.*:0*" $listen "" -}}{{- end -}}
{{- end -}}

{{- /* What operations.listen speaks. The kubelet takes any certificate. */ -}}
{{- define "herald.scheme" -}}
{{- if get (default dict .Values.config.operations) "tls" -}}https{{- else -}}http{{- end -}}
{{- end -}}

{{- /* Where the kubelet, which is on the same host, reaches it. */ -}}
{{- define "herald.probeHost" -}}
{{- $host := regexReplaceAll ":[0-9]+$" (include "herald.listen" .) "" | trimPrefix "[" | trimSuffix "]" -}}
{{- if eq $host "0.0.0.0" -}}127.0.0.1{{- else if eq $host "::" -}}::1{{- else -}}{{ $host }}{{- end -}}
{{- end -}}

{{- define "herald.isLoopback" -}}
{{- $listen := include "herald.listen" . -}}
{{- if or (hasPrefix "127." $listen) (hasPrefix "[::1]" $listen) -}}true{{- end -}}
{{- end -}}

{{- /* True when the process listens on a port below 1024, which Linux gives to NET_BIND_SERVICE alone. */ -}}
{{- define "herald.bindsLowPort" -}}
{{- $port := include "herald.listenPort" . | default "1024" | int -}}
{{- if or (lt $port 1024) (get (default dict .Values.config.bgp) "listen") -}}true{{- end -}}
{{- end -}}

{{- /* True when an address is to live on a device of the process, which takes /dev/net/tun. */ -}}
{{- define "herald.needsTun" -}}
{{- $arp := default dict .Values.config.arp -}}
{{- $bgp := default dict .Values.config.bgp -}}
{{- if or (eq (get $arp "attach" | toString) "link") (eq (get $bgp "attach" | toString) "link") -}}true{{- end -}}
{{- end -}}

{{- /* True when the membership key is mounted as a file, instead of read from the cluster by herald itself. */ -}}
{{- define "herald.mountsKey" -}}
{{- if or .Values.membership.key.create .Values.membership.key.existingSecret -}}true{{- end -}}
{{- end -}}

{{- define "herald.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- /* Helm takes an `off` without quotes for false. */ -}}
{{- range list (list $config.operations "listen") (list $config.arp "conflictDetection") -}}
{{- $key := last . -}}
{{- with first . -}}{{- if eq (get . $key | toString) "false" -}}{{- $_ := set . $key "off" -}}{{- end -}}{{- end -}}
{{- end -}}
{{- /* In every mode: another mode is then no change of the key. */ -}}
{{- if include "herald.mountsKey" . -}}
{{- $membership := default dict $config.membership -}}
{{- if not (get $membership "keyFile") -}}
{{- $config = set $config "membership" (set $membership "keyFile" "/etc/herald/membership.key") -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{- /* Fails where the pod could not write: its root is read-only but for these mounts. */ -}}
{{- define "herald.checkWritten" -}}
{{- $socket := get (default dict .Values.config.operations) "socket" -}}
{{- if and $socket (not (regexMatch "^/(run|var/lib)/herald/." (clean $socket))) -}}
{{- fail (printf "config.operations.socket: %s is on the pod's root, which is read-only; put it below /run/herald" $socket) -}}
{{- end -}}
{{- range $kind, $source := default dict .Values.config.source -}}
{{- $state := get (default dict $source) "stateDirectory" -}}
{{- if and $state (not (regexMatch "^/var/lib/herald(/|$)" (clean $state))) -}}
{{- fail (printf "config.source.%s.stateDirectory: %s is on the pod's root, which is read-only; leave it out, and set state.hostPath to move it on the nodes" $kind $state) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* A duration of the configuration in seconds, rounded up: 1m2s3ms is 63. */ -}}
{{- define "herald.seconds" -}}
{{- $milliseconds := regexFind "[0-9]+ms$" . -}}
{{- $rest := trimSuffix $milliseconds . -}}
{{- $seconds := div (add (trimSuffix "ms" $milliseconds | atoi) 999) 1000 -}}
{{- range $unit, $length := dict "h" 3600 "m" 60 "s" 1 -}}
{{- $seconds = add $seconds (mul $length (regexFind (printf "[0-9]+%s" $unit) $rest | trimSuffix $unit | atoi)) -}}
{{- end -}}
{{- $seconds -}}
{{- end -}}

{{- /* Fails where the pod would be killed while its routes are still to leave. */ -}}
{{- define "herald.checkGrace" -}}
{{- $bgp := default dict .Values.config.bgp -}}
{{- $grace := get $bgp "grace" -}}
{{- if and $grace (ne (get $bgp "onShutdown" | toString) "restart") -}}
{{- $least := add 10 (include "herald.seconds" $grace | atoi) -}}
{{- if lt (int64 .Values.terminationGracePeriodSeconds) $least -}}
{{- fail (printf "terminationGracePeriodSeconds: %d would cut config.bgp.grace of %s short; set it to %d or more" (int64 .Values.terminationGracePeriodSeconds) $grace $least) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Differs when something differs that herald reads at its start alone. */ -}}
{{- define "herald.readAtStart" -}}
{{- $config := include "herald.config" . | fromYaml -}}
{{- list $config.source $config.operations (get (default dict $config.log) "format") | toJson | sha256sum -}}
{{- end -}}

{{- define "herald.probe" -}}
httpGet:
  host: {{ include "herald.probeHost" .root | quote }}
  path: {{ .path }}
  port: {{ include "herald.listenPort" .root }}
  scheme: {{ include "herald.scheme" .root | upper }}
periodSeconds: {{ .probe.periodSeconds }}
timeoutSeconds: {{ .probe.timeoutSeconds }}
failureThreshold: {{ .probe.failureThreshold }}
{{- end -}}
