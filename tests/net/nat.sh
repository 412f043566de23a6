#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Mode nat, two arms: requests and replies pass the balancer, clients and
# backends are behind different interfaces of it.
#
#   client 10.1.0.2 ── front 10.1.0.1 lb 10.2.0.1 back ──┬── web1 10.2.0.11
#      fd00:1::2             fd00:1::1    fd00:2::1      ├── web2 10.2.0.12
#                                                     sw ├── web3 10.2.0.13
#                                                        └── router 10.2.0.254
#   services 192.0.2.1, 2001:db8::1                           │ 10.3.0.254
#   backends send all answers to lb                           far 10.3.0.11
#
#   nat.sh [MODE]    how the program is attached: auto (default), generic
#
here=$(dirname "$0")
. "$here/lib.sh"
mode=${1:-auto}

two_arms web1 web2 web3
ns router far
link router eth0 sw router
on sw ip link set router master br0
link router far far eth0
addr router eth0 10.2.0.254/24 fd00:2::fe/64
addr router far 10.3.0.254/24 fd00:3::fe/64
addr far eth0 10.3.0.11/24 fd00:3::11/64
forwarding router
on router ip route add default via 10.2.0.1
on router ip route add default via fd00:2::1
on far ip route add default via 10.3.0.254
on far ip route add default via fd00:3::fe
on lb ip route add 10.3.0.0/24 via 10.2.0.254
on lb ip route add fd00:3::/64 via fd00:2::fe
for n in 1 2 3; do
	answers web$n :: 8080 7001 7002 2222
	files web$n 8000
	sums web$n 8001
done
answers far :: 8080
answers lb :: 2222
bg web1 iperf3 -s -p 5201 >/dev/null 2>&1
wait_for 10 listening web1 5201

cat >"$work/ringlb.yaml" <<END
interfaces: [{name: front, mode: $mode}, {name: back, mode: $mode}]
pools:
  web:
    mode: nat
    backends:
      web1: 10.2.0.11:8080
      web2: 10.2.0.12:8080
      web3: {address: 10.2.0.13:8080, weight: 2}
  web6:
    mode: nat
    backends:
      web1: "[fd00:2::11]:8080"
      web2: "[fd00:2::12]:8080"
      web3: {address: "[fd00:2::13]:8080", weight: 2}
  plain: {mode: nat, backends: {web1: 10.2.0.11, web2: 10.2.0.12, web3: 10.2.0.13}}
  plain6:
    mode: nat
    backends: {web1: "fd00:2::11", web2: "fd00:2::12", web3: "fd00:2::13"}
  far: {mode: nat, backends: {far: 10.3.0.11:8080}}
  far6: {mode: nat, backends: {far: "[fd00:3::11]:8080"}}
  iperf: {mode: nat, backends: {web1: "10.2.0.11:5201"}}
services:
  tcp: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}
  udp: {address: 192.0.2.1, protocol: udp, port: 53, pool: web}
  tcp6: {address: "2001:db8::1", protocol: tcp, port: 80, pool: web6}
  udp6: {address: "2001:db8::1", protocol: udp, port: 53, pool: web6}
  one: {address: 192.0.2.1, protocol: tcp, port: 7001, pool: plain}
  two: {address: 192.0.2.2, protocol: tcp, port: 7002, pool: plain}
  two-udp: {address: 192.0.2.2, protocol: udp, port: 7002, pool: plain}
  files: {address: 192.0.2.1, protocol: tcp, port: 8000, pool: plain}
  sums: {address: 192.0.2.1, protocol: tcp, port: 8001, pool: plain}
  files6: {address: "2001:db8::1", protocol: tcp, port: 8000, pool: plain6}
  sums6: {address: "2001:db8::1", protocol: tcp, port: 8001, pool: plain6}
  far: {address: 192.0.2.3, protocol: tcp, port: 80, pool: far}
  far-udp: {address: 192.0.2.3, protocol: udp, port: 80, pool: far}
  far6: {address: "2001:db8::3", protocol: tcp, port: 80, pool: far6}
  iperf: {address: 192.0.2.4, protocol: tcp, port: 5201, pool: iperf}
  iperf-udp: {address: 192.0.2.4, protocol: udp, port: 5201, pool: iperf}
END
daemon lb --config "$work/ringlb.yaml"

# spreads PROTOCOL ADDRESS PORT CLIENT: 400 flows, all answered, to three
# backends of which the last has twice the weight, which see the client itself
spreads() {
	flows client "$1" "$2" "$3" 400 >"$work/answers"
	share "$work/answers" none 0 0 &&
		share "$work/answers" "web[123] $4$" 400 400 &&
		share "$work/answers" web1 50 150 &&
		share "$work/answers" web2 50 150 &&
		share "$work/answers" web3 150 250
}

# all_answered PROTOCOL ADDRESS PORT: by all three
all_answered() {
	flows client "$1" "$2" "$3" 100 >"$work/answers"
	share "$work/answers" none 0 0 && share "$work/answers" web1 10 60 &&
		share "$work/answers" web2 10 60 && share "$work/answers" web3 10 60
}

iperf() { on client timeout 20 iperf3 -c 192.0.2.4 -p 5201 -t 1 --connect-timeout 3000 "$@"; }

# counts SERVICE BYTES COMMAND...: the service then has exactly 100 requests and
# 100 replies more, requests of so many bytes each
counts() {
	local before after
	before=$(asked '"\(.requests.packets) \(.replies.packets) \(.requests.bytes)"' service show "$1")
	"${@:3}" >/dev/null
	after=$(asked '"\(.requests.packets) \(.replies.packets) \(.requests.bytes)"' service show "$1")
	echo "packets of requests and replies, bytes of requests before: $before; after: $after"
	# shellcheck disable=SC2086  # words
	set -- "$2" $before $after
	(($5 - $2 == 100 && $6 - $3 == 100 && $7 - $4 == 100 * $1))
}

# What the backends have is what the services have.
sums_agree() {
	asked '([.services[].requests.packets] | add) == ([.backends[].requests.packets] | add)
		and ([.services[].replies.packets] | add) == ([.backends[].replies.packets] | add)
		and ([.services[].requests.packets] | add) ==
		([.reasons[] | select(.name | startswith("forwarded")).packets] | add)
		and ([.services[].replies.packets] | add) ==
		([.reasons[] | select(.name | startswith("replied")).packets] | add)' stats
}

passes_to_balancer() {
	local before
	before=$(reason to_balancer)
	says "web1 10.2.0.1" flows lb tcp 10.2.0.11 8080 1 && (($(reason to_balancer) > before))
}

check "every backend is resolved" says 0 asked .unresolved status
check "nothing to warn about" says 0 asked '.warnings | length' status
check "TCP over IPv4 reaches all, by weight" spreads tcp 192.0.2.1 80 10.1.0.2
check "UDP over IPv4 reaches all, by weight" spreads udp 192.0.2.1 53 10.1.0.2
check "TCP over IPv6 reaches all, by weight" spreads tcp 2001:db8::1 80 fd00:1::2
check "UDP over IPv6 reaches all, by weight" spreads udp 2001:db8::1 53 fd00:1::2
check "backends without port keep the service's" all_answered tcp 192.0.2.1 7001
check "another service shares their pool" all_answered tcp 192.0.2.2 7002
check "and one of the other protocol" all_answered udp 192.0.2.2 7002
check "backend behind a router, TCP" says "far 10.1.0.2" flows client tcp 192.0.2.3 80 1
check "backend behind a router, UDP" says "far 10.1.0.2" flows client udp 192.0.2.3 80 1
check "backend behind a router, IPv6" says "far fd00:1::2" flows client tcp 2001:db8::3 80 1
big 100
check "100 MiB download over IPv4" downloads client http://192.0.2.1:8000
check "100 MiB download over IPv6" downloads client "http://[2001:db8::1]:8000"
check "100 MiB upload over IPv4" uploads client 192.0.2.1 8001
check "100 MiB upload over IPv6" uploads client "[2001:db8::1]" 8001
check "iperf3, TCP" iperf
check "iperf3, TCP, from the backend" iperf -R
check "iperf3, UDP" iperf -u -b 20M
check "100 datagrams are counted as 100" counts udp 45 flows client udp 192.0.2.1 53 100
check "100 datagrams are counted as 100, IPv6" counts udp6 65 flows client udp 2001:db8::1 53 100
check "services, backends and verdicts count the same" sums_agree
check "nothing of a service was dropped" says 0 \
	asked '[.reasons[] | select(.action == "drop").packets] | add' stats

check "client pings the balancer" pings client 10.1.0.1
check "client pings the balancer, IPv6" pings client fd00:1::1
check "client pings through to a backend" pings client 10.2.0.12
check "backend pings the client, IPv6" pings web2 fd00:1::2
on client ip neigh flush dev eth0
check "ARP is answered again" pings client 10.1.0.1
check "a server on the balancer" says "lb 10.1.0.2" flows client tcp 10.1.0.1 2222 1
check "a server on a backend that is no service" says "web1 10.1.0.2" flows client tcp 10.2.0.11 2222 1
check "the same over IPv6" says "web1 fd00:1::2" flows client tcp fd00:2::11 2222 1
check "a port that is no service is refused, not lost" not on client timeout 2 \
	bash -c 'exec 3<>/dev/tcp/10.1.0.1/4444'
check "the balancer's own connection to a backend" passes_to_balancer
check "the balancer's own datagram to a backend" says "web2 10.2.0.1" flows lb udp 10.2.0.12 8080 1
check "the balancer's own connection over IPv6" says "web3 fd00:2::1" flows lb tcp fd00:2::13 8080 1
finish
