#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Mode nat, one arm: clients and backends in two networks on one wire; the
# balancer is the router between them and has one interface.
#
#   client 10.1.0.2  fd00:1::2  ──┐
#   lb     10.1.0.1  fd00:1::1  ──┤
#          10.2.0.1  fd00:2::1    ├── sw (bridge)
#   web1   10.2.0.11 fd00:2::11 ──┤
#   web2   10.2.0.12 fd00:2::12 ──┘   services 192.0.2.1, 2001:db8::1
#
#   nat_one_arm.sh [MODE]    how the program is attached: auto, generic
#
here=$(dirname "$0")
. "$here/lib.sh"
mode=${1:-auto}

ns client lb sw web1 web2
switch sw client lb web1 web2
xdp_pass sw lb
addr client eth0 10.1.0.2/24 fd00:1::2/64
addr lb eth0 10.1.0.1/24 fd00:1::1/64 10.2.0.1/24 fd00:2::1/64
forwarding lb
on client ip route add default via 10.1.0.1
on client ip route add default via fd00:1::1
for n in 1 2; do
	addr web$n eth0 10.2.0.1$n/24 fd00:2::1$n/64
	on web$n ip route add default via 10.2.0.1
	on web$n ip route add default via fd00:2::1
	answers web$n :: 8080
	files web$n 8000
	sums web$n 8001
done

cat >"$work/ringlb.yaml" <<END
interfaces: [{name: eth0, mode: $mode}]
pools:
  web: {mode: nat, backends: {web1: "10.2.0.11:8080", web2: "10.2.0.12:8080"}}
  web6: {mode: nat, backends: {web1: "[fd00:2::11]:8080", web2: "[fd00:2::12]:8080"}}
  plain: {mode: nat, backends: {web1: 10.2.0.11, web2: 10.2.0.12}}
  plain6: {mode: nat, backends: {web1: "fd00:2::11", web2: "fd00:2::12"}}
services:
  tcp: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}
  udp: {address: 192.0.2.1, protocol: udp, port: 53, pool: web}
  tcp6: {address: "2001:db8::1", protocol: tcp, port: 80, pool: web6}
  udp6: {address: "2001:db8::1", protocol: udp, port: 53, pool: web6}
  files: {address: 192.0.2.1, protocol: tcp, port: 8000, pool: plain}
  sums: {address: 192.0.2.1, protocol: tcp, port: 8001, pool: plain}
  files6: {address: "2001:db8::1", protocol: tcp, port: 8000, pool: plain6}
END
daemon lb --config "$work/ringlb.yaml"

# spreads PROTOCOL ADDRESS PORT CLIENT
spreads() {
	flows client "$1" "$2" "$3" 200 >"$work/answers"
	share "$work/answers" none 0 0 &&
		share "$work/answers" "web[12] $4$" 200 200 &&
		share "$work/answers" web1 60 140
}

# Nothing left by another interface, most did not need the stack.
went_out_where_it_came_in() {
	(($(reason forwarded) > 1000 && $(reason replied) > 1000 &&
		$(reason forwarded_out) == 0 && $(reason replied_out) == 0))
}

check "every backend is resolved" says 0 asked .unresolved status
check "TCP over IPv4 reaches both" spreads tcp 192.0.2.1 80 10.1.0.2
check "UDP over IPv4 reaches both" spreads udp 192.0.2.1 53 10.1.0.2
check "TCP over IPv6 reaches both" spreads tcp 2001:db8::1 80 fd00:1::2
check "UDP over IPv6 reaches both" spreads udp 2001:db8::1 53 fd00:1::2
big 100
check "100 MiB download over IPv4" downloads client http://192.0.2.1:8000
check "100 MiB download over IPv6" downloads client "http://[2001:db8::1]:8000"
check "100 MiB upload" uploads client 192.0.2.1 8001
check "everything left by the interface it came in by" went_out_where_it_came_in
check "nothing of a service was dropped" says 0 \
	asked '[.reasons[] | select(.action == "drop").packets] | add' stats
check "the balancer's own connection to a backend" says "web1 10.2.0.1" flows lb tcp 10.2.0.11 8080 1
check "client and backend talk through the balancer" pings client 10.2.0.12
check "client and backend talk through the balancer, IPv6" pings web1 fd00:1::2
finish
