#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Mode dsr, one arm: requests go through the balancer, replies do not.
#
#   client 10.0.0.2  fd00::2  ──┐
#   lb     10.0.0.1  fd00::1  ──┼── sw (bridge)
#   web1   10.0.0.11 fd00::11 ──┤
#   web2   10.0.0.12 fd00::12 ──┘   services 192.0.2.1, 2001:db8::1,
#                                   on lo of the backends
#
#   dsr.sh [MODE]    how the program is attached: auto, generic
#
here=$(dirname "$0")
. "$here/lib.sh"
mode=${1:-auto}

ns client lb sw web1 web2
switch sw client lb web1 web2
xdp_pass sw lb
addr client eth0 10.0.0.2/24 fd00::2/64
addr lb eth0 10.0.0.1/24 fd00::1/64
on client ip route add 192.0.2.0/24 via 10.0.0.1
on client ip route add 2001:db8::/64 via fd00::1
for n in 1 2; do
	on web$n sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
	addr web$n eth0 10.0.0.1$n/24 fd00::1$n/64
	addr web$n lo 192.0.2.1/32 2001:db8::1/128
	answers web$n 192.0.2.1 80
	answers web$n 2001:db8::1 80
	files web$n 8000
	sums web$n 8001
done

cat >"$work/ringlb.yaml" <<END
interfaces: [{name: eth0, mode: $mode}]
pools:
  web:
    mode: dsr
    backends: {web1: 10.0.0.11, web2: 10.0.0.12}
  web6:
    mode: dsr
    backends: {web1: "fd00::11", web2: "fd00::12"}
services:
  tcp: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}
  udp: {address: 192.0.2.1, protocol: udp, port: 80, pool: web}
  tcp6: {address: "2001:db8::1", protocol: tcp, port: 80, pool: web6}
  # An IPv6 service by way of the backends' IPv4 addresses.
  udp6: {address: "2001:db8::1", protocol: udp, port: 80, pool: web}
  files: {address: 192.0.2.1, protocol: tcp, port: 8000, pool: web}
  sums: {address: 192.0.2.1, protocol: tcp, port: 8001, pool: web}
  files6: {address: "2001:db8::1", protocol: tcp, port: 8000, pool: web6}
  sums6: {address: "2001:db8::1", protocol: tcp, port: 8001, pool: web6}
END
daemon lb --config "$work/ringlb.yaml"

# spreads PROTOCOL ADDRESS PORT CLIENT
spreads() {
	flows client "$1" "$2" "$3" 200 >"$work/answers"
	share "$work/answers" none 0 0 &&
		share "$work/answers" "web[12] $4$" 200 200 &&
		share "$work/answers" web1 60 140
}

replies_pass_by() {
	(($(reason forwarded) > 1000 && $(reason replied) == 0 && $(reason replied_out) == 0)) &&
		says 0 asked '[.services[].replies.packets] | add' stats
}

# Each datagram is counted once.
counts() {
	local before
	before=$(asked .requests.packets service show udp)
	flows client udp 192.0.2.1 80 100 >/dev/null
	(($(asked .requests.packets service show udp) - before == 100))
}

check "every backend is resolved" says 0 asked .unresolved status
check "TCP over IPv4 reaches both" spreads tcp 192.0.2.1 80 10.0.0.2
check "UDP over IPv4 reaches both" spreads udp 192.0.2.1 80 10.0.0.2
check "TCP over IPv6 reaches both" spreads tcp 2001:db8::1 80 fd00::2
check "UDP over IPv6 reaches both, of a pool with IPv4 addresses" spreads udp 2001:db8::1 80 fd00::2
big 100
check "100 MiB download over IPv4" downloads client http://192.0.2.1:8000
check "100 MiB download over IPv6" downloads client "http://[2001:db8::1]:8000"
check "100 MiB upload over IPv4" uploads client 192.0.2.1 8001
check "100 MiB upload over IPv6" uploads client "[2001:db8::1]" 8001
check "100 datagrams are counted as 100" counts
check "replies do not pass the balancer" replies_pass_by
check "nothing of a service was dropped" says 0 \
	asked '[.reasons[] | select(.action == "drop").packets] | add' stats
check "client and backend talk past the balancer" pings client 10.0.0.11
check "client and balancer talk" pings client fd00::1
finish
