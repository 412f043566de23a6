#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The scenes of nat.sh, nat_one_arm.sh and dsr.sh, each in its own world, with
# the program in generic mode.
#
here=$(dirname "$0")
passed=0 failed=0 skipped=0
child=0
trap 'kill "$child" 2>/dev/null; wait "$child"; exit 130' INT TERM HUP

for scene in nat nat_one_arm dsr; do
	exec 3< <(exec "$here/$scene.sh" generic 2>&1)
	child=$!
	last='0 passed, 1 failed, 0 skipped'
	while IFS= read -r line <&3; do
		case $line in
		*' passed, '*' failed, '*' skipped') last=$line ;;
		'ok    '* | 'FAIL  '* | 'skip  '*) echo "${line:0:6}$scene: ${line:6}" ;;
		*) echo "$line" ;;
		esac
	done
	exec 3<&-
	read -r p _ f _ s _ <<<"$last"
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
exit $((failed > 0))
