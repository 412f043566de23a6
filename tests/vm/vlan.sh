#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Mode nat between VLANs: the balancer has one cable, clients and backends are
# in VLANs of their own on it.
#
#                     VLAN 5                VLAN 6
#   client 10.1.0.2 ────┐                ┌──── web1 10.2.0.11, fd00:2::11
#          fd00:1::2    ├── sw ── eth0 lb├──── web2 10.2.0.12, fd00:2::12
#                                eth0.5 10.1.0.1, fd00:1::1
#                                eth0.6 10.2.0.1, fd00:2::1
#
#   services 192.0.2.1, 2001:db8::1; ringlbd is attached to eth0, then in
#   generic mode, then to the VLAN devices instead
#
here=$(dirname "$0")
# shellcheck source=tests/net/lib.sh
. "$here/../net/lib.sh"
here=$top/tests/net # where its tools are

# in_vlan HOST ID: a port of the switch in that VLAN, untagged
in_vlan() {
	link "$1" eth0 sw "$1"
	on sw ip link set "$1" master br0
	on sw bridge vlan del dev "$1" vid 1
	on sw bridge vlan add dev "$1" vid "$2" pvid untagged
}

# trunk HOST ID...: a port with all of them, tagged
trunk() {
	local id
	link "$1" eth0 sw "$1"
	on sw ip link set "$1" master br0
	for id in "${@:2}"; do
		on sw bridge vlan add dev "$1" vid "$id"
		on "$1" ip link add link eth0 name "eth0.$id" up type vlan id "$id"
	done
	# Else veth keeps the tag beside the frame, where XDP does not see it.
	on sw ethtool -K "$1" txvlan off
}

ns client lb sw web1 web2
if ! on sw ip link add br0 up type bridge vlan_filtering 1 mcast_snooping 0 2>/dev/null ||
	! on sw ip link add link br0 name probe type vlan id 5 2>/dev/null; then
	skip "mode nat between VLANs" "this kernel has no VLANs"
	finish
fi
on sw ip link del probe
in_vlan client 5
in_vlan web1 6
in_vlan web2 6
trunk lb 5 6
addr client eth0 10.1.0.2/24 fd00:1::2/64
addr lb eth0.5 10.1.0.1/24 fd00:1::1/64
addr lb eth0.6 10.2.0.1/24 fd00:2::1/64
forwarding lb
on client ip route add default via 10.1.0.1
on client ip route add default via fd00:1::1
for n in 1 2; do
	addr web$n eth0 10.2.0.1$n/24 fd00:2::1$n/64
	on web$n ip route add default via 10.2.0.1
	on web$n ip route add default via fd00:2::1
	answers web$n :: 8080 2222
done

# config INTERFACES
config() {
	cat >"$work/ringlb.yaml" <<-END
		interfaces: [$1]
		pools:
		  web: {mode: nat, backends: {web1: 10.2.0.11:8080, web2: 10.2.0.12:8080}}
		  web6: {mode: nat, backends: {web1: "[fd00:2::11]:8080", web2: "[fd00:2::12]:8080"}}
		services:
		  tcp: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}
		  udp: {address: 192.0.2.1, protocol: udp, port: 53, pool: web}
		  tcp6: {address: "2001:db8::1", protocol: tcp, port: 80, pool: web6}
		  udp6: {address: "2001:db8::1", protocol: udp, port: 53, pool: web6}
	END
}

# both_answer PROTOCOL ADDRESS PORT CLIENT: to 40 flows, and see the client itself
# shellcheck disable=SC2317  # check calls it
both_answer() {
	flows client "$1" "$2" "$3" 40 >"$work/answers"
	share "$work/answers" none 0 0 &&
		share "$work/answers" "web[12] $4$" 40 40 &&
		share "$work/answers" web1 5 35
}

# shellcheck disable=SC2317
sent_by_kernel() {
	(($(reason forwarded_via_stack) > 0 && $(reason replied_via_stack) > 0 &&
		$(reason forwarded) == 0 && $(reason replied) == 0))
}

# promises HOW
promises() {
	check "$1: TCP over IPv4" both_answer tcp 192.0.2.1 80 10.1.0.2
	check "$1: UDP over IPv4" both_answer udp 192.0.2.1 53 10.1.0.2
	check "$1: TCP over IPv6" both_answer tcp 2001:db8::1 80 fd00:1::2
	check "$1: UDP over IPv6" both_answer udp 2001:db8::1 53 fd00:1::2
	check "$1: what is no service" says "web1 10.1.0.2" flows client tcp 10.2.0.11 2222 1
	check "$1: the kernel sends them, for XDP cannot" sent_by_kernel
	check "$1: nothing was dropped" says 0 \
		asked '[.reasons[] | select(.action == "drop").packets] | add' stats
}

# replace INTERFACES: the daemon by one that attaches to these
replace() {
	stop TERM
	on lb "$ringlbd" --remove --pins "$pins" >>"$work/log" 2>&1
	config "$1"
	daemon lb --config "$work/ringlb.yaml"
}

config eth0
daemon lb --config "$work/ringlb.yaml"
promises "on the cable"
replace "{name: eth0, mode: generic}"
promises "on the cable, generic mode"
replace "eth0.5, eth0.6"
promises "on the VLAN devices"
finish
