#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A daemon with another build of the program takes over from one that ended:
# the program is replaced in place, under traffic, and the maps are kept.
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
services: {web: {address: 192.0.2.1, protocol: udp, port: 53, pool: web}}
END

# The same sources for an older instruction set: other instructions, as in
# another release.
build_other() {
	local other=$work/other
	mkdir "$other"
	cp -a "$build/user" "$other" 2>/dev/null
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$top" -j2 B="$other" "$other/ringlbd" \
		BPF_CFLAGS="-g -O2 -target bpf -mcpu=v2 -Iinclude -idirafter /usr/include/$(uname -m)-linux-gnu"
}
program() { on lb ip -d link show dev "$1" | sed -nE 's/.*prog\/xdp id ([0-9]+).*/\1/p'; }
counted() { asked .requests.packets service show web; }

if ! build_other >"$work/make.log" 2>&1; then
	tail -n 5 "$work/make.log"
	skip "another build takes over" "it cannot be built here"
	finish
fi

daemon lb --config "$work/ringlb.yaml"
front=$(program front) back=$(program back)
bg client python3 "$here/flows.py" hammer "$work/hammered" 192.0.2.1 53 100 2
hammer_pid=$pid
wait_for 5 test -s "$work/hammered"
stop TERM
before=$(grep -c . "$work/hammered")

first=$ringlbd
ringlbd=$work/other/ringlbd
daemon lb --config "$work/ringlb.yaml"
new=$(program front)
check "the program of front was replaced" test "$new" != "$front" -a "$new"
check "and that of back, by the same one" test "$(program back)" == "$new" -a "$new" != "$back"
check "the log says so of front" logged "front: another build's program replaced"
check "and of back" logged "back: another build's program replaced"
check "back is in generic mode as before" says generic \
	asked '.interfaces[] | select(.name == "back").attached' status
check "counters go on" test "$(counted)" -ge "$before"
check "the new program does the work" wait_for 5 test "$(counted)" -lt "$(sleep 0.2; counted)"

stop KILL
ringlbd=$first
daemon lb --config "$work/ringlb.yaml"
check "and back again, after an accident" test "$(program front)" != "$new"
# An upgrade cut short: the new program is on the devices, not pinned yet.
new=$(program front)
stop KILL
rm "$pins/xdp"
ringlbd=$work/other/ringlbd
daemon lb --config "$work/ringlb.yaml"
check "a program that lost its pin is replaced, too" test "$(program front)" != "$new"
check "on every device" test "$(program back)" == "$(program front)"
check "and is the daemon's own" says attached \
	asked '.interfaces[] | select(.name == "front").state' status
kill "$hammer_pid"
wait "$hammer_pid"
lost() { grep -c ' - ' "$work/hammered"; }
check "no datagram was lost" says 0 lost
check "thousands of datagrams passed" share "$work/hammered" "" 2000 100000000
stop KILL
rm "$pins/xdp"
check "--remove finds it without its pin" on lb "$first" --remove --pins "$pins"
check "front is free" not attached lb front
check "back is free" not attached lb back
check "and no pin is left" test ! -e "$pins"
finish
