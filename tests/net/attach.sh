#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Interfaces come and go, by the daemon, by ip(8) and by others' hands.
#
#   client  10.1.0.2 ── front 10.1.0.1 lb 10.2.0.1 back ── sw ──┬── web1
#   client2 10.4.0.2 ── side  10.4.0.1                          └── web2
#   client3 10.5.0.2 ── later 10.5.0.1, which does not exist at the start
#
here=$(dirname "$0")
. "$here/lib.sh"

two_arms web1 web2
ns client2 client3
for n in 1 2; do answers web$n 0.0.0.0 8080; done
link client2 eth0 lb side
addr client2 eth0 10.4.0.2/24
addr lb side 10.4.0.1/24
on client2 ip route add default via 10.4.0.1
make_later() {
	link client3 eth0 lb later
	addr client3 eth0 10.5.0.2/24
	addr lb later 10.5.0.1/24
	on client3 ip route add default via 10.5.0.1
}
cat >"$work/ringlb.yaml" <<END
interfaces: [front, back, later]
pools: {web: {mode: nat, backends: {web1: "10.2.0.11:8080", web2: "10.2.0.12:8080"}}}
services: {web: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}}
END

# serves CLIENT: it gets an answer
serves() { on "$1" timeout 1 bash -c "exec 3<>/dev/tcp/192.0.2.1/80 && grep -q web <&3"; }
# shown IF: what status has of it
shown() { asked ".interfaces[] | select(.name == \"$1\") | \"\(.configured) \(.mode) \(.state) \(.attached)\"" status; }
warns() { asked '.warnings[]' status | grep -qxF "$1"; }
program() { on lb ip -d link show dev "$1" | sed -nE 's/.*prog\/xdp id ([0-9]+).*/\1/p'; }

daemon lb --config "$work/ringlb.yaml"
check "front carries the program" says "true auto attached native" shown front
check "client is served" serves client

# By ip(8).
check "client2 is not served yet" not serves client2
check "an interface without the program is not shown" says "" shown side
check "ip link attaches the pinned program" on lb ip link set dev side xdp pinned "$pins/xdp"
check "client2 is served" serves client2
check "status shows the interface as not configured" says "false null attached native" shown side
check "ip link takes it off again" on lb ip link set dev side xdp off
check "client2 is not served any more" not serves client2
check "ip link attaches it in generic mode" on lb ip link set dev side xdpgeneric pinned "$pins/xdp"
check "client2 is served that way, too" serves client2
check "status shows the mode" says "false null attached generic" shown side
check "detach takes off what ip link attached" says "side: detached" ringlb detach side
check "it is off" not attached lb side

# By commands.
check "attach" says "side: attached in generic mode" ringlb attach side mode=generic
check "client2 is served by it" serves client2
check "attach again is no mistake" ringlb attach side mode=generic
check "attach in another mode is refused" says \
	'ringlb: interface "side" is configured in mode generic; detach it first' \
	ringlb attach side mode=native
check "status shows it as configured" says "true generic attached generic" shown side
stop TERM
daemon lb --config "$work/ringlb.yaml"
check "it is remembered" says "true generic attached generic" shown side
check "detach" says "side: detached" ringlb detach side
check "client2 is not served" not serves client2
check "detach what is not attached is refused" says \
	'ringlb: interface "side": ringlb is not attached' ringlb detach side
check "attach what does not exist is refused" says \
	'ringlb: nosuch0: no such network interface in this network namespace' ringlb attach nosuch0
check "and not remembered" says "" shown nosuch0

# An interface that comes late.
check "the missing interface is shown" says "true auto missing null" shown later
check "with a warning" warns "later: no such interface; attaching when it appears"
make_later
check "it is attached when it appears" wait_for 5 attached lb later
check "client3 is served" serves client3
check "status shows it" says "true auto attached native" shown later
check "the warning is gone" says 0 asked '.warnings | length' status
on lb ip link del later
check "it is missed when it goes" wait_for 5 says "true auto missing null" shown later
check "the others go on" serves client
make_later
check "it is attached when it comes back" wait_for 5 attached lb later
check "client3 is served again" wait_for 5 serves client3

# Somebody takes it off.
on lb ip link set dev front xdp off
check "somebody took it off: status warns" warns \
	"interface front: somebody took ringlb off; to put it back: ringlb attach front"
check "and shows it as detached" says "true auto detached null" shown front
ringlb backend set web web1 weight=2 >/dev/null
check "it stays off while other things change" not attached lb front
check "client is not served" not serves client
check "attach puts it back" says "front: attached in native mode" ringlb attach front
check "client is served" serves client
check "the warning is gone again" not warns \
	"interface front: somebody took ringlb off; to put it back: ringlb attach front"

# Somebody else's program.
xdp_pass lb side
theirs=$(program side)
check "another XDP program is not replaced" says \
	"ringlb: side: another XDP program (id $theirs, \"pass\") is attached; take it off first: ip link set dev side xdp off" \
	ringlb attach side
check "it is there as before" says "$theirs" program side
check "attach is not remembered" says "" shown side
check "detach leaves it alone" exits 1 ringlb detach side
check "it is there still" says "$theirs" program side
sed -i 's/interfaces: .*/interfaces: [front, back, later, side]/' "$work/ringlb.yaml"
kill -HUP "$daemon_pid"
check "configured, it is refused as well" wait_for 5 logged \
	"side: another XDP program (id $theirs, \"pass\") is attached; take it off first"
check "status says why" warns \
	"side: another XDP program (id $theirs, \"pass\") is attached; take it off first: ip link set dev side xdp off"
on lb ip link set dev side xdp off
check "when it is gone, attach works" says "side: attached in native mode" ringlb attach side
check "client2 is served by that" serves client2

# A change that fails takes nothing off that was there.
ringlb detach side >/dev/null
on lb ip link set dev side xdp pinned "$pins/xdp"
mkdir "$work/state.json.new"
check "attach is refused when it cannot be saved" exits 1 ringlb attach side
check "what ip link attached stays" says "false null attached native" shown side
check "detach is refused when it cannot be saved" exits 1 ringlb detach front
check "and the interface stays as it was" says "true auto attached native" shown front
rmdir "$work/state.json.new"

# Another mode, by the file.
sed -i 's/interfaces: .*/interfaces: [{name: front, mode: generic}, back]/' "$work/ringlb.yaml"
kill -HUP "$daemon_pid"
check "another mode in the file is brought about" \
	wait_for 5 says "true generic attached generic" shown front
check "client is served in that mode" serves client

# Where replies come in, the program is needed as well.
ringlb detach back >/dev/null
check "status warns where replies come in unseen" warns \
	"backend web1 of pool web: replies come in by back, where ringlb is not attached: ringlb attach back"
ringlb attach back >/dev/null
check "no more when it is attached" not warns \
	"backend web1 of pool web: replies come in by back, where ringlb is not attached: ringlb attach back"

# Without a daemon, and with maps of its own that nobody has filled.
ns plain peer
link plain eth0 peer eth0
addr plain eth0 10.6.0.1/24 fd00:6::1/64
addr peer eth0 10.6.0.2/24 fd00:6::2/64
answers plain :: 80
# ip pins the maps as well; here, on a bpffs of its own.
mkdir "$work/ipbpf"
mount -t bpf bpf "$work/ipbpf"
check "ip link loads the program from its file" on plain env TC_BPF_MNT="$work/ipbpf" \
	ip link set dev eth0 xdp obj "$build/ringlb.bpf.o" sec xdp
umount "$work/ipbpf"
check "it is attached" attached plain eth0
check "TCP passes untouched" says "plain 10.6.0.2" flows peer tcp 10.6.0.1 80 1
check "UDP over IPv6 passes untouched" says "plain fd00:6::2" flows peer udp fd00:6::1 80 1
check "ping passes untouched" pings peer 10.6.0.1
finish
