#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The daemon is killed in the midst of changes, again and again, under traffic:
# no request fails, and what it finds when it is back is a whole state that was
# asked for.
#
#   client ── front lb back ── sw ──┬── web1 .. web4      see two_arms
#                                   └── (lb2: a second daemon, to compare with)
#   192.0.2.1:80/tcp   pool still, which no change touches
#   192.0.2.1:53/udp   pool moving, which all changes are of
#
here=$(dirname "$0")
. "$here/lib.sh"

two_arms web1 web2 web3 web4
ns lb2
for n in 1 2 3 4; do answers web$n 0.0.0.0 8080; done
for n in 1 2; do files web$n 8000; done

daemon lb
kills=0
{
	ringlb attach front
	ringlb attach back
	ringlb pool add still mode=nat
	ringlb backend add still web1 10.2.0.11:8000
	ringlb backend add still web2 10.2.0.12:8000
	ringlb service add http 192.0.2.1:80/tcp still
	ringlb pool add moving mode=nat
	ringlb service add udp 192.0.2.1:53/udp moving
} >/dev/null
declare -A weight=() configured=()

# As the pool should be, and is: "web1=1/1 web2=0/3", weights now and configured
wanted() { for n in $(printf '%s\n' "${!weight[@]}" | sort); do echo "$n=${weight[$n]}/${configured[$n]}"; done | paste -sd' '; }
found() { asked '[.backends | sort_by(.name)[] | "\(.name)=\(.weight)/\(.configured)"] | join(" ")' pool show moving; }

# Choose a change: $command is it, and $weight and $configured are changed.  A
# backend leaves when its weight is 0, so that nothing is under way to it.
choose() {
	local n=web$((RANDOM % 4 + 1)) w=$((RANDOM % 5 + 1))
	if [[ ! ${weight[$n]:-} ]]; then
		command=(backend add moving "$n" "10.2.0.1${n#web}:8080" "weight=$w")
		weight[$n]=$w configured[$n]=$w
	elif ((weight[$n] == 0 && w < 3)); then
		command=(backend del moving "$n")
		unset "weight[$n]" "configured[$n]"
	elif ((RANDOM % 3 == 0)); then
		command=(backend set moving "$n" "configured=$w")
		[[ ${weight[$n]} != "${configured[$n]}" ]] || weight[$n]=$w
		configured[$n]=$w
	else
		# One of them at least has to work.
		[[ $n == web1 ]] || ((w < 4)) || w=0
		command=(backend set moving "$n" "weight=$w")
		weight[$n]=$w
	fi
}

# The same pool in a daemon that never saw the changes has the same ring.
same_as_fresh() {
	local n fresh=$work/fresh
	{
		echo "pools: {moving: {mode: nat, backends: {"
		for n in "${!weight[@]}"; do
			echo "$n: {address: 10.2.0.1${n#web}:8080, weight: ${configured[$n]}},"
		done
		echo "}}}"
	} >"$fresh.yaml"
	rm -f "$fresh.state"
	bg lb2 "$ringlbd" --socket "$fresh.sock" --pins "$work/bpffs/fresh" --flush \
		--state "$fresh.state" --config "$fresh.yaml" 2>"$fresh.log"
	wait_for 10 "$ringlb_bin" --socket "$fresh.sock" status
	for n in "${!weight[@]}"; do
		"$ringlb_bin" --socket "$fresh.sock" backend set moving "$n" "weight=${weight[$n]}" >/dev/null
	done
	ringlb --json ring show moving | jq -S 'del(.epoch, .samples) | .backends |= sort_by(.name)' >"$work/ring"
	"$ringlb_bin" --socket "$fresh.sock" --json ring show moving |
		jq -S 'del(.epoch, .samples) | .backends |= sort_by(.name)' >"$fresh.ring"
	kill "$pid"
	wait "$pid"
	[[ -s $work/ring ]] && diff "$work/ring" "$fresh.ring"
}

counted() { asked '[.services[].requests.packets] | join(" ")' stats; }
grows() { (($3 >= $1 && $4 >= $2)); }

# One change during which the daemon dies.
killed_in_change() {
	local before after delay=$1 out=$work/out acknowledged=0 counts
	before=$(wanted)
	counts=$(counted)
	choose
	after=$(wanted)
	ringlb "${command[@]}" >"$out" 2>&1 &
	local change=$!
	sleep "$delay"
	kill -9 "$daemon_pid"
	wait "$daemon_pid" 2>/dev/null
	wait "$change" && acknowledged=1
	daemon lb
	kills=$((kills + 1))
	check "kill $kills, after ${delay} s: the state is one that was asked for, whole" \
		one_of "$(found)" "$after" "$([[ $acknowledged == 1 ]] || echo "$before")"
	# Go on from what is there.
	weight=() configured=()
	local item n
	for item in $(found); do
		n=${item%=*} item=${item#*=}
		weight[$n]=${item%/*} configured[$n]=${item#*/}
	done
	check "kill $kills: the ring is that of a fresh daemon" same_as_fresh
	# shellcheck disable=SC2046,SC2086  # words
	check "kill $kills: counters go on" grows $counts $(counted)
}
one_of() {
	echo "found \"$1\", wanted \"$2\"${3:+ or \"$3\"}"
	[[ $1 == "$2" || ($3 && $1 == "$3") ]]
}

http_once() { on client curl -sS --max-time 5 http://192.0.2.1/; }

# A connection for each request.
http_all_the_time() {
	while [[ ! -e $work/enough ]]; do
		on client curl -sS --max-time 5 -H 'Connection: close' -o "$work/page" \
			-w '%{http_code}\n' 'http://192.0.2.1/?[1-100]' >>"$work/pages" 2>&1
	done
}

weight[web1]=1 configured[web1]=1
ringlb backend add moving web1 10.2.0.11:8080 >/dev/null
http_all_the_time &
http_pid=$!
pids+=("$http_pid")
bg client python3 "$here/flows.py" hammer "$work/hammered" 192.0.2.1 53 100 2
hammer_pid=$pid
wait_for 10 test -s "$work/pages" -a -s "$work/hammered"

delays=(0 0.002 0.004 0.006 0.008 0.010 0.015 0.020 0.025 0.035)
for ((i = 0; i < 100; i++)); do
	if ((i % 10 == 9)); then
		killed_in_change "${delays[i / 10]}"
	else
		choose
		ringlb "${command[@]}" >"$work/out" 2>&1 || check "change ${command[*]}" cat "$work/out"
	fi
done
check "all changes are there" says "$(wanted)" found

touch "$work/enough"
wait "$http_pid"
kill "$hammer_pid"
wait "$hammer_pid"
http_failed() { grep -vc '^200$' "$work/pages"; }
check "no HTTP request failed" says 0 http_failed
check "there were thousands" share "$work/pages" 200 1000 10000000
lost() { grep -c ' - ' "$work/hammered"; }
check "no datagram was lost" says 0 lost
check "there were tens of thousands" share "$work/hammered" "" 10000 100000000
check "every new daemon adopted the packet path" says "$kills" \
	grep -cxF "ringlbd: info: adopted the packet path pinned in $pins" "$work/log"

stop KILL
check "without a daemon: HTTP goes on" tells web http_once
flows client udp 192.0.2.1 53 20 >"$work/answers"
check "without a daemon: UDP goes on" share "$work/answers" web 20 20
check "without a daemon: a command says so" \
	tells "no daemon answers" ringlb status
finish
