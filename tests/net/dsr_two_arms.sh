#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Mode dsr, two arms: requests come in by one interface of the balancer and
# leave by another; replies go another way, past it.
#
#   client 10.1.0.2 ──┐
#                    sw1 ── front 10.1.0.1 lb 10.2.0.1 back ── sw2 ──┬── web1 10.2.0.11
#                     │                                        │     └── web2 10.2.0.12
#                     └──── 10.1.0.254  router  10.2.0.254 ────┘
#   IPv6 alike: fd00:1::/64, fd00:2::/64
#   services 192.0.2.1, 2001:db8::1 on lo of the backends, whose default route
#   is the router
#
here=$(dirname "$0")
. "$here/lib.sh"

ns client lb sw1 sw2 router web1 web2
switch sw1 client
switch sw2 web1 web2
for arm in "lb front sw1" "lb back sw2" "router front sw1" "router back sw2"; do
	read -r host interface sw <<<"$arm"
	link "$host" "$interface" "$sw" "$host"
	on "$sw" ip link set "$host" master br0
done
addr client eth0 10.1.0.2/24 fd00:1::2/64
addr lb front 10.1.0.1/24 fd00:1::1/64
addr lb back 10.2.0.1/24 fd00:2::1/64
addr router front 10.1.0.254/24 fd00:1::fe/64
addr router back 10.2.0.254/24 fd00:2::fe/64
forwarding router
on client ip route add default via 10.1.0.254
on client ip route add default via fd00:1::fe
on client ip route add 192.0.2.0/24 via 10.1.0.1
on client ip route add 2001:db8::/64 via fd00:1::1
for n in 1 2; do
	on web$n sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
	addr web$n eth0 10.2.0.1$n/24 fd00:2::1$n/64
	addr web$n lo 192.0.2.1/32 2001:db8::1/128
	on web$n ip route add default via 10.2.0.254
	on web$n ip route add default via fd00:2::fe
	answers web$n 192.0.2.1 80
	answers web$n 2001:db8::1 80
	files web$n 8000
	sums web$n 8001
done

cat >"$work/ringlb.yaml" <<END
interfaces: [front]
pools:
  web: {mode: dsr, backends: {web1: 10.2.0.11, web2: 10.2.0.12}}
services:
  tcp: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}
  udp: {address: 192.0.2.1, protocol: udp, port: 80, pool: web}
  tcp6: {address: "2001:db8::1", protocol: tcp, port: 80, pool: web}
  udp6: {address: "2001:db8::1", protocol: udp, port: 80, pool: web}
  files: {address: 192.0.2.1, protocol: tcp, port: 8000, pool: web}
  files6: {address: "2001:db8::1", protocol: tcp, port: 8000, pool: web}
  sums: {address: 192.0.2.1, protocol: tcp, port: 8001, pool: web}
END
daemon lb --config "$work/ringlb.yaml"

# spreads PROTOCOL ADDRESS PORT CLIENT
spreads() {
	flows client "$1" "$2" "$3" 200 >"$work/answers"
	share "$work/answers" none 0 0 &&
		share "$work/answers" "web[12] $4$" 200 200 &&
		share "$work/answers" web1 60 140
}

crossed() { (($(reason forwarded_out) > 1000 && $(reason forwarded) == 0)); }

check "every backend is resolved" says 0 asked .unresolved status
check "nothing to warn about: dsr needs no forwarding" says 0 asked '.warnings | length' status
check "TCP over IPv4 reaches both" spreads tcp 192.0.2.1 80 10.1.0.2
check "UDP over IPv4 reaches both" spreads udp 192.0.2.1 80 10.1.0.2
check "TCP over IPv6 reaches both" spreads tcp 2001:db8::1 80 fd00:1::2
check "UDP over IPv6 reaches both" spreads udp 2001:db8::1 80 fd00:1::2
big 100
check "100 MiB download over IPv4" downloads client http://192.0.2.1:8000
check "100 MiB download over IPv6" downloads client "http://[2001:db8::1]:8000"
check "100 MiB upload" uploads client 192.0.2.1 8001
check "requests left by the other interface" crossed
check "nothing of a service was dropped" says 0 \
	asked '[.reasons[] | select(.action == "drop").packets] | add' stats
check "client and backend talk past the balancer" pings client 10.2.0.11
check "client and balancer talk" pings client fd00:1::1
finish
