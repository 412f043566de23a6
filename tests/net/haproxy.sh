#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# HAProxy with an exported ring sends each key where ringlb says.  All files are
# those of docs/haproxy.md.
#
#   client 10.1.0.2 ── 10.1.0.1 lb 10.0.0.1 ── web 10.0.0.11 .. 10.0.0.15
#                               HAProxy        web1 .. web5
#
here=$(dirname "$0")
. "$here/lib.sh"

ns client lb web
link client eth0 lb front
link lb back web eth0
addr client eth0 10.1.0.2/24
addr lb front 10.1.0.1/24
addr lb back 10.0.0.1/24
servers=()
for n in 1 2 3 4 5; do
	addr web eth0 10.0.0.1$n/24
	servers+=("web$n=10.0.0.1$n")
done
bg web python3 "$here/names.py" 8080 "${servers[@]}"
all_listen() { (($(on web ss -Hltn "sport = :8080" | wc -l) == 5)); }
wait_for 10 all_listen || exit 1

#
# What the document has.
#

# block LANGUAGE: the document's one block of it, its files put into $work
block() {
	awk -v fence="\`\`\`$1" '$0 == "```" { on = 0 } on; $0 == fence { on = 1 }' \
		"$top/docs/haproxy.md" |
		sed "s|/etc/haproxy/|$work/|g; s|/run/haproxy/|$work/|g"
}
yaml=$work/ringlb.yaml cfg=$work/haproxy.cfg map=$work/web.map admin_sock=$work/admin.sock
block yaml >"$yaml"
block haproxy >"$cfg"
block bash >"$work/load-map"

export_map() {
	ringlb ring export web --file "$yaml" --format haproxy-map >"$map.new" &&
		mv "$map.new" "$map"
}
load_map() { bash "$work/load-map" "$map" "$admin_sock"; }

expression_is_the_documents() {
	local used
	used=$(ringlb ring export web --file "$yaml" --json | jq -r .expression)
	[[ $(grep -cF "$used,map($map)]" "$cfg") == 2 ]] || { echo "$used"; return 1; }
}

#
# HAProxy.
#

admin() { socat -t 5 - "UNIX-CONNECT:$admin_sock" <<<"$1"; }
worker() { admin "show info" | sed -n 's/^Pid: //p'; }
other_worker() {
	local now
	now=$(worker) && [[ $now && $now != "$1" ]]
}
reload_haproxy() {
	local before
	before=$(worker)
	kill -USR2 "$haproxy_pid"
	wait_for 10 other_worker "$before"
}
# up N: so many servers pass their checks
up() { (($(admin "show stat" | grep -cE '^web,web[1-5],.*,UP,') == $1)); }

#
# Keys.
#

# A thousand paths of 2 to about 400 bytes: XXH3 has four ways, by length.
paths() {
	awk 'BEGIN {
		print "/"; print "/100%25%20sure"; print "/caf%C3%A9;a=b"
		for (i = 3; i < 1000; i++) {
			path = "/" i
			while (length(path) < i * 0.4)
				path = path "/" i * 7919 % 1000
			print path
		}
	}'
}
paths >"$work/paths"
for ((i = 0; i < 50; i++)); do echo "user $i, of many"; done >"$work/users"

# owners KEYS: "KEY -> BACKEND" for each, in the words of ringlb
owners() {
	xargs -d '\n' -n 1 -P 2 "$ringlb_bin" ring lookup --json --pool web \
		--file "$yaml" -- <"$1" |
		jq -r '"\(.key) -> \(.owners[0].name)"' | sort
}

# answers_to CONFIG KEYS: "KEY -> SERVER" for each, by HAProxy
answers_to() {
	local answers
	answers=$(mktemp "$work/answers.XXXXXX")
	on client timeout 100 curl -sS --fail --config "$1" >"$answers" || return 1
	paste -d ' ' "$2" "$answers" | sed -E 's/ ([^ ]*)$/ -> \1/' | sort
}
sed 's|.*|url = "http://10.1.0.1&"|' "$work/paths" >"$work/ask-paths"
sed 's|.*|url = "http://10.1.0.1&?x=1"|' "$work/paths" >"$work/ask-queries"
by_path() { answers_to "$work/ask-paths" "$work/paths"; }

# agrees KEYS OWNERS CONFIG
agrees() { diff "$2" <(answers_to "$3" "$1") | head -n 20; ((PIPESTATUS[0] == 0)); }
paths_agree() { agrees "$work/paths" "$1" "$work/ask-paths"; }

# One connection a user: a header holds for all of a configuration's URLs.
user_answers() {
	local user
	while IFS= read -r user; do
		echo "$user -> $(on client curl -sS --fail -H "X-User: $user" http://10.1.0.1/)"
	done <"$work/users" | sort
}
users_agree() { diff <(owners "$work/users") <(user_answers); }

# differ A B: so many lines
differ() { comm -13 "$1" "$2" | wc -l; }

check "the document's map is exported" export_map
check "its expression is the one that the export names" expression_is_the_documents
check "HAProxy takes the configuration" haproxy -c -f "$cfg"
bg lb haproxy -W -f "$cfg" 2>>"$work/haproxy.log"
haproxy_pid=$pid
check "HAProxy runs, with five servers" wait_for 10 up 5

owners "$work/paths" >"$work/owners"
check "there are 1000 paths" says 1000 grep -c -- '-> web[1-5]$' "$work/owners"
check "each server has some" says 5 eval "sed 's/.*> //' '$work/owners' | sort -u | wc -l"
check "each path is answered by its owner" paths_agree "$work/owners"
check "whatever the query" agrees "$work/paths" "$work/owners" "$work/ask-queries"
check "each user, by a header, is answered by its owner" users_agree
by_path >"$work/answers.old"

# Another weight, by a reload.
sed -i '/web5:/s/weight: 5/weight: 3/' "$yaml"
owners "$work/paths" >"$work/owners.new"
moved=$(differ "$work/owners" "$work/owners.new")
more_than() { (($2 > $1 && $2 < $3)) || { echo "$2"; return 1; }; }
check "a lower weight moves some paths, and not many" more_than 50 "$moved" 300
check "the new map is exported" export_map
check "until it is loaded nothing moves" paths_agree "$work/owners"
check "HAProxy reloads" reload_haproxy
check "each path is answered by its new owner" paths_agree "$work/owners.new"
by_path >"$work/answers.new"
check "no other path has moved" says "$moved" differ "$work/answers.old" "$work/answers.new"

# And back, without a reload, while requests go on.
sed -i '/web5:/s/weight: 3/weight: 5/' "$yaml"
check "the first weight's map is exported again" export_map
touch "$work/asking"
while [[ -e $work/asking ]]; do by_path || echo "a request failed"; done >"$work/meanwhile" &
asking=$!
pids+=("$asking")
worker_before=$(worker)
check "requests go on" wait_for 30 test -s "$work/meanwhile"
check "the document's script loads it" load_map
rm "$work/asking"
wait "$asking"
check "each path is answered by its first owner" paths_agree "$work/owners"
check "there was no reload" says "$worker_before" worker
all_answered() { (($(wc -l <"$work/meanwhile") >= 2000 && $(wc -l <"$work/meanwhile") % 1000 == 0)); }
never_another() { ! sort -u "$work/meanwhile" | comm -13 <(sort -u "$work/owners" "$work/owners.new") - | grep .; }
check "meanwhile every request was answered" all_answered
check "by the first owner or the second" never_another
check "a map that HAProxy has not is an error" not bash "$work/load-map" "$work/no.map" "$admin_sock"

# A server that is down.
check "a server is taken out" admin "set server web/web3 state maint"
by_path >"$work/answers.down"
check "it gets nothing" says 0 grep -c -- '-> web3$' "$work/answers.down"
check "the others keep their paths" says "$(grep -c -- '-> web3$' "$work/owners")" \
	differ "$work/owners" "$work/answers.down"
finish
