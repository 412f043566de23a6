#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The command line without a daemon: what --help shows, what wrong command
# lines are told (bad_commands.txt), that no answer is lost in silence, and what
# rings it computes (ring.sh, ring_files.sh).
#
#   tests/cli/run.sh [RINGLB]      the binary; by default build/ringlb
#
here=$(cd "$(dirname "$0")" && pwd)
binary=$(realpath "${1:-$here/../../build/ringlb}")
# shellcheck source=tests/check.sh
. "$here/../check.sh"
unset RINGLB_SOCKET

ringlb() { "$binary" "$@"; }

# exits STATUS COMMAND...
exits() {
	local status=0

	"${@:2}" || status=$?
	[[ $status == "$1" ]] || { echo "exit status $status, not $1"; false; }
}

# What the record $command, $want, $status promises.
refuses() {
	local got=0

	eval "$command" >"$work/out" 2>"$work/err" || got=$?
	diff -u --label expected --label got <(printf %s "$want") "$work/err" &&
		diff -u --label expected --label stdout /dev/null "$work/out" &&
		exits "$status" test_status "$got"
}
test_status() { return "$1"; }

bad_commands() {
	local line promise command='' want='' status

	while IFS= read -r line; do
		case $line in
		'# '*) promise=${line#'# '} ;;
		'$ '*) command=${line#'$ '} want='' ;;
		'= '*)
			status=${line#'= '}
			check "$promise" refuses
			command=''
			;;
		*) [[ $command ]] && want+=$line$'\n' ;;
		esac
	done <"$here/bad_commands.txt"
}

#
# Help.
#

# The commands of the table, as the synopsis of the manual has them.
commands() { ringlb help synopsis | sed -E 's/^\*ringlb ([a-z ]+)\*.*/\1/'; }

every_command_is_in_help() {
	local c

	while read -r c; do
		ringlb --help | grep -qE "^  $c( |\$)" || { echo "$c"; return 1; }
	done < <(commands)
}

every_command_has_help() {
	local c

	while read -r c; do
		# shellcheck disable=SC2086 # noun and verb are two words
		ringlb $c --help | grep -q "^usage: ringlb $c" ||
			{ echo "$c"; return 1; }
	done < <(commands)
}

# The words of a command's usage, without brackets, one a line.
usage_words() {
	# shellcheck disable=SC2086
	ringlb $1 --help | sed '/^$/,$d' | tr -s '\n ' ' ' |
		sed -E "s/^usage: ringlb $1 ?//" |
		grep -oE '\[[^] ]+( [^]]+)?\]|[^ ]+' | sed -E 's/^\[(.*)\]$/\1/'
}

every_argument_is_explained() {
	local c word

	while read -r c; do
		while read -r word; do
			# shellcheck disable=SC2086
			ringlb $c --help | grep -qxF "  $word" ||
				{ echo "$c: $word"; return 1; }
		done < <(usage_words "$c")
	done < <(commands)
}

help_lists_only_its_noun() {
	ringlb backend --help | grep -q '^  backend add' &&
		! ringlb backend --help | grep -q '^  pool'
}

fits_a_terminal() {
	local c

	while read -r c; do
		# shellcheck disable=SC2086
		ringlb $c --help
	done < <(commands; echo) | awk 'length > 80 { print; bad = 1 }
		END { exit bad }'
}

#
# Output that does not arrive.
#

to_full_disk() { "$@" >/dev/full; }
to_closed()    { "$@" >&-; }
to_closed_pipe() {
	local fd

	# A pipe whose reader has gone before anything is written.
	exec {fd}> >(:)
	wait $!
	"$@" >&$fd
}

#
# Configuration files.
#

good_config() {
	cat >"$work/good.yaml" <<-'EOF'
		interfaces: [eth0]
		pools:
		  web:
		    mode: nat
		    backends:
		      web1: {address: "10.0.0.1:8080"}
		      web2: {address: "10.0.0.2:8080", weight: 2}
		services:
		  web: {address: 192.0.2.1, port: 80, protocol: tcp, pool: web}
	EOF
	ringlb config check "$work/good.yaml" >"$work/out" || return 1
	diff - "$work/out" <<<"$work/good.yaml is valid: 1 interface, 1 pool, 2 backends, 1 service"
}

bad_config() {
	echo 'pools: {' >"$work/bad.yaml"
	exits 1 ringlb config check "$work/bad.yaml" 2>"$work/err" &&
		grep "^ringlb: $work/bad.yaml:[0-9]*:[0-9]*: " "$work/err"
}

check "--help lists every command"             every_command_is_in_help
check "every command has its own help"         every_command_has_help
check "help explains every argument"           every_argument_is_explained
check "a noun's help lists only its commands"  help_lists_only_its_noun
check "help fits 80 columns"                   fits_a_terminal
check "--help may stand before the command"    ringlb --help backend add
check "-h is --help"                           ringlb backend -h
check "--version prints a version"             \
	grep -qE '^ringlb [0-9]+\.[0-9]+\.[0-9]+$' <(ringlb --version)
check "a full disk is an error"                exits 1 to_full_disk ringlb --help
check "a closed pipe is an error"              exits 1 to_closed_pipe ringlb --help
check "a closed standard output is an error"   exits 1 to_closed ringlb --help
check "config check counts what it found"      good_config
check "config check says where the error is"   bad_config
# shellcheck source=tests/cli/ring.sh
. "$here/ring.sh"
# shellcheck source=tests/cli/ring_files.sh
. "$here/ring_files.sh"
bad_commands
if command -v scdoc >/dev/null; then
	check "the synopsis is valid scdoc" scdoc \
		< <(printf 'ringlb(8)\n\n# SYNOPSIS\n\n'; ringlb help synopsis)
else
	skip "the synopsis is valid scdoc" "scdoc is not installed"
fi

finish
