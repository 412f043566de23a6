# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: BSD-2-Clause
#
# ring_files.sh - rings written to files: pictures, and maps for HAProxy.
# run.sh reads this.

cat >"$work/pools.yaml" <<'END'
pools:
  web:
    mode: nat
    backends:
      web10: 10.0.0.10:80
      web2: {address: 10.0.0.2:80, weight: 2}
      web1: {address: 10.0.0.1:80, weight: 3}
      web3: {address: 10.0.0.3:80, weight: 0}
  idle: {mode: dsr, backends: {i1: {address: 10.0.3.1, weight: 0}}}
  empty: {mode: dsr}
  brackets: {mode: nat, backends: {"[fd00::1]:80": "[fd00::1]:80"}}
  ketama: {mode: dsr, algorithm: ring, hash: md5, backends: {k1: 10.0.4.1}}
END

#
# Pictures.
#

# What is in a picture, in JSON: all its texts; rows of the legend, each a list
# of texts with its colour first if it has one; of the outer and the inner ring
# how many arcs there are, how much of a turn each colour has, and where arcs end.
cat >"$work/picture.py" <<'END'
import collections, json, math, re, sys
import xml.etree.ElementTree as xml

SVG = "{http://www.w3.org/2000/svg}"
CENTRE = 244, 316
OVERLAP = 0.0003

def turn(x, y):
    return math.atan2(x - CENTRE[0], CENTRE[1] - y) / (2 * math.pi)

def arcs(root, width):
    turns = collections.defaultdict(float)
    ends = []
    for e in root.iter():
        if e.get("stroke-width") != width:
            continue
        part = 1
        if e.tag == SVG + "path":
            x0, y0, r, _, _, large, _, x1, y1 = map(
                float, re.findall(r"[0-9.]+", e.get("d")))
            part = (turn(x1, y1) - turn(x0, y0)) % 1 - OVERLAP
            assert (part + OVERLAP > 0.5) == bool(large), e.get("d")
        turns[e.get("stroke")] += part
        ends.append([part + (ends[-1][0] if ends else 0), e.get("stroke")])
    return {"n": len(ends), "turns": turns, "ends": ends}

root = xml.parse(sys.argv[1]).getroot()
legend = root.find(SVG + "g[@id='legend']")
rows = [[r.get("fill") for r in g.iter(SVG + "rect")] +
        [t.text for t in g.iter(SVG + "text")] for g in legend]
texts = [t.text for t in root.iter(SVG + "text")]
json.dump({"texts": texts, "rows": rows, "outer": arcs(root, "36"),
           "inner": arcs(root, "48")}, sys.stdout)
END

# draws ARGUMENT...: the picture is in $work/ring.svg, what it has in
# $work/picture
draws() {
	rm -f "$work/ring.svg"
	ringlb ring draw "$work/ring.svg" "$@" >/dev/null &&
		python3 "$work/picture.py" "$work/ring.svg" >"$work/picture"
}
# shows WANTED FILTER: of the picture
shows() { diff -u --label expected --label got <(jq . <<<"$1") <(jq "$2" "$work/picture"); }

picture_is_small() {
	local n size

	for n in 1 2 40 5000 65536; do
		draws --backends $n || return 1
		size=$(stat -c %s "$work/ring.svg")
		((size < 300000)) || { echo "$n backends: $size bytes"; return 1; }
	done
}
picture_has_a_title() {
	draws web --file "$work/pools.yaml" &&
		shows '"Ring of pool web"' '.texts[0]' &&
		shows "\"algorithm auction, 65536 slots, digest $(ringlb --json ring show web --file "$work/pools.yaml" | jq -r .digest)\"" '.texts[1]'
}
legend_has_the_figures() {
	draws web --file "$work/pools.yaml" && shows '[
		["BACKEND","WEIGHT","SLOTS","SHARE","EXPECTED","RATIO"],
		["web1","3","32768","50.00%","50.00%","1.00"],
		["web2","2","21845","33.33%","33.33%","1.00"],
		["web3","0","0","0.00%","0.00%","-"],
		["web10","1","10923","16.67%","16.67%","1.00"]]' \
		'[.rows[] | map(select(startswith("#") | not))]'
}
legend_is_limited() {
	draws --backends 40 && shows 41 '.rows | length' && shows '"b40"' '.rows[-1][1]' &&
		draws --backends 41 && shows 42 '.rows | length' &&
		shows '["and 1 more"]' '.rows[-1]' &&
		draws --backends 140 && shows '["and 100 more"]' '.rows[-1]'
}
colours_differ() {
	draws --backends 40 && shows 40 '[.rows[1:][][0]] | unique | length' &&
		shows 40 '.inner.n'
}
# Of each legend's row: its share, by arcs of its colour.
shares_are() {
	shows true "([.rows[1:][] | {key: .[0], value: (.[4] | rtrimstr(\"%\") | tonumber / 100)}] | from_entries) as \$want |
		.$1.turns | length > 1 and all(to_entries[]; (.value - \$want[.key]) | fabs < 0.001)"
}
inner_ring_is_shares() {
	draws --backends 7 && shares_are inner && draws web --file "$work/pools.yaml" && shares_are inner
}
outer_ring_is_slots() {
	draws --backends 12 --algorithm ring --vnodes 4 && shares_are outer &&
		shows true '.outer.n > 12' && draws --backends 5 --slots 800 && shares_are outer
}
# Each sample has the colour of its slot's owner.
cat >"$work/samples.py" <<'END'
import json, sys

picture, export = (json.load(open(name)) for name in sys.argv[1:])
names = {row[0]: row[1] for row in picture["rows"][1:]}
owners = export["owners"]
arcs = iter(picture["outer"]["ends"])
end, colour = next(arcs)
for i in range(720):
    while end < (i + 0.5) / 720:
        end, colour = next(arcs)
    if names[colour] != owners[i * len(owners) // 720]:
        sys.exit(f"sample {i} is drawn as {names[colour]}'s")
END
samples_are_the_owners() {
	draws --backends 9 && ringlb --json ring export --backends 9 >"$work/json" &&
		python3 "$work/samples.py" "$work/picture" "$work/json"
}
outer_ring_is_samples() {
	draws --backends 3 && shows true '.outer.n > 300 and .outer.n <= 720' &&
		shows true '.outer.turns | add > 0.99 and add < 1.01' &&
		shows 1 '[.texts[] | select(contains("samples"))] | length'
}
one_has_all() {
	draws --backends 1 && shows '[1,1,[1]]' '[.outer.n, .inner.n, [.outer.turns[]]]'
}
nobody_is_grey() {
	draws idle --file "$work/pools.yaml" &&
		shows '["#cccccc","nobody","65536","100.00%"]' '.rows[-1]' &&
		shows '{"#cccccc":1}' .outer.turns && shows '{"#cccccc":1}' .inner.turns &&
		draws empty --file "$work/pools.yaml" && shows 2 '.rows | length'
}
picture_says_so() {
	(cd "$work" && prints ringlb ring draw ring.svg web --file pools.yaml) <<'END'
ring.svg shows the ring of web: 4 backends, 65536 slots
END
}
picture_has_json() {
	diff <(ringlb --json ring draw "$work/ring.svg" --backends 3) \
		<(ringlb --json ring show --backends 3 | jq --arg file "$work/ring.svg" '. + {$file}')
}
dash_is_stdout() {
	draws --backends 3 && diff "$work/ring.svg" <(ringlb ring draw - --backends 3)
}
stdout_may_be_full() {
	ringlb ring draw - --backends 3 2>"$work/err" >/dev/full && return 1
	diff - "$work/err" <<<"ringlb: standard output: No space left on device"
}
umask_counts() {
	(umask 027 && draws --backends 3 && [[ $(stat -c %a "$work/ring.svg") == 640 ]])
}
pipe_stays_a_pipe() {
	mkfifo "$work/pipe" || return 1
	timeout 10 cat "$work/pipe" >"$work/piped" &
	timeout 10 "$binary" ring draw "$work/pipe" --backends 3 && wait $! &&
		[[ -p $work/pipe ]] && diff "$work/piped" <(ringlb ring draw - --backends 3)
}
# A limit for files stands for a full disk, which needs root.
failure_leaves_no_part() {
	mkdir "$work/pictures" && echo old >"$work/pictures/ring.svg" || return 1
	(cd "$work/pictures" && trap '' XFSZ && ulimit -f 8 &&
		ringlb ring draw ring.svg --backends 40) 2>"$work/err" && return 1
	diff - "$work/err" <<<"ringlb: picture ring.svg: File too large" &&
		diff - <(ls "$work/pictures") <<<ring.svg && diff - "$work/pictures/ring.svg" <<<old
}

check "ring draw: a picture is XML, below 300 kB"           picture_is_small
check "ring draw: pool, algorithm, slots and digest"        picture_has_a_title
check "ring draw: the legend is by name, with all figures"  legend_has_the_figures
check "ring draw: the legend has 40, and says how many more" legend_is_limited
check "ring draw: 40 backends have 40 colours"              colours_differ
check "ring draw: the inner ring is the shares"             inner_ring_is_shares
check "ring draw: the outer ring is the slots"              outer_ring_is_slots
check "ring draw: or samples if these are many"             outer_ring_is_samples
check "ring draw: in the colour of their owners"            samples_are_the_owners
check "ring draw: a single backend has whole circles"       one_has_all
check "ring draw: what nobody owns is grey"                 nobody_is_grey
check "ring draw: says what it drew"                        picture_says_so
check "ring draw: with --json that is all of ring show"     picture_has_json
check "ring draw: - is standard output"                     dash_is_stdout
check "ring draw: which may be a full disk"                 stdout_may_be_full
check "ring draw: who may read a picture is up to umask"    umask_counts
check "ring draw: a pipe is written into"                   pipe_stays_a_pipe
check "ring draw: a failure leaves what there was"          failure_leaves_no_part

#
# Maps for HAProxy.
#

export_is_pinned() {
	ringlb ring export --backends 3 --format haproxy-map >"$work/map" || return 1
	diff - <(head -n 5 "$work/map") <<'END' || return 1
# Ring of pool simulated, 65536 slots, digest cae264d5cb487389
# use-server %[path,xxh3(0),and(-281474976710656),div(281474976710656),and(65535),map(FILE)] if TRUE
0 b3
1 b1
2 b1
END
	diff <(seq 0 65535) <(sed 1,2d "$work/map" | cut -d ' ' -f 1)
}
export_is_the_table() {
	ringlb ring export web --file "$work/pools.yaml" >"$work/map" || return 1
	diff - <(sed 1,2d "$work/map" | cut -d ' ' -f 2 | sort | uniq -c | tr -s ' ') <<'END'
 32768 web1
 10923 web10
 21845 web2
END
}
owners_are_those_of_lookup() {
	local key

	for key in / /index.html a "$(printf '%0300d' 7)"; do
		ringlb ring lookup "$key" --pool web --file "$work/pools.yaml" --json |
			jq -r '"\(.slot) \(.owners[0].name)"' | grep -qxFf - "$work/map" ||
			{ echo "$key"; return 1; }
	done
}
export_has_json() {
	ringlb --json ring export web --file "$work/pools.yaml" >"$work/json" || return 1
	diff <(jq -r '"# Ring of pool \(.pool), \(.slots) slots, digest \(.digest)",
		"# use-server %[path,\(.expression),map(FILE)] if TRUE",
		(.owners | to_entries[] | "\(.key) \(.value)")' "$work/json") "$work/map"
}
nobodys_are_left_out() {
	[[ $(ringlb ring export idle --file "$work/pools.yaml" | wc -l) == 2 ]] &&
		gives '[65536,[null]]' '[.slots, (.owners | unique)]' \
			ring export idle --file "$work/pools.yaml"
}
# The expression as HAProxy computes it, beside the slot that lookup says:
# signed 64 bits, division rounds towards zero.
cat >"$work/slots.py" <<'END'
import json, re, sys

export, lookups = sys.argv[1:]
steps = re.findall(r"(\w+)\((-?\d+)\)", json.load(open(export))["expression"])
for line in open(lookups):
    answer = json.loads(line)
    x = int(answer["hash"], 16)
    x -= (x >> 63) << 64
    assert steps[0] == ("xxh3", "0")
    for name, value in steps[1:]:
        value = int(value)
        assert -1 << 63 <= value < 1 << 63, value
        if name == "and":
            x &= value
        elif name == "div":
            x = abs(x) // abs(value) * (1 if (x < 0) == (value < 0) else -1)
        else:
            sys.exit(f"unknown converter {name}")
    if x != answer["slot"]:
        sys.exit(f"{answer['key']}: slot {answer['slot']}, by the expression {x}")
END
expression_is_the_slot() {
	local nslots key

	for nslots in 1 2 4 1024 65536 1048576; do
		ringlb --json ring export --backends 1 --slots $nslots >"$work/json" || return 1
		for key in a b c d e f g h i j k l; do
			ringlb --json ring lookup $key --backends 1 --slots $nslots | jq -c .
		done >"$work/lookups"
		python3 "$work/slots.py" "$work/json" "$work/lookups" ||
			{ echo "$nslots slots"; return 1; }
	done
}
export_to_full_disk() { exits 1 to_full_disk ringlb ring export --backends 3; }

check "ring export: a line for each slot"                   export_is_pinned
check "ring export: with its owner"                         export_is_the_table
check "ring export: who is that of ring lookup"             owners_are_those_of_lookup
check "ring export: the same in JSON"                       export_has_json
check "ring export: nobody's slots are left out"            nobodys_are_left_out
check "ring export: the expression gives a key's slot"      expression_is_the_slot
check "ring export: a full disk is an error"                export_to_full_disk
