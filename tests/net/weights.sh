#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A weight changes for now, and the ring moves as little as can be; it comes
# back, and so does the ring, slot by slot.  The configured weight is the plan.
#
#   client ── front lb back ── sw ──┬── web1 .. web4    see two_arms
#
here=$(dirname "$0")
. "$here/lib.sh"

two_arms web1 web2 web3 web4
for n in 1 2 3 4; do answers web$n 0.0.0.0 8080; done
yaml=$work/ringlb.yaml

# file [SETTINGS]: of the pool, as YAML
file() {
	local n weights=(0 1 2 3 1)
	{
		echo "interfaces: [front, back]"
		echo "services: {web: {address: 192.0.2.1, protocol: udp, port: 53, pool: web}}"
		echo "pools: {web: {mode: nat, ${1:+$1, }backends: {"
		for n in 1 2 3 4; do
			echo "web$n: {address: '10.2.0.1$n:8080', weight: ${weights[n]}},"
		done
		echo "}}}"
	} >"$yaml"
}

digest() { asked .digest ring show web; }
# table: the owner of each slot, by name
table() {
	curl -sS --max-time 10 --unix-socket "$sock" http://x/v1/pools/web/table |
		jq -r '.backends as $names | .owners[] | if . < 0 then "nobody" else $names[.] end'
}
weights() { asked '[.backends[] | "\(.weight)/\(.configured)"] | join(" ")' backend list web; }

# set_least BACKEND SETTING...: a change that moves something, and no slot more
# than it has to
set_least() {
	ringlb --json backend set web "$@" | tee "$work/set" |
		jq -e '.change | .moved > 0 and .moved == .minimum' && return
	jq .change "$work/set"
	return 1
}
# set_nearly_least BACKEND SETTING...: with at most 2 % more
set_nearly_least() {
	ringlb --json backend set web "$@" | tee "$work/set" |
		jq -e '.change | .moved > 0 and .moved * 100 <= .minimum * 102' && return
	jq .change "$work/set"
	return 1
}
# set_back BACKEND WEIGHT: the same, and the table is that of $work/table again
set_back() { set_least "$1" "weight=$2" && says "$before" digest && table | diff -q "$work/table" -; }

silent() {
	flows client udp 192.0.2.1 53 100 >"$work/answers"
	share "$work/answers" none 0 0 && share "$work/answers" "$1" 0 0
}
heard() {
	flows client udp 192.0.2.1 53 100 >"$work/answers"
	share "$work/answers" none 0 0 && share "$work/answers" "$1" 1 100
}

file
daemon lb --config "$yaml"
before=$(digest)
table >"$work/table"
check "the table has an owner for each slot" says 65536 wc -l <"$work/table"
owns() { says "$2" grep -cx "$1" "$work/table"; }
check "as many for each as ring show says" owns web3 \
	"$(asked '.backends[] | select(.name == "web3").slots' ring show web)"
check "in proportion to the weights" says "9362 18725 28087 9362" \
	asked '[.backends[].slots] | join(" ")' ring show web
check "at first weights are as configured" says "1/1 2/2 3/3 1/1" weights

# Every backend in turn, and two at once.
for n in 1 2 3 4; do
	w=$(asked ".backends[] | select(.name == \"web$n\").configured" backend list web)
	check "web$n goes down: as few slots move as can be" set_least web$n weight=0
	check "web$n gets nothing" silent web$n
	table >"$work/down"
	stays() { paste "$work/table" "$work/down" | awk -v name="$1" '$1 != name && $1 != $2' | wc -l; }
	check "web$n takes no slot of others along" says 0 stays web$n
	check "web$n comes back: the table is the one of before, slot by slot" set_back web$n "$w"
	check "web$n gets its share again" heard web$n
done
check "a backend may have more weight than configured" set_least web1 weight=5
check "and back" set_back web1 1
check "or some of it, as in a slow start" set_least web3 weight=1
# Between two steps there is the way over the plan: a few slots more.
check "and more, with hardly a slot more than has to move" set_nearly_least web3 weight=2
check "and all" set_back web3 3
ringlb backend set web web1 weight=0 >/dev/null
ringlb backend set web web3 weight=1 >/dev/null
ringlb backend set web web1 weight=1 >/dev/null
check "two at once, back in another order: the table of before" set_back web3 3
all_down() {
	for n in 1 2 3 4; do ringlb backend set web web$n weight=0 || return 1; done
	says 0000000000000000 digest && says 65536 grep -cx nobody <(table)
}
check "with all of them down nobody owns a slot" all_down
check "which the status says" tells "service web: no backend of pool web has a weight" ringlb status
ringlb backend set web web4 weight=1 >/dev/null
ringlb backend set web web2 weight=2 >/dev/null
ringlb backend set web web1 weight=1 >/dev/null
check "all back: the table of before" set_back web3 3

# What is shown.
ringlb backend set web web3 weight=0 >/dev/null
check "backend list shows both weights" tells "0 (of 3)" ringlb backend list web
check "pool show shows both" tells "0 (of 3)" ringlb pool show web
check "ring show shows both" tells "0 (of 3)" ringlb ring show web
check "where they are equal, one" not tells "(of 1)" ringlb backend list web
check "a change says what it made" \
	tells "web3 of web has weight 1 (of 3): " ringlb backend set web web3 weight=1

# The plan.
check "configured= changes both" ringlb backend set web web2 configured=4
check "both of them" says "1/1 4/4 1/3 1/1" weights
check "configured= and weight= change each its own" ringlb backend set web web2 configured=6 weight=5
check "each its own" says "1/1 5/6 1/3 1/1" weights
check "configured= leaves a weight that is another" ringlb backend set web web2 configured=7
check "as it is" says "1/1 5/7 1/3 1/1" weights
other=$(digest)
check "the plan is part of the ring" not says "$before" digest
most=2147483648
check "a weight may be 2^31" ringlb backend set web web4 "configured=$most"
check "and is shown so" tells " $most " ringlb backend list web
check "and takes all but one slot of each other" says "1 1 1 65533" asked '[.backends[].slots] | join(" ")' ring show web
check "and goes back" ringlb backend set web web4 configured=1
check "with the ring" says "$other" digest

# Restarts.
stop KILL
daemon lb --config "$yaml"
check "killed: both weights are as they were" says "1/1 5/7 1/3 1/1" weights
check "killed: the ring is, too" says "$other" digest
check "killed: nothing was swapped" says 0 asked .epoch ring show web
stop TERM
daemon lb --config "$yaml"
check "restarted: both weights are as they were" says "1/1 5/7 1/3 1/1" weights
ringlb backend set web web2 configured=2 weight=2 >/dev/null
check "back to the plan of the file: its table" set_back web3 3

# The other ways to make a ring.
for settings in "cap: none" "slack: 10" "algorithm: ring" "algorithm: ring, hash: murmur3, vnodes: 40" \
	"algorithm: maglev"; do
	file "$settings"
	kill -HUP "$daemon_pid"
	changed() { ! says "$before" digest; }
	check "$settings: another ring" wait_for 5 changed
	before=$(digest)
	table >"$work/table"
	check "$settings: all are served" heard web3
	ringlb backend set web web3 weight=0 >/dev/null
	check "$settings: web3 gets nothing" silent web3
	ringlb backend set web web3 weight=3 >/dev/null
	check "$settings: back as before" says "$before" digest
done

# Shares of whole slots.
crowd() {
	local i
	echo "pools: {crowd: {mode: dsr, ${2-}backends: {"
	for ((i = 0; i < $1; i++)); do echo "b$i: 198.18.$((i / 250)).$((i % 250 + 1)),"; done
	echo "}}}"
}
in_force() { crowd "$@" >"$yaml" && kill -HUP "$daemon_pid" && wait_for 10 says "$1" asked .backends status; }
warned="pool crowd: 1311 backends share 65536 slots, so shares are exact to 1.0 % only"
check "1310 backends" in_force 1310
check "have shares exact to 1 %" not tells "slots, so shares" ringlb status
check "1311 backends" in_force 1311
check "have not, and the status says so" tells "$warned" ringlb status
check "1312 backends of a classic ring" in_force 1312 "algorithm: ring, "
check "have no shares to be exact" not tells "slots, so shares" ringlb status
finish
