#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A table is swapped at once: while clients ask as fast as they can, the pool
# changes over and over between backends a1, a2 and backends b1, b2.  No
# packet sees a backend that is not in the table of its moment, and none of
# the two tables is ever seen in parts.
#
#   client 10.1.0.2 ── front 10.1.0.1 lb 10.2.0.1 back ── sw ──┬── a1 10.2.0.11
#                                                              ├── a2 10.2.0.12
#   service 192.0.2.1                                          ├── b1 10.2.0.13
#                                                              └── b2 10.2.0.14
#
#   swap.sh [N]    how often: 1000
#
here=$(dirname "$0")
. "$here/lib.sh"
swaps=${1:-1000}

two_arms a1 a2 b1 b2
for host in a1 a2 b1 b2; do answers $host 0.0.0.0 8080; done

# config BACKENDS NAMES
config() {
	cat <<-END
		interfaces: [front, back]
		pools: {web: {mode: nat, backends: {$1}}}
		services: {web: {address: 192.0.2.1, protocol: udp, port: 80, pool: web}}
		# $2
	END
}
member() { echo "$1: {address: 10.2.0.$2:8080, weight: $3},"; }
config "$(member a1 11 1) $(member a2 12 1)" a1,a2 >"$work/members-a"
config "$(member b1 13 1) $(member b2 14 1)" b1,b2 >"$work/members-b"
config "$(member a1 11 1) $(member a2 12 1) $(member b1 13 0) $(member b2 14 0)" \
	a1,a2 >"$work/weights-a"
config "$(member a1 11 0) $(member a2 12 0) $(member b1 13 1) $(member b2 14 1)" \
	b1,b2 >"$work/weights-b"
config "$(member a1 11 1) $(member a2 12 1) $(member b1 13 1) $(member b2 14 1)" \
	a1,a2,b1,b2 >"$work/leaving-a"
config "$(member a1 11 1) $(member a2 12 1)" a1,a2 >"$work/leaving-b"

# swapped NAME N: that often, under fire; what came of it is in $work/NAME
swapped() {
	local hammers=() i
	for i in 1 2; do
		bg client python3 "$here/flows.py" hammer "$work/hammer-$i" 192.0.2.1 80 300 4
		hammers+=("$pid")
	done
	wait_for 5 test -s "$work/hammer-1" -a -s "$work/hammer-2"
	timeout 300 python3 "$here/flows.py" swap "$work/swaps" "$sock" "$daemon_pid" \
		"$work/ringlb.yaml" web "$2" "$work/$1-b" "$work/$1-a"
	kill "${hammers[@]}"
	wait "${hammers[@]}"
	python3 "$here/flows.py" judge "$work/hammer-1" "$work/hammer-2" "$work/swaps" >"$work/$1"
	tail -n 1 "$work/$1" | sed "s/^/# $1: /"
}

# judged NAME WORD MIN [MAX]: the number after WORD in the last line of $work/NAME
judged() {
	tail -n 20 "$work/$1"
	[[ " $(tail -n 1 "$work/$1")" =~ \ $2\ ([0-9]+) ]] &&
		((BASH_REMATCH[1] >= $3 && BASH_REMATCH[1] <= ${4:-$3}))
}

# enough NAME: thousands of answers, of which many could be of one table only
enough() {
	tail -n 1 "$work/$1"
	[[ $(tail -n 1 "$work/$1") =~ answers\ ([0-9]+)\ of\ one\ table\ ([0-9]+) ]] &&
		((BASH_REMATCH[1] > 100 * n && BASH_REMATCH[2] * 5 > BASH_REMATCH[1]))
}

# late: replies that came when their backend was in no table any more
late() { reason not_ours; }

cp "$work/weights-a" "$work/ringlb.yaml"
daemon lb --config "$work/ringlb.yaml"

# Weights 1 and 0 change places: all four stay members, one pointer is swapped.
n=$((swaps * 4 / 5))
swapped weights $n
check "weights: $n swaps" judged weights swaps "$n"
check "weights: answers enough to tell" enough weights
check "weights: no packet saw a backend outside its table" judged weights wrong 0
check "weights: each flow has one owner in each table" judged weights strayed 0
check "weights: no answer was lost" judged weights lost 0

# All members give way to others: service table, ring, service table.
n=$((swaps / 10))
cp "$work/members-a" "$work/ringlb.yaml"
kill -HUP "$daemon_pid"
wait_for 5 says 2 asked .nbackends pool show web
late=$(late)
swapped members $n
late=$(($(late) - late))
check "members: $n swaps" judged members swaps "$n"
check "members: answers enough to tell" enough members
check "members: no packet saw a backend outside its table" judged members wrong 0
check "members: each flow has one owner in each table" judged members strayed 0
check "members: lost are only answers of backends that were gone, under one a swap" \
	judged members lost 0 $((late < n ? late : n))

# Two leave and come back: the service table keeps their replies until the ring
# leads to them no more.  Each answer lost stops who asks for two seconds, so
# there would not be enough.  The tables have backends in common, so which one
# a packet saw cannot be told.
cp "$work/leaving-a" "$work/ringlb.yaml"
kill -HUP "$daemon_pid"
wait_for 5 says 4 asked .nbackends pool show web
late=$(late)
swapped leaving $n
late=$(($(late) - late))
check "leaving: $n swaps" judged leaving swaps "$n"
check "leaving: answers enough to tell" enough leaving
check "leaving: lost are only answers of backends that were gone, under one a swap" \
	judged leaving lost 0 $((late < n ? late : n))
check "nothing was dropped" says 0 \
	asked '[.reasons[] | select(.action == "drop").packets] | add' stats
finish
