# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ring.sh - rings of files and of made-up pools, without a daemon.  run.sh reads
# this.  Figures are exact: a ring is a function of its members and parameters.

: "${work:?is set by run.sh}"
cat >"$work/before.yaml" <<'END'
pools:
  web:
    mode: nat
    backends:
      web1: 10.0.0.1:80
      web2: {address: 10.0.0.2:80, weight: 2}
      web3: 10.0.0.3:80
  gone: {mode: dsr, backends: {old1: 10.0.1.1}}
  same: {mode: dsr, algorithm: maglev, backends: {s1: 10.0.2.1, s2: 10.0.2.2}}
  idle: {mode: dsr, backends: {i1: {address: 10.0.3.1, weight: 0}}}
  empty: {mode: dsr}
END
# Another order, a renamed backend, one less, one more.
cat >"$work/after.yaml" <<'END'
pools:
  new: {mode: dsr, backends: {new1: 10.0.1.1}}
  same: {mode: dsr, algorithm: maglev, backends: {s2: 10.0.2.2, s1: 10.0.2.1}}
  web:
    mode: nat
    backends:
      web4: 10.0.0.4:80
      www1: 10.0.0.1:80
      web2: {address: 10.0.0.2:80, weight: 2}
END
cat >"$work/one.yaml" <<'END'
pools: {web: {mode: nat, backends: {new1: 198.18.0.2:81, web2: 10.0.0.2:80}}}
END

echo 'interfaces: [eth0]' >"$work/none.yaml"

# gives WANTED FILTER COMMAND...: its JSON, as the filter has it
gives() {
	local got
	got=$(ringlb --json "${@:3}" | jq -c "$2") || return 1
	[[ $got == "$1" ]] || { echo "$got, not $1"; false; }
}
# prints COMMAND...: what is on standard input
prints() { diff -u --label expected --label got - <("$@"); }

#
# Show.
#

show_is_pinned() {
	gives '["cae264d5cb487389",[21846,21845,21845],64]' \
		'[.digest, [.backends[].slots], (.samples | length)]' ring show --backends 3
}
show_is_a_table() {
	prints ringlb ring show --backends 3 <<'END'
ring of simulated: auction, 65536 slots, digest cae264d5cb487389, imbalance 1.000

KEY BACKEND WEIGHT SLOTS  SHARE EXPECTED RATIO
a   b1           1 21846 33.33%   33.33%  1.00
b   b2           1 21845 33.33%   33.33%  1.00
c   b3           1 21845 33.33%   33.33%  1.00

[ccaaabcaabbccbbaaccccbbcaaaabccabbacbccbbccbbacaaaabccbbaaccccbb]
END
}
show_follows_weights() {
	gives '[["web1",1,16384,0.25,1],["web2",2,32768,0.5,1],["web3",1,16384,0.25,1]]' \
		'[.backends[] | [.name, .weight, .slots, .expected, .ratio]]' \
		ring show web --file "$work/before.yaml"
}
order_is_nothing() {
	local digest
	digest=$(ringlb --json ring show same --file "$work/before.yaml" | jq -c .digest) &&
		[[ $digest =~ ^\"[0-9a-f]{16}\"$ ]] &&
		gives "$digest" .digest ring show same --file "$work/after.yaml"
}
shares_add_up() {
	local n
	for n in 1 63 64 65 1000 1048576; do
		gives "[$n,$n,$((n < 64 ? n : 64)),true]" \
			'[.slots, ([.backends[].slots] | add), (.samples | length), (.samples | all(. != null))]' \
			ring show --backends 1 --slots "$n" || return 1
	done
}
nobody_is_shown() {
	local pool
	for pool in idle empty; do
		gives '["0000000000000000",null,0,[null]]' \
			'[.digest, .imbalance, ([.backends[].slots] | add // 0), (.samples | unique)]' \
			ring show $pool --file "$work/before.yaml" || return 1
	done
}
options_change_the_ring() {
	local -A digests=()
	local options
	for options in "" "--slots 1000" "--algorithm maglev" "--algorithm ring" "--cap none" \
		"--algorithm ring --vnodes 151" "--algorithm ring --hash md5"; do
		# shellcheck disable=SC2086  # words
		digests[$(ringlb --json ring show --backends 9 $options | jq .digest)]=1
	done
	[[ ${#digests[@]} == 7 ]] || { echo "${!digests[*]}"; false; }
}
settings_go_with_their_algorithm() {
	local digest
	echo 'pools: {r: {mode: dsr, algorithm: ring, vnodes: 7, backends: {a: 10.0.0.1, b: 10.0.0.2}}}' >"$work/r.yaml"
	digest=$(ringlb --json ring show --file "$work/r.yaml" | jq -c .digest)
	gives "$digest" .digest ring show --file "$work/r.yaml" --algorithm ring &&
		gives '["maglev",65536]' '[.algorithm, ([.backends[].slots] | add)]' \
			ring show --file "$work/r.yaml" --algorithm maglev
}
name_gives_the_seed() {
	local digest
	digest=$(ringlb --json ring show --backends 3 | jq -c .digest)
	gives "[\"simulated\",true]" "[.pool, .digest == $digest]" ring show simulated --backends 3 &&
		gives "[\"web\",false]" "[.pool, .digest == $digest]" ring show web --backends 3
}

#
# Look up.
#

lookup_is_pinned() {
	gives '["aa8f18ab73b5f828",43663,["b4","b2","b1"],["10.0.0.4",80]]' \
		'[.hash, .slot, [.owners[].name], [.owners[0].address, .owners[0].port]]' \
		ring lookup /index.html --backends 5 --count 3
}
lookup_is_a_table() {
	prints ringlb ring lookup /index.html --backends 5 --count 2 <<'END'
key "/index.html" is in slot 43663 of 65536 of pool simulated

CHOICE BACKEND ADDRESS     WEIGHT
     1 b4      10.0.0.4:80      1
     2 b2      10.0.0.2:80      1
END
}
owners_are_distinct() {
	gives '[5,5]' '.owners | [length, (unique | length)]' ring lookup k --backends 5 --count 100
}
owners_begin_with_the_owner() {
	local key
	for key in a b c d e f g h; do
		gives "$(ringlb --json ring lookup $key --backends 9 | jq -c '[.owners[].name]')" \
			'[.owners[0].name]' ring lookup $key --backends 9 --count 4 || return 1
	done
}
any_bytes_are_a_key() {
	gives '[null,"d6bcec3c6b29d72e"]' '[.key, .hash]' ring lookup $'\xff' --backends 5 &&
		gives '["--json",1]' '[.key, (.owners | length)]' ring lookup --backends 5 -- --json
}
nobody_owns_the_key() {
	gives '[]' .owners ring lookup k --pool idle --file "$work/before.yaml" &&
		ringlb ring lookup k --pool idle --file "$work/before.yaml" |
		grep -x "nobody owns it: no backend has a weight"
}

#
# Compare.
#

same_file_same_ring() {
	gives '[["web",0,0,0],["gone",0,0,0],["same",0,0,0],["idle",0,0,0],["empty",0,0,0]]' \
		'[.pools[] | [.pool, .moved, .minimum, .needless]]' \
		ring diff "$work/before.yaml" "$work/before.yaml"
}
diff_is_pinned() {
	gives '[["gone","idle","empty"],["new"],["web","same"]]' \
		'[.only_before, .only_after, [.pools[].pool]]' ring diff "$work/before.yaml" "$work/after.yaml" &&
		gives '[26210,16384,9826]' '.pools[0] | [.moved, .minimum, .needless]' \
			ring diff "$work/before.yaml" "$work/after.yaml" &&
		gives '[["www1",true,true],["web2",true,true],["web3",true,false],["web4",false,true]]' \
			'[.pools[0].backends[] | [.name, .before != null, .after != null]]' \
			ring diff "$work/before.yaml" "$work/after.yaml"
}
one_pool_is_compared() {
	prints ringlb ring diff "$work/before.yaml" "$work/after.yaml" --pool same --all <<'END'
same: 0 of 65536 slots move (0.0 %), the least possible 0, needless 0
imbalance 1.000 before, 1.000 after

BACKEND ADDRESS  WEIGHT AFTER SLOTS AFTER LOST GAINED
s1      10.0.2.1      1     1 32768 32768    0      0
s2      10.0.2.2      1     1 32768 32768    0      0
END
}
settings_are_compared() {
	sed 's/maglev/ring/' "$work/before.yaml" >"$work/ring.yaml"
	ringlb ring diff "$work/before.yaml" "$work/ring.yaml" --pool same |
		grep -x "algorithm maglev before, ring after"
}
nothing_in_common() {
	echo 'pools: {a: {mode: dsr}}' >"$work/other.yaml"
	prints ringlb ring diff "$work/one.yaml" "$work/other.yaml" <<END
web: only in $work/one.yaml
a: only in $work/other.yaml
the two files have no pool in common
END
}

#
# Simulate.
#

as_specified() {
	ringlb ring simulate --backends 100 --remove 3 >"$work/out" || return 1
	prints sed -n '1,5p; /^b98/,$p' "$work/out" <<'END'
simulated: 2317 of 65536 slots move (3.5 %), the least possible 1965, needless 352
imbalance 1.001 before, 1.001 after

BACKEND ADDRESS       WEIGHT AFTER SLOTS AFTER LOST GAINED
b1      10.0.0.1:80        1     1   655   676    2     23
b98     10.0.0.98:80       1     -   655     -  655      0
b99     10.0.0.99:80       1     -   655     -  655      0
b100    10.0.0.100:80      1     -   655     -  655      0

The same change with each algorithm:

ALGORITHM CAP   MOVED MINIMUM RATIO NEEDLESS IMBALANCE AFTER
auction   seats  2317    1965 1.179    0.54%     1.001 1.001
auction   none   1986    1986 1.000    0.00%     1.076 1.070
ring      -      1939    1939 1.000    0.00%     1.234 1.214
maglev    -      2502    1965 1.273    0.82%     1.001 1.001
END
}
figures_are_pinned() {
	gives '[2317,1965,352,100,655]' \
		'[.moved, .minimum, .needless, (.backends | length), (.backends[97].lost)]' \
		ring simulate --backends 100 --remove 3 &&
		gives '[["auction","seats",2317,1965],["auction","none",1986,1986],["ring",null,1939,1939],["maglev",null,2502,1965]]' \
			'[.algorithms[] | [.algorithm, .cap, .moved, .minimum]]' \
			ring simulate --backends 100 --remove 3
}
# Whatever the change, slots are neither lost nor made.
books_balance() {
	local change
	for change in "--remove 3" "--add 2" "--down b1,b4" "--weight b1=5,b2=0" \
		"--remove b1 --add 1 --weight b11=3 --down b2"; do
		# shellcheck disable=SC2086  # words
		gives '[true,true,[65536,65536],true]' '[([.backends[].lost] | add) == .moved,
			([.backends[].gained] | add) == .moved,
			[([.backends[].before.slots] | add), ([.backends[].after.slots] | add)],
			(.backends | all((.before.slots // 0) - .lost + .gained == (.after.slots // 0)))]' \
			ring simulate --backends 10 $change || return 1
	done
}
algorithm_is_chosen() {
	local a
	for a in auction ring maglev; do
		gives "[\"$a\",true]" "[.before.algorithm, .moved == (.algorithms | map(select(.algorithm == \"$a\"))[0].moved)]" \
			ring simulate --backends 100 --remove 3 --algorithm $a || return 1
	done
	gives '["none",1986]' '[.after.cap, .moved]' ring simulate --backends 100 --remove 3 --cap none
}
own_settings_are_kept() {
	gives '[7,150]' '[(.algorithms[] | select(.algorithm == "ring").before.vnodes), (.algorithms[] | select(.algorithm == "maglev").before.vnodes)]' \
		ring simulate --backends 5 --remove 1 --algorithm ring --vnodes 7 &&
		gives '[5,0]' '[.algorithms[] | select(.algorithm == "auction").before.slack]' \
			ring simulate --backends 5 --remove 1 --slack 5
}
failure_moves_only_its_own() {
	gives '[["b9","b10"],true,{"weight":0,"configured":1,"slots":0}]' \
		'[[.backends[] | select(.lost > 0).name], .moved == .minimum, .backends[9].after]' \
		ring simulate --backends 10 --down 2
}
weights_are_for_now_or_the_plan() {
	gives '{"weight":3,"configured":1,"slots":21845}' '.backends[1].after' \
		ring simulate --backends 7 --weight b2=3 &&
		gives '{"weight":3,"configured":3,"slots":21845}' '.backends[1].after' \
			ring simulate --backends 7 --configured b2=3 &&
		gives '{"weight":1,"configured":3,"slots":9362}' '.backends[1].after' \
			ring simulate --backends 7 --configured b2=3 --weight b2=1 &&
		gives true '.moved == .minimum' ring simulate --backends 7 --weight b2=3 &&
		gives false '.moved == .minimum' ring simulate --backends 7 --configured b2=3
}
number_or_name() {
	cat >"$work/numbers.yaml" <<-'END'
		pools:
		  p: {mode: nat, backends: {"1": 10.0.0.1, "2": 10.0.0.2, a: 10.0.0.3}}
	END
	exits 2 ringlb ring simulate --file "$work/numbers.yaml" --remove 2 &&
		gives '["2"]' '[.backends[] | select(.after == null).name]' \
			ring simulate --file "$work/numbers.yaml" --remove 2,
}
additions_go_on() {
	gives '[["b4","10.0.0.4"],["b5","10.0.0.5"]]' '[.backends[] | select(.before == null) | [.name, .address]]' \
		ring simulate --backends 3 --add 2 &&
		gives '[["b4","10.0.0.4"]]' '[.backends[] | select(.before == null) | [.name, .address]]' \
			ring simulate --backends 3 --remove 2 --add 1
}
# new1 and 198.18.0.2 are there already.
additions_to_a_file_are_new() {
	gives '[["new3","198.18.0.3",81],["new4","198.18.0.4",81]]' \
		'[.backends[] | select(.before == null) | [.name, .address, .port]]' \
		ring simulate --file "$work/one.yaml" --add 2
}
last_of_the_pool_are_counted() {
	gives '["new1"]' '[.backends[] | select(.after.weight == 0).name]' \
		ring simulate --file "$work/one.yaml" --remove web2 --add 1 --down 1
}
all_may_go() {
	gives '[65536,65536,null,"0000000000000000"]' '[.moved, .minimum, .after.imbalance, .after.digest]' \
		ring simulate --backends 3 --remove 3 &&
		gives '[65536,65536,null]' '[.moved, .minimum, .before.imbalance]' \
			ring simulate idle --file "$work/before.yaml" --weight i1=1 &&
		ringlb ring simulate --backends 3 --down 3 | grep -x "imbalance 1.000 before, nobody owns any after"
}
# 30,000 backends of 150 points are more than a ring may have.
too_large_for_one() {
	gives '[[false,false,true,false],[null]]' \
		'[[.algorithms[] | has("error")], [.algorithms[] | select(.error).moved]]' \
		ring simulate --backends 30000 --remove 1
}

#
# From a daemon: one that answers every request with $work/answer.
#

fake_daemon() {
	{
		printf 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n'
		jq -c "$1" <<-'END'
			{"name": "web", "mode": "nat", "seed": 7, "algorithm": "auction", "hash": "xxh3",
			"vnodes": 150, "cap": "seats", "slack": 0, "nbackends": 2, "services": [], "epoch": 3,
			"digest": "right", "backends": [
			{"pool": "web", "name": "b1", "address": "10.0.0.1", "port": 80, "weight": 0, "configured": 1},
			{"pool": "web", "name": "b2", "address": "10.0.0.2", "port": 80, "weight": 2, "configured": 2}]}
		END
	} >"$work/answer"
	cat >"$work/serve" <<-'END'
		#!/bin/sh
		while read -r line && [ ${#line} -gt 1 ]; do :; done
		cat "${0%/*}/answer"
	END
	chmod +x "$work/serve"
	rm -f "$work/sock"
	timeout 20 socat "UNIX-LISTEN:$work/sock" "EXEC:$work/serve" &
	for ((i = 0; i < 100; i++)); do [[ -S $work/sock ]] && return; sleep 0.05; done
}
same_as_daemon() {
	cat >"$work/same.yaml" <<-'END'
		pools: {web: {mode: nat, seed: 7, backends: {
		b2: {address: 10.0.0.2:80, weight: 2}, b1: {address: 10.0.0.1:80, weight: 1}}}}
	END
	local digest
	digest=$(ringlb --json ring simulate --file "$work/same.yaml" --down b1 | jq -r .after.digest)
	fake_daemon ".digest = \"$digest\""
	gives '["10.0.0.2"]' '[.owners[].address]' ring lookup k --pool web --count 9 --socket "$work/sock"
}
# refuses_answer FILTER SENTENCE
refuses_answer() {
	fake_daemon "$1"
	ringlb ring lookup k --pool web --socket "$work/sock" >"$work/out" 2>"$work/err" && return 1
	diff - "$work/err" <<<"ringlb: $2"
}
other_fields() {
	refuses_answer '.backends[1].weight = "heavy"' \
		"the daemon's answer for pool \"web\": backends[1]: field \"weight\" must be a whole number from 0 to 2147483648; are ringlb and ringlbd of the same version?" &&
		refuses_answer '.algorithm = "dice"' \
			"the daemon's answer for pool \"web\": algorithm \"dice\" is none of auction, ring, maglev; are ringlb and ringlbd of the same version?" &&
		refuses_answer 'del(.backends)' \
			"the answer has no list \"backends\"; are ringlb and ringlbd of the same version?"
}
other_digest() {
	refuses_answer '.digest = "0123456789abcdef"' \
		"pool \"web\": the daemon's ring has digest 0123456789abcdef, and the one computed here from the same backends a0799f9019e81b94; are ringlb and ringlbd of the same version?"
}

check "ring show: a ring is a function of its members"      show_is_pinned
check "ring show: shares, weights and a picture"            show_is_a_table
check "ring show: shares follow weights"                    show_follows_weights
check "ring show: two orders of a file give one digest"     order_is_nothing
check "ring show: all slots are somebody's"                 shares_add_up
check "ring show: without weights nobody owns anything"     nobody_is_shown
check "ring show: options change the ring"                  options_change_the_ring
check "ring show: a pool's settings go with its algorithm"  settings_go_with_their_algorithm
check "ring show: a made-up pool's name gives its seed"     name_gives_the_seed
check "ring lookup: a key has its owners"                   lookup_is_pinned
check "ring lookup: slot and owners in a table"             lookup_is_a_table
check "ring lookup: owners are distinct, and all there are" owners_are_distinct
check "ring lookup: more owners begin with the owner"       owners_begin_with_the_owner
check "ring lookup: any bytes are a key"                    any_bytes_are_a_key
check "ring lookup: a key may be nobody's"                  nobody_owns_the_key
check "ring diff: a file and itself"                        same_file_same_ring
check "ring diff: pools and backends of one file only"      diff_is_pinned
check "ring diff: one pool, with what has not changed"      one_pool_is_compared
check "ring diff: another algorithm is named"               settings_are_compared
check "ring diff: no pool in common"                        nothing_in_common
check "ring simulate: three of a hundred leave"             as_specified
check "ring simulate: every algorithm has its figures"      figures_are_pinned
check "ring simulate: slots are neither lost nor made"      books_balance
check "ring simulate: the algorithm is chosen"              algorithm_is_chosen
check "ring simulate: a pool keeps its own settings"        own_settings_are_kept
check "ring simulate: a failure moves only its own slots"   failure_moves_only_its_own
check "ring simulate: a number that is a name is neither" number_or_name
check "ring simulate: a weight is for now, or in the plan"          weights_are_for_now_or_the_plan
check "ring simulate: what joins a made-up pool goes on"    additions_go_on
check "ring simulate: what joins a file's pool is new"      additions_to_a_file_are_new
check "ring simulate: the last are those that were there"   last_of_the_pool_are_counted
check "ring simulate: all may go, and come back"            all_may_go
check "ring simulate: too large for one algorithm only"     too_large_for_one
if command -v socat >/dev/null; then
	check "ring lookup: the daemon's pool, computed here"   same_as_daemon
	check "ring lookup: another digest is refused"          other_digest
	check "ring lookup: another daemon's pool is refused"   other_fields
else
	skip "rings of a daemon" "socat is not installed"
fi
