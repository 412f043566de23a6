#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Commands and requests, good and bad, to a daemon that is there.  What bad
# ones are told is in bad_commands.txt.
#
#   lb: ringlbd, interfaces front and side
#
here=$(dirname "$0")
. "$here/lib.sh"

ns lb peer
link lb front peer front
link lb side peer side
addr lb front 10.1.0.1/24 fd00:1::1/64
xdp_pass lb side
cat >"$work/ringlb.yaml" <<END
interfaces: [front]
pools:
  web: {mode: nat, backends: {web1: "10.2.0.11:8080", web2: "10.2.0.12:8080"}}
  plain: {mode: nat, algorithm: ring, vnodes: 10000, backends: {web1: 10.2.0.11}}
  six: {mode: nat, backends: {web1: "[fd00:2::11]:8080"}}
  direct: {mode: dsr, backends: {web1: 10.2.0.11}}
  empty: {mode: nat}
services:
  www: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}
  dns: {address: 192.0.2.1, protocol: udp, port: 53, pool: web}
  any: {address: 192.0.2.2, protocol: tcp, port: 7001, pool: plain}
  www6: {address: "2001:db8::1", protocol: tcp, port: 80, pool: six}
  direct: {address: 192.0.2.3, protocol: tcp, port: 80, pool: direct}
END
daemon lb --config "$work/ringlb.yaml"

# All that could have changed.
dump() {
	for what in "pool list" "backend list" "service list" "status"; do
		# shellcheck disable=SC2086  # words
		ringlb --json $what | jq -S 'del(.uptime_s, .warnings) |
			walk(if type == "object" then del(.requests, .replies, .next_hop) else . end)'
	done
	jq -S .model "$work/state.json"
}

# api METHOD PATH [BODY]: the answer; an error on standard error, with its
# status, and exit status 1
api() {
	local status
	status=$(curl -sS --max-time 10 --path-as-is --unix-socket "$sock" -o "$work/answer" \
		-w '%{http_code}' -X "$1" ${3+--data-binary "$3"} "http://ringlbd/v1/$2")
	((status < 400)) && cat "$work/answer" && return
	echo "$status $(jq -r .error "$work/answer")" >&2
	return 1
}

# What the record $command, $want, $status promises.
refuses() {
	local got=0
	eval "$command" >"$work/out" 2>"$work/err" || got=$?
	sed -i "s/id $theirs,/id N,/" "$work/err"
	diff -u --label expected --label got <(printf %s "$want") "$work/err" &&
		diff -u --label expected --label stdout /dev/null "$work/out" &&
		exits "$status" test_status "$got"
}
test_status() { return "$1"; }

bad_commands() {
	local line promise command='' want='' status
	while IFS= read -r line <&4; do
		case $line in
		'# '*) promise=${line#'# '} ;;
		'$ '*) command=${line#'$ '} want='' ;;
		'= '*)
			status=${line#'= '}
			check "$promise" refuses
			command=''
			;;
		*) [[ $command ]] && want+=$line$'\n' ;;
		esac
	done 4<"$here/bad_commands.txt"
}

# json COMMAND...: its answer is one JSON object
json() { ringlb --json "$@" | jq -es 'length == 1 and (.[0] | type == "object")'; }

theirs=$(on lb ip -d link show dev side | sed -nE 's/.*prog\/xdp id ([0-9]+).*/\1/p')
dump >"$work/before"
bad_commands
dump >"$work/after"
check "after all of them everything is as it was" diff "$work/before" "$work/after"

for what in status "pool list" "pool show web" "pool show empty" "backend list" \
	"backend list web" "service list" "service show www" "ring show web" \
	"ring show empty" stats "stats --all" \
	"pool add new mode=nat seed=18446744073709551615 algorithm=ring vnodes=1 hash=md5" \
	"backend add new b1 10.9.0.1:80 weight=3" "backend set new b1 weight=0" \
	"ring show new" "backend set new b1 configured=2 weight=1" \
	"service add new 192.0.2.9:9/udp new" "service show new" "pool show new" \
	"service del new" "backend del new b1" "pool del new" \
	"attach front" "detach front" "attach front mode=generic"; do
	# shellcheck disable=SC2086  # words
	check "--json is JSON: $what" json $what
done
for what in status "pool list" "pool show web" "backend list" "service list" \
	"service show www" "ring show web" stats; do
	# shellcheck disable=SC2086  # words
	check "shown as text: $what" tells "" ringlb $what
done

# How rings are made.
tells_all() { for text in "${@:2}"; do tells "$text" ringlb $1 || return 1; done; }
made() { says "$1" asked '"\(.algorithm) \(.hash) \(.vnodes) \(.cap) \(.slack)"' pool show new; }
# made_as SETTINGS WANTED TEXT...: so it is made, and pool show tells so
made_as() {
	# shellcheck disable=SC2086  # words
	ringlb pool add new mode=nat $1 && made "$2" && tells_all "pool show new" "${@:3}" &&
		ringlb pool del new
}
check "a ring is an auction by default" made_as "" "auction xxh3 150 seats 0" \
	"algorithm auction" "cap       seats" "slack     0 %"
check "an auction may have slack" made_as slack=5 "auction xxh3 150 seats 5" "slack     5 %"
check "an auction may have no cap" made_as cap=none "auction xxh3 150 none 0" "cap       none"
check "a ring may be the classic one" made_as "algorithm=ring hash=fnv1a vnodes=7" "ring fnv1a 7 seats 0" \
	"algorithm ring" "hash      fnv1a" "vnodes    7"
check "a ring may be Maglev's" made_as algorithm=maglev "maglev xxh3 150 seats 0" "algorithm maglev"

# Rings that are computed from the file are those of the daemon, whatever way it
# came by them.
same_owners() {
	local key pool=$1
	for key in / /index.html 192.0.2.1:4711 $'\xff\x01'; do
		diff <(ringlb --json ring lookup "$key" --count 9 --pool "$pool") \
			<(ringlb --json ring lookup "$key" --count 9 --pool "$pool" --file "$work/ringlb.yaml") &&
			asked '.owners | length > 0' ring lookup "$key" --pool "$pool" || return 1
	done
}
same_ring() {
	diff <(ringlb --json ring show "$1" | jq 'del(.epoch)') \
		<(ringlb --json ring show "$1" --file "$work/ringlb.yaml" | jq .)
}
for what in web plain six direct; do
	check "a key's owners are those of the file: $what" same_owners $what
	check "shares, digest and picture are those of the file: $what" same_ring $what
done
check "an empty ring is that of the file" same_ring empty
simulated_is_done() {
	local digest
	digest=$(ringlb --json ring simulate web --down web1 | jq -r .after.digest)
	ringlb backend set web web1 weight=0 >/dev/null && says "$digest" asked .digest ring show web &&
		ringlb backend set web web1 weight=1 >/dev/null
}
check "what is simulated is what happens" simulated_is_done

# Many.
hundreds() {
	local i
	{
		echo "pools:"
		echo "  many: {mode: nat, backends: {"
		for ((i = 0; i < 300; i++)); do echo "b$i: 10.3.$((i / 250)).$((i % 250 + 1)),"; done
		echo "}}"
		echo "  few: {mode: nat, backends: {b0: 10.4.0.1}}"
		echo "services:"
		for ((i = 0; i < 500; i++)); do
			echo "  s$i: {address: 192.0.3.$((i % 250 + 1)), protocol: tcp, port: $((1000 + i)), pool: few}"
		done
		for ((i = 0; i < 5; i++)); do
			echo "  m$i: {address: 192.0.4.1, protocol: tcp, port: $((2000 + i)), pool: many}"
		done
	} >"$work/many.yaml"
	cp "$work/many.yaml" "$work/ringlb.yaml"
	kill -HUP "$daemon_pid" &&
		wait_for 5 says 505 asked .services status
}
in_seconds() {
	local begin=${EPOCHREALTIME/./} took
	"${@:2}" || return 1
	took=$((${EPOCHREALTIME/./} - begin))
	echo "took $((took / 1000)) ms"
	((took < $1 * 1000000))
}
one_by_one() {
	local i
	ringlb pool add slow mode=nat >/dev/null
	ringlb service add slow 192.0.5.1:80/tcp slow >/dev/null
	for ((i = 0; i < 50; i++)); do
		ringlb backend add slow "b$i" "10.5.0.$((i + 1))" >/dev/null || return 1
	done
}
check "500 services and 300 backends at once" in_seconds 3 hundreds
check "all of them get their share" asked '[.backends[].slots] | length == 300 and min > 0' ring show many
check "service list shows all" says 505 asked '.services | length' service list
check "one more backend" in_seconds 1 ringlb backend add many b300 10.3.2.1
check "one more service" in_seconds 1 ringlb service add s500 192.0.3.1:80/udp few
check "status and stats are quick" in_seconds 2 eval 'ringlb status >/dev/null && ringlb stats >/dev/null'
check "50 backends one by one" in_seconds 12 one_by_one
finish
