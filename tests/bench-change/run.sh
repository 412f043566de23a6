#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# How long a change takes: from an API call until packets see the new table,
# and until the call returns, with a real ringlbd and pools of several sizes.
#
#   client ── eth0 10.1.0.1/16 lb      backends 10.1.1.1, 10.1.1.2, ...
#
#   tests/bench-change/run.sh [ROUNDS [BACKENDS...]]    40 100 1000 4000
#
# Needs root, and ringlbd, ringlb and tests/bench-change in $BUILD, where it
# writes bench-change.txt.  The daemon's state file is first on a disk, in
# $STATE (/var/tmp), then in memory: the difference is what it costs that no
# confirmed change is ever lost.
here=$(dirname "$0")
. "$here/../net/lib.sh"
set -o pipefail
rounds=${1:-40}
sizes=("${@:2}")
((${#sizes[@]})) || sizes=(100 1000 4000)
out=$build/bench-change.txt
state='' # lib.sh's own directory is in /tmp, which may be in memory
trap 'rm -rf "$state"; cleanup' EXIT

# address I: of backend number I, from 1
address() { echo "10.1.$((1 + ($1 - 1) / 250)).$((1 + ($1 - 1) % 250))"; }

# configuration N
configuration() {
	local i a
	cat <<-END
		interfaces: [eth0]
		services: {web: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}}
		pools:
		  web:
		    mode: nat
		    backends:
	END
	for ((i = 1; i <= $1; i++)); do
		a=$(address $i)
		echo "      $a: {address: $a}"
	done
}

# As if all had answered to ARP.  Permanent entries do not count against the
# limits of the neighbour table.
neighbours() {
	local i
	for ((i = 1; i <= $1; i++)); do
		echo "neigh replace $(address $i) lladdr 02:00:00:00:00:02 dev eth0 nud permanent"
	done >"$work/neighbours"
	on lb ip -batch "$work/neighbours"
}

# measure N: with so many backends, and a packet path of its own
measure() {
	pins=$work/bpffs/$1
	configuration "$1" >"$work/ringlb.yaml"
	neighbours "$1"
	rm -f "$state"/*
	daemon lb --config "$work/ringlb.yaml" --state "$state/state.json" --flush
	on lb "$build/tests/bench-change" "$pins/xdp" eth0 "$sock" \
		"$state/state.json" "$rounds" "$1" | tee -a "$out" || {
		cat "$work/log"
		exit 1
	}
	stop TERM
}

# measure_all DIRECTORY: with the state there
measure_all() {
	local n
	state=$(mktemp -d "$1/$run.XXXXXX") || exit 1
	{
		echo
		echo "state file on $(df --output=fstype "$state" | tail -n 1)," \
			"load $(cut -d ' ' -f 1 /proc/loadavg)"
		"$build/tests/bench-change" --head
	} | tee -a "$out"
	for n in "${sizes[@]}"; do measure "$n"; done
	rm -rf "$state"
}

describe() {
	cat <<-END
		date     $(date -u '+%Y-%m-%d %H:%M UTC')
		kernel   $(uname -srm)
		cpu      $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
		cores    $(nproc)
		rounds   $rounds, each with another flow: every event once, on the flow's backend
	END
}

ns client lb
link client eth0 lb eth0
addr lb eth0 10.1.0.1/16
describe | tee "$out"
measure_all "${STATE:-/var/tmp}"
measure_all /dev/shm
