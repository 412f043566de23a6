#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Which configuration is in force: that of the file, of commands, or the saved
# state.
#
#   client ── front lb back ── sw ──┬── web1 .. web3    see two_arms
#
here=$(dirname "$0")
. "$here/lib.sh"

two_arms web1 web2 web3
for n in 1 2 3; do answers web$n 0.0.0.0 8080; done
yaml=$work/ringlb.yaml

# file BACKENDS [PORT]
file() {
	cat >"$yaml" <<-END
		interfaces: [front, back]
		pools: {web: {mode: nat, backends: {$1}}}
		services: {web: {address: 192.0.2.1, protocol: udp, port: ${2:-53}, pool: web}}
	END
}
web1='web1: "10.2.0.11:8080"' web2='web2: "10.2.0.12:8080"' web3='web3: "10.2.0.13:8080"'

# served_by NAMES [PORT]: 60 flows, these and no others answer
served_by() {
	local got
	got=$(flows client udp 192.0.2.1 "${2:-53}" 60 | cut -d' ' -f1 | sort -u | paste -sd' ')
	[[ $got == "$1" ]] || { echo "served by $got"; return 1; }
}
dump() {
	for what in "pool list" "backend list" "service list"; do
		# shellcheck disable=SC2086  # words
		ringlb --json $what | jq -S 'walk(if type == "object" then del(.requests, .replies, .epoch) else . end)'
	done
}
# reload TEXT: and the log says so once more
reload() {
	local n
	n=$(grep -cF "$1" "$work/log")
	kill -HUP "$daemon_pid"
	wait_for 5 more_than "$n" "$1"
}
more_than() { (($(grep -cF "$2" "$work/log") > $1)); }
good="configuration read again and in force"
bad="the former configuration stays in force"

file "$web1, $web2"
daemon lb --config "$yaml"
check "the file is in force" served_by "web1 web2"

file "$web2, $web3"
check "SIGHUP reads it again" reload "$good"
check "other backends are in force" served_by "web2 web3"
file "$web2, $web3" 54
check "SIGHUP for another port of the service" reload "$good"
check "the new port is served" served_by "web2 web3" 54
check "the old one is not" says none flows client udp 192.0.2.1 53 1
counted=$(asked .requests.packets service show web)
sed -i 's/{web: {address/{dns: {address/' "$yaml"
check "SIGHUP for another name of the service" reload "$good"
check "it is the same service: its counters go on" says "$counted" asked .requests.packets service show dns

dump >"$work/before"
echo "services: {web: {address: 192.0.2.1, port: 70000}}" >"$yaml"
check "SIGHUP with a bad file" reload "$bad"
check "the log says what is wrong, and where" logged "ringlbd: error: $yaml:1:"
rm "$yaml"
check "SIGHUP without a file" reload "$bad"
check "the log says that, too" logged "ringlbd: error: $yaml: No such file or directory; $bad"
printf 'flow_key: "not the one of the start"\npools: {}\n' >"$yaml"
check "SIGHUP with another flow key" reload "$bad"
check "the log says how to change it" logged "take it away first with ringlbd --remove"
dump >"$work/after"
check "each time everything stayed as it was" diff "$work/before" "$work/after"
check "and at work" served_by "web2 web3" 54

file "$web1"
check "SIGHUP with a good file again" reload "$good"
check "is as good as ever" served_by web1

check "a command adds to it" ringlb backend add web web3 10.2.0.13:8080
check "at once" served_by "web1 web3"
stop TERM
daemon lb --config "$yaml"
check "what commands did outlives the daemon" served_by "web1 web3"
stop KILL
daemon lb --config "$yaml"
check "also its violent death" served_by "web1 web3"

stop TERM
file "$web2"
daemon lb --config "$yaml"
check "a file that has changed in between wins" served_by web2
check "the log says so" logged "$yaml has changed since the last start and replaces the saved state"

ringlb backend add web web1 10.2.0.11:8080 >/dev/null
check "SIGHUP with the same file" reload "$good"
check "takes back what commands did" served_by web2

stop TERM
daemon lb
check "without a file the saved state is in force" served_by web2
kill -HUP "$daemon_pid"
check "SIGHUP has nothing to read" wait_for 5 logged "no configuration file: ringlbd was started without --config"
check "and changes nothing" served_by web2

# A reload that fails late, for want of descriptors, is no reload.
stop TERM
file "$web1"
daemon lb --config "$yaml"
many() {
	file "$web1"
	for ((i = 0; i < 30; i++)); do
		sed -i "s/^pools: {/&more$i: {mode: nat}, /" "$yaml"
	done
}
many
prlimit --pid "$daemon_pid" --nofile=$(($(ls "/proc/$daemon_pid/fd" | wc -l) + 6))
check "SIGHUP with more than the daemon can take" reload "$bad"
check "nothing of it is there" says 1 asked '.pools | length' pool list
stop TERM
daemon lb --config "$yaml"
check "at the next start the file counts" says 31 asked '.pools | length' pool list
stop TERM
file "$web2"
daemon lb --config "$yaml"
stop TERM
daemon lb

stop TERM
dump_state=$(jq -S .model "$work/state.json")
daemon lb
check "the state file is left as it was" says "$dump_state" jq -S .model "$work/state.json"
stop TERM

# A daemon that cannot know what it should do does not start, and does no harm.
cannot_start() { tells "$1" exits 1 on lb timeout 10 "$ringlbd" --socket "$sock" --pins "$pins" --state "$work/state.json" "${@:2}"; }
echo "pools: [" >"$work/bad.yaml"
check "a bad file at the start is refused" cannot_start "$work/bad.yaml:" --config "$work/bad.yaml"
cp "$work/state.json" "$work/state.saved"
truncate -s 100 "$work/state.json"
check "half a state file is refused" cannot_start "state file $work/state.json:"
check "all of that does no harm" served_by web2
daemon lb --config "$yaml"
check "with a configuration file half a state file is no obstacle" served_by web2
check "but is worth a warning" logged "starting from the configuration file"
finish
