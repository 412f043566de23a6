#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The main job on real traffic: HTTP requests to one address, answered by nginx
# on several backends, while a backend joins and another leaves.
#
#                            lb                      sw (bridge)
#   client 10.0.0.2 ── eth0 10.0.0.1                  ├── web1 10.0.1.11
#                           eth1 10.0.1.1 ────────────┼── web2 10.0.1.12
#                           ringlbd                   ├── web3 10.0.1.13
#                           service 192.0.2.1:80      └── web4 10.0.1.14
#
#   scripts/demo.sh         run, print what happened, leave nothing behind
#   KEEP=1 scripts/demo.sh  ... and keep the lab until Ctrl-C
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/net/lib.sh
. "$here/../tests/net/lib.sh"

requests=2000
add_at=700 del_at=1300

say() { printf '%s\n' "$*"; }
title() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[[ -t 1 ]] || title() { printf '\n%s\n' "$*"; }

# The way there and back; every backend replies through the balancer.
make_world() {
	local i web
	ns client lb sw
	on sw ip link add br0 up type bridge
	link client eth0 lb eth0
	link lb eth1 sw lb
	on sw ip link set lb master br0
	addr client eth0 10.0.0.2/24
	addr lb eth0 10.0.0.1/24
	addr lb eth1 10.0.1.1/24
	on client ip route add default via 10.0.0.1
	forwarding lb
	for i in 1 2 3 4; do
		web=web$i
		ns "$web"
		link "$web" eth0 sw "$web"
		on sw ip link set "$web" master br0
		addr "$web" eth0 "10.0.1.1$i/24"
		on "$web" ip route add default via 10.0.1.1
		start_nginx "$web"
	done
}

# start_nginx NAME: answers every request with its name
start_nginx() {
	local dir=$work/$1
	mkdir "$dir"
	cat >"$dir/nginx.conf" <<-END
		daemon off; worker_processes 1; pid $dir/pid; error_log $dir/error.log;
		events { worker_connections 512; }
		http {
			access_log off;
			client_body_temp_path $dir/a; proxy_temp_path $dir/b; fastcgi_temp_path $dir/c;
			uwsgi_temp_path $dir/d; scgi_temp_path $dir/e;
			server { listen 80; location / { return 200 "$1\n"; } }
		}
	END
	bg "$1" nginx -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log"
}

start_balancer() {
	cat >"$work/ringlb.yaml" <<-END
		interfaces: [eth0, eth1]
		pools:
		  web:
		    mode: nat
		    backends:
		      web1: {address: 10.0.1.11, weight: 1}
		      web2: {address: 10.0.1.12, weight: 1}
		      web3: {address: 10.0.1.13, weight: 2}
		services:
		  www: {address: 192.0.2.1, protocol: tcp, port: 80, pool: web}
	END
	daemon lb --config "$work/ringlb.yaml"
}

# One connection each, as a browser that reloads; one answer a line.  A request
# whose connection a change cuts is sent again, as HTTP clients do.
send_requests() {
	on client curl --silent --no-buffer --no-keepalive --http1.0 \
		--header 'Connection: close' --max-time 5 --rate 500/s \
		--retry 3 --retry-all-errors --retry-delay 1 \
		"http://192.0.2.1/[1-$requests]" >"$work/answers" 2>"$work/retries" &
	client_pid=$!
	pids+=("$client_pid")
}

answers() { grep -c . "$work/answers"; }
answers_reach() { (($(answers) >= $1)); }
web_answers() { [[ $(on client curl -s --max-time 1 http://10.0.1.1"$1"/) == "web$1" ]]; }

# effect FILE: how many flows a change moved, from the answer to it
effect() {
	python3 - "$1" <<-'END'
		import json, sys
		c = json.load(open(sys.argv[1]))["change"]
		share = lambda n: f"{n:,} of {c['slots']:,} slots ({100 * n / c['slots']:.1f} % of all flows)"
		print(f"    moved           {share(c['moved'])}")
		print(f"    least possible  {share(c['minimum'])}")
	END
}

# shares FILE FROM TO: share of the answers FROM..TO beside the weight's share
shares() {
	sed -n "$2,$3p" "$work/answers" | sort | uniq -c >"$work/counts"
	python3 - "$1" "$work/counts" <<-'END'
		import json, sys
		counts = {name: int(n) for n, name in (l.split() for l in open(sys.argv[2]))}
		total = sum(counts.values())
		print("    backend  weight  share by weight  of the ring  of the answers")
		for b in json.load(open(sys.argv[1]))["backends"]:
		    print(f"    {b['name']:7}  {b['weight']:6}  {100 * b['expected']:13.1f} %"
		          f"  {100 * b['share']:9.1f} %  {100 * counts.pop(b['name'], 0) / total:12.1f} %")
		for name, n in counts.items():
		    print(f"    {name}: {n} answers, and it should have had none")
	END
}

run_demo() {
	title "A lab of network namespaces"
	sed -n '/^#  *lb  *sw/,/^#  *service/s/^# *\(.*\)/    &/p' "$here/demo.sh" | sed 's/^    #/   /'
	make_world
	wait_for 10 web_answers 4 && wait_for 5 web_answers 3 && wait_for 5 web_answers 2 &&
		wait_for 5 web_answers 1 || { say "the backends do not answer"; exit 1; }
	start_balancer
	ringlb --json ring show web >"$work/ring.before"

	title "Sending $requests HTTP requests to http://192.0.2.1/, one connection each"
	send_requests
	wait_for 60 answers_reach $add_at
	at_add=$(answers)
	ringlb --json backend add web web4 10.0.1.14 weight=1 >"$work/add"
	say "at request $at_add:  ringlb backend add web web4 10.0.1.14 weight=1"
	effect "$work/add" || exit 1
	wait_for 60 answers_reach $del_at
	at_del=$(answers)
	ringlb --json backend del web web1 >"$work/del"
	after_del=$(answers)
	say "at request $at_del:  ringlb backend del web web1"
	effect "$work/del" || exit 1
	ringlb --json ring show web >"$work/ring.after"
	wait "$client_pid"
}

report() {
	local answered cut
	answered=$(grep -cE '^web[1-4]$' "$work/answers")
	cut=$(grep -c 'Will retry' "$work/retries")
	title "What happened"
	say "    requests sent    $requests"
	say "    answered         $answered"
	say "    failed           $((requests - answered))"
	say "    sent twice       $cut   (open in the moment of a change, and cut by it: mode nat keeps no state)"
	title "Before: answers 1 to $at_add"
	shares "$work/ring.before" 1 "$at_add"
	title "After: answers $((after_del + 2)) to $requests"
	shares "$work/ring.after" $((after_del + 2)) $requests
	say
	ringlb ring show web
	((answered == requests))
}

keep() {
	title "The lab is yours until Ctrl-C (or: kill $$)"
	cat <<-END
		In another terminal, from this directory:
		    export RINGLB_SOCKET=$sock
		    build/ringlb status
		    build/ringlb stats --watch
		    build/ringlb backend set web web3 weight=0
		    nsenter --net=/run/netns/$run-client curl http://192.0.2.1/
	END
	sleep infinity &
	pids+=("$!")
	wait "$!"
}

run_demo
report
status=$?
[[ ${KEEP-} == 1 ]] && keep
((status == 0)) && [[ ${KEEP-} != 1 ]] &&
	say && say "Nothing of the lab is left. To keep it and look around: make demo KEEP=1"
exit $status
