# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# lib.sh - a small world for one end-to-end test: network namespaces, links,
# processes, checks; and nothing of it left afterwards, also when interrupted.
#
# A test sources this file, makes its world, and calls check once per promise.
# Names are short within the test and unique to the run outside it.  Processes
# enter a namespace with nsenter, not with "ip netns exec", which would hide
# the bpffs that the pins are on.

set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${BUILD:-$top/build}
# shellcheck disable=SC2034  # tests use both
ringlbd=$build/ringlbd ringlb_bin=$build/ringlb
export PATH="$PATH:/usr/sbin:/sbin"

run=rlb$$
work=$(mktemp -d "/tmp/$run.XXXXXX")
pins=$work/bpffs/pins
sock=$work/sock
passed=0 failed=0 skipped=0
namespaces=() pids=()
unset RINGLB_SOCKET

cleanup() {
	local pid name
	trap - EXIT
	trap '' INT TERM HUP
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
	for pid in "${pids[@]}"; do stop_waiting "$pid"; done
	for name in "${namespaces[@]}"; do
		# What the servers left running.
		for pid in $(ip netns pids "$name" 2>/dev/null); do
			kill -9 "$pid" 2>/dev/null
		done
		ip netns del "$name" 2>/dev/null
	done
	umount "$work/bpffs" "$work/ipbpf" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP QUIT

# A process has two seconds to end by itself.
stop_waiting() {
	local i
	for ((i = 0; i < 40; i++)); do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.05
	done
	kill -9 "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

mkdir "$work/bpffs"
mount -t bpf bpf "$work/bpffs" || exit 1

# ns NAME...: namespaces with loopback up; addresses are ready at once, and a
# reply may come from elsewhere than its request went to
ns() {
	local name
	for name in "$@"; do
		ip netns add "$run-$name" || exit 1
		namespaces+=("$run-$name")
		on "$name" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0 \
			net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
		on "$name" ip link set lo up
	done
}

# on NAME COMMAND...: run it there
on() { nsenter --net="/run/netns/$run-$1" "${@:2}"; }

# link A IFA B IFB: a veth pair from A to B, both ends up, checksums made by the
# sender (a rewritten packet would carry half of one) and NAPI on, which a
# redirected packet needs to get out of the other end
link() {
	ip link add "$2" netns "$run-$1" type veth peer name "$4" netns "$run-$3" || exit 1
	local n=$1 i=$2
	for _ in 1 2; do
		on "$n" ip link set "$i" up
		on "$n" ethtool -K "$i" tx off gro on >/dev/null
		n=$3 i=$4
	done
}

# addr NAME IF ADDRESS...: IPv6 without duplicate detection, which takes seconds
addr() {
	local a
	for a in "${@:3}"; do
		if [[ $a == *:* ]]; then
			on "$1" ip addr add "$a" dev "$2" nodad || exit 1
		else
			on "$1" ip addr add "$a" dev "$2" || exit 1
		fi
	done
}

# forwarding NAME: route between interfaces, both families
forwarding() {
	on "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# xdp_pass NAME IF: the other end of an XDP_TX needs a program, any
xdp_pass() {
	on "$1" ip link set dev "$2" xdp obj "$build/tests/net/pass.bpf.o" sec xdp
}

# bg NAME COMMAND...: run it there until the test ends; its pid is in $pid
bg() {
	nsenter --net="/run/netns/$run-$1" "${@:2}" &
	pid=$!
	pids+=("$pid")
}

# switch NAME HOST...: a bridge there; each host gets eth0 with a port on it
switch() {
	local host
	on "$1" ip link add br0 up type bridge mcast_snooping 0 || exit 1
	for host in "${@:2}"; do
		link "$host" eth0 "$1" "$host"
		on "$1" ip link set "$host" master br0
	done
}

# two_arms HOST...: client, and lb as the router between it and the hosts
#
#   client 10.1.0.2  ── front 10.1.0.1  lb 10.2.0.1  back ── sw ──┬── HOST 10.2.0.11
#          fd00:1::2          fd00:1::1    fd00:2::1              │        fd00:2::11
#                                                                 └── HOST 10.2.0.12 ...
two_arms() {
	local host last=10
	ns client lb sw "$@"
	link client eth0 lb front
	switch sw "$@"
	link lb back sw lb
	on sw ip link set lb master br0
	addr client eth0 10.1.0.2/24 fd00:1::2/64
	addr lb front 10.1.0.1/24 fd00:1::1/64
	addr lb back 10.2.0.1/24 fd00:2::1/64
	forwarding lb
	on client ip route add default via 10.1.0.1
	on client ip route add default via fd00:1::1
	for host in "$@"; do
		last=$((last + 1))
		addr "$host" eth0 10.2.0.$last/24 fd00:2::$last/64
		on "$host" ip route add default via 10.2.0.1
		on "$host" ip route add default via fd00:2::1
	done
}

# listening NAME PORT: something there does, TCP
listening() { on "$1" ss -Hltn "sport = :$2" | grep -q .; }

# answers NAME ADDRESS PORT...: a server there that answers each TCP connection
# and each UDP datagram to these ports with NAME and the client's address
answers() {
	bg "$1" python3 "$here/flows.py" serve "$1" "${@:2}"
	wait_for 10 listening "$1" "${*: -1}" || exit 1
}

# files NAME PORT: a web server there for $work/www; "/" says NAME
files() {
	mkdir -p "$work/www" "$work/nginx-$1"
	cat >"$work/nginx-$1/conf" <<-END
		daemon off;
		user root;
		worker_processes 1;
		pid $work/nginx-$1/pid;
		error_log $work/nginx-$1/log;
		events { worker_connections 512; }
		http {
			access_log off;
			server {
				listen [::]:$2 ipv6only=off reuseport;
				root $work/www;
				default_type text/plain;
				location = / { return 200 "$1 \$remote_addr\n"; }
			}
		}
	END
	bg "$1" nginx -p "$work/nginx-$1" -c conf -e "$work/nginx-$1/log"
	wait_for 10 listening "$1" "$2" || exit 1
}

# sums NAME PORT: a server there that answers with the checksum of what it got
sums() {
	bg "$1" socat "TCP6-LISTEN:$2,fork,reuseaddr,ipv6only=0" SYSTEM:sha256sum
	wait_for 10 listening "$1" "$2" || exit 1
}

# flows NAME tcp|udp ADDRESS PORT N: so many flows from there; every answer, one
# a line, and "none" for each that got none
flows() { on "$1" python3 "$here/flows.py" ask "${@:2}"; }

# pings NAME ADDRESS
pings() { on "$1" python3 "$here/flows.py" ping "$2"; }

# share FILE TEXT MIN MAX: so many lines of FILE begin with TEXT
share() {
	local n
	n=$(grep -c "^$2" "$1")
	echo "$n lines begin with $2, wanted are $3 to $4"
	((n >= $3 && n <= $4))
}

# asked QUERY ARG...: what jq finds in the answer of ringlb --json
asked() { ringlb --json "${@:2}" | jq -er "$1"; }

# says TEXT COMMAND...: that is all the command says
says() {
	local out
	out=$("${@:2}" 2>&1)
	[[ $out == "$1" ]] || { echo "said: $out"; return 1; }
}

# tells TEXT COMMAND...: that is part of what it says
tells() {
	local out
	out=$("${@:2}" 2>&1)
	[[ $out == *"$1"* ]] || { echo "said: $out"; return 1; }
}

not() { ! "$@"; }

# exits STATUS COMMAND...
exits() {
	local status=0
	"${@:2}" || status=$?
	((status == $1)) || { echo "exit status $status"; return 1; }
}

# attached NAME IF: it carries an XDP program
attached() { on "$1" ip -d link show dev "$2" | grep -q 'prog/xdp'; }

# stop SIGNAL: the daemon ends
stop() {
	kill "-$1" "$daemon_pid"
	# shellcheck disable=SC2034
	wait "$daemon_pid" 2>/dev/null && ended=0 || ended=$?
}

# logged TEXT: the daemon's log has it
logged() { grep -qF -- "$1" "$work/log" || { cat "$work/log"; return 1; }; }

# reason NAME: packets that it was counted for
reason() { asked ".reasons[] | select(.name == \"$1\").packets" stats; }

# big MEGABYTES: a file of that size in $work/www, its checksum in $sum
big() {
	mkdir -p "$work/www"
	head -c "${1}M" /dev/urandom >"$work/www/big"
	sum=$(sha256sum <"$work/www/big")
}

# downloads NAME URL: the file comes whole; uploads NAME ADDRESS PORT: goes whole
downloads() {
	local got
	got=$(set -o pipefail; on "$1" curl -sS --max-time 60 "$2/big" | sha256sum) &&
		[[ $got == "$sum" ]]
}
uploads() {
	local got
	got=$(on "$1" timeout 60 socat -t60 - "TCP:$2:$3" <"$work/www/big") &&
		[[ $got == "$sum" ]]
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
	local end=$((SECONDS + $1))
	until "${@:2}" >/dev/null 2>&1; do
		((SECONDS >= end)) && return 1
		sleep 0.05
	done
}

# check PROMISE COMMAND...
check() {
	local out
	if out=$("${@:2}" 2>&1); then
		passed=$((passed + 1))
		echo "ok    $1"
	else
		failed=$((failed + 1))
		echo "FAIL  $1"
		echo "      command: ${*:2}"
		# shellcheck disable=SC2001  # each line
		[[ -n $out ]] && sed 's/^/      | /' <<<"$out" | head -n 40
	fi
	return 0
}

# skip PROMISE REASON
skip() {
	skipped=$((skipped + 1))
	echo "skip  $1: $2"
}

# daemon NAME [OPTION...]: ringlbd there, ready when this returns; its pid is in
# $daemon_pid, its log in $work/log
daemon() {
	bg "$1" "$ringlbd" --socket "$sock" --pins "$pins" --state "$work/state.json" \
		"${@:2}" 2>>"$work/log"
	# shellcheck disable=SC2034
	daemon_pid=$pid
	wait_for 10 ringlb status || {
		echo "ringlbd did not start:"
		cat "$work/log"
		exit 1
	}
}

ringlb() { "$ringlb_bin" --socket "$sock" "$@"; }

# Each test ends with this.
finish() {
	if ((failed)) && [[ -s $work/log ]]; then
		echo "ringlbd's log:"
		sed 's/^/      | /' "$work/log" | tail -n 60
	fi
	echo "$passed passed, $failed failed, $skipped skipped"
	exit $((failed > 0))
}
