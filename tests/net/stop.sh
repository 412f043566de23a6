#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# How a daemon ends and what it leaves; who may start beside it.
#
#   client ── front lb back ── sw ──┬── web1     see two_arms
#                                   └── web2
#
here=$(dirname "$0")
. "$here/lib.sh"

two_arms web1 web2
for n in 1 2; do answers web$n 0.0.0.0 8080; done
cat >"$work/ringlb.yaml" <<END
interfaces: [front, {name: back, mode: generic}]
pools: {web: {mode: nat, backends: {web1: "10.2.0.11:8080", web2: "10.2.0.12:8080"}}}
services: {web: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}}
END
serves() { [[ $(flows client tcp 192.0.2.1 80 1) == web[12]* ]]; }
# A second one, which has only so long to give up.
second() { on lb timeout 10 "$ringlbd" --state "$work/state2" "$@"; }
no_trace() {
	local left
	left=$(find "$work/bpffs" -mindepth 1 ! -name "*.debug")
	[[ -z $left ]] || { echo "left: $left"; return 1; }
	not attached lb front && not attached lb back
}

daemon lb --config "$work/ringlb.yaml"
check "the service works" serves

other_socket=$work/socket2
other_pins=$work/bpffs/pins2
check "a second daemon at the same socket is told why not" says \
	"ringlbd: error: control socket $sock: another ringlbd (pid $daemon_pid) answers there; stop that one first, or give this one its own --socket and --pins" \
	second --socket "$sock" --pins "$other_pins"
check "and fails" exits 1 second --socket "$sock" --pins "$other_pins"
check "a second daemon with the same pins is told why not" says \
	"ringlbd: error: pin directory $pins: another ringlbd is using it; stop that one first, or give this one its own --pins and --socket" \
	second --socket "$other_socket" --pins "$pins"
check "and fails, too" exits 1 second --socket "$other_socket" --pins "$pins"
check "nor is its packet path taken away" says \
	"ringlbd: error: pin directory $pins: another ringlbd is using it; stop that one first, or give this one its own --pins and --socket" \
	second --remove --pins "$pins"
check "pins are on a bpffs or not at all" tells "pin directory $work/pins: not on a bpffs" \
	second --socket "$other_socket" --pins "$work/pins"
check "the first daemon did not notice" says 2 asked .backends status
check "the service works still" serves

stop TERM
check "SIGTERM ends the daemon in peace" test "$ended" == 0
check "its log says what stays" logged "ringlbd: info: ending; the packet path stays at work"
check "the socket is gone" not test -e "$sock"
check "the program is attached still" attached lb front
check "the service works without a daemon" serves

daemon lb --config "$work/ringlb.yaml"
stop INT
check "SIGINT does the same" serves

daemon lb --config "$work/ringlb.yaml" --flush
stop KILL
check "with --flush, an accident takes nothing away" serves
daemon lb --config "$work/ringlb.yaml" --flush
stop TERM
check "with --flush, SIGTERM ends the daemon in peace" test "$ended" == 0
check "and takes the packet path away, pins and programs" no_trace
check "its log says so" logged "ringlbd: info: packet path taken away"
check "the service is silent" not serves

daemon lb --config "$work/ringlb.yaml"
check "a new daemon starts from nothing" serves
stop KILL
check "--remove takes away what a dead daemon left" on lb "$ringlbd" --remove --pins "$pins"
check "pins and programs" no_trace
check "--remove where there is nothing is no mistake" on lb "$ringlbd" --remove --pins "$pins"
check "and leaves nothing" no_trace
check "the state is not lost by that" test -s "$work/state.json"
daemon lb
check "a new daemon takes it up" serves
finish
