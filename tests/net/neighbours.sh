#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The way to a backend changes: MAC address, neighbour, route, interface.
#
#   client ── front lb back ── sw ──┬── web1 10.2.0.11     see two_arms
#                  │                ├── web2 10.2.0.12, not there at first
#                  │                ├── r1 10.2.0.251 ──┐
#                  │                └── r2 10.2.0.252 ──┴── sw3 ── far 10.3.0.11
#                  └ other 10.7.0.1 ── 10.7.0.252 r2
#
here=$(dirname "$0")
. "$here/lib.sh"

two_arms web1 web2
ns r1 r2 sw3 far
switch sw3 far
for r in 1 2; do
	link r$r eth0 sw r$r
	on sw ip link set r$r master br0
	link r$r far sw3 r$r
	on sw3 ip link set r$r master br0
	addr r$r eth0 10.2.0.25$r/24
	addr r$r far 10.3.0.25$r/24
	forwarding r$r
	on r$r ip route add default via 10.2.0.1
done
link lb other r2 other
addr lb other 10.7.0.1/24
addr r2 other 10.7.0.252/24
addr far eth0 10.3.0.11/24
on far ip route add default via 10.3.0.251
on lb ip route add 10.3.0.0/24 via 10.2.0.251
for host in web1 web2 far; do answers $host :: 8080; done
on web2 ip link set eth0 down

# Neighbours are asked again after half a second, not after half a minute.
for family in ipv4 ipv6; do
	on lb sysctl -qw net.$family.neigh.back.base_reachable_time_ms=500 \
		net.$family.neigh.back.delay_first_probe_time=1 \
		net.$family.neigh.back.retrans_time_ms=200 \
		net.$family.neigh.back.interval_probe_time_ms=500
done

cat >"$work/ringlb.yaml" <<END
interfaces: [front, back, other]
pools:
  one: {mode: nat, backends: {web1: "10.2.0.11:8080"}}
  one6: {mode: nat, backends: {web1: "[fd00:2::11]:8080"}}
  two: {mode: nat, backends: {web2: "10.2.0.12:8080"}}
  far: {mode: nat, backends: {far: "10.3.0.11:8080"}}
  nowhere: {mode: nat, backends: {gone: 198.51.100.1}}
  direct: {mode: dsr, backends: {web2: 10.2.0.12}}
services:
  one: {address: 192.0.2.1, protocol: udp, port: 53, pool: one}
  one6: {address: "2001:db8::1", protocol: udp, port: 53, pool: one6}
  two: {address: 192.0.2.2, protocol: udp, port: 53, pool: two}
  far: {address: 192.0.2.3, protocol: udp, port: 53, pool: far}
  direct: {address: 192.0.2.4, protocol: udp, port: 53, pool: direct}
END
daemon lb --config "$work/ringlb.yaml"

# hop POOL BACKEND: state, interface, MAC, gateway
hop() {
	asked ".backends[] | select(.name == \"$2\").next_hop | \"\(.state), \(.interface), \(.mac), \(.via)\"" \
		pool show "$1"
}
mac() { on "$1" ip -j link show dev "$2" | jq -r ".[].address"; }
one() { says "web1 10.1.0.2" flows client udp 192.0.2.1 53 1; }
one6() { says "web1 fd00:1::2" flows client udp 2001:db8::1 53 1; }
far() { says "far 10.1.0.2" flows client udp 192.0.2.3 53 1; }
# counted REASON COMMAND...: one more packet has it
counted() {
	local before
	before=$(reason "$1")
	"${@:2}" >/dev/null
	(($(reason "$1") > before))
}

check "a neighbour is resolved" says "resolved, back, $(mac web1 eth0), 10.2.0.11" hop one web1
check "traffic gets there" one
check "an IPv6 neighbour, too" says "resolved, back, $(mac web1 eth0), fd00:2::11" hop one6 web1
check "traffic gets there, IPv6" one6
check "a gateway is resolved" says "resolved, back, $(mac r1 eth0), 10.2.0.251" hop far far
check "traffic gets there, through the gateway" far

# Announced, as most systems do, and not.
on web1 sysctl -qw net.ipv4.conf.all.arp_notify=1
on web1 ip link set dev eth0 address 02:00:00:00:01:01
check "an announced new MAC is followed" wait_for 3 says "resolved, back, 02:00:00:00:01:01, 10.2.0.11" hop one web1
check "traffic gets to the new MAC" one
on web1 sysctl -qw net.ipv4.conf.all.arp_notify=0
on web1 ip link set dev eth0 address 02:00:00:00:01:02
on web1 ip route replace default via 10.2.0.1
on web1 ip route replace default via fd00:2::1
check "a new MAC that nobody announces is found" wait_for 15 says "resolved, back, 02:00:00:00:01:02, 10.2.0.11" hop one web1
check "and over IPv6" wait_for 15 says "resolved, back, 02:00:00:00:01:02, fd00:2::11" hop one6 web1
check "traffic gets to the newest MAC" one
check "and over IPv6, too" one6

# No neighbour.
check "status counts backends without a way" says 3 asked .unresolved status
check "who does not answer is shown" says "no answer to ARP or neighbour discovery" \
	asked '.backends[0].next_hop.state' pool show two
check "who has no route is shown" says "no route" asked '.backends[0].next_hop.state' pool show nowhere
check "status warns of the first" tells "backend web2 of pool two: no answer to ARP or neighbour discovery" ringlb status
check "and of the second" tells "backend gone of pool nowhere: no route" ringlb status
check "nat leaves it to the stack" counted forwarded_via_stack flows client udp 192.0.2.2 53 1
check "dsr drops" counted no_next_hop flows client udp 192.0.2.4 53 1
on web2 ip link set eth0 up
on web2 ip route add default via 10.2.0.1
check "it is resolved when it appears" wait_for 15 says "resolved, back, $(mac web2 eth0), 10.2.0.12" hop two web2
check "and gets traffic" says "web2 10.1.0.2" flows client udp 192.0.2.2 53 1
check "the log says so" logged "backend web2 of pool two: reachable through back"
on web2 ip link set eth0 down
check "it is unresolved when it goes" wait_for 15 says "no answer to ARP or neighbour discovery" \
	asked '.backends[0].next_hop.state' pool show two

# Routes.
on lb ip route replace 10.3.0.0/24 via 10.2.0.252
check "another gateway is followed" wait_for 5 says "resolved, back, $(mac r2 eth0), 10.2.0.252" hop far far
check "traffic takes it" far
on lb ip route replace 10.3.0.0/24 via 10.7.0.252
check "another interface is followed" wait_for 5 says "resolved, other, $(mac r2 other), 10.7.0.252" hop far far
on far ip route replace default via 10.3.0.252
on r2 ip route replace default via 10.7.0.1
check "traffic takes it, both ways" far
on lb ip link set other down
check "an interface that goes down takes its routes along" wait_for 5 says "no route" \
	asked '.backends[0].next_hop.state' pool show far
check "the log says that" logged "backend far of pool far: no route"
on lb ip link set other up
on lb ip route replace 10.3.0.0/24 via 10.7.0.252
check "it comes back" wait_for 15 says "resolved, other, $(mac r2 other), 10.7.0.252" hop far far
check "with its traffic" far
on lb ip link set dev back address 02:00:00:00:02:02
check "a new MAC of our own interface is followed" wait_for 5 one
finish
