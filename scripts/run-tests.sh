#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Run test programs one after another and add up their closing lines
# "N passed, N failed, N skipped".
#
#   scripts/run-tests.sh PROGRAM...
#
# What a program prints is shown when it fails or skips, or with V=1.  A program
# that prints no closing line, or ends otherwise than its line says, has failed.
set -u
passed=0 failed=0 skipped=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for program in "$@"; do
	start=$SECONDS
	timeout --foreground "${TEST_TIMEOUT:-300}" "$program" >"$out" 2>&1 </dev/null
	status=$?
	line=$(tail -n 1 "$out")
	if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
		p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[3]}
		((status != 0 && f == 0)) && f=1
	else
		p=0 f=1 s=0
		line="no closing line, exit status $status"
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	printf '%-34s %s (%d s)\n' "${program#"$PWD"/}" "$line" $((SECONDS - start))
	if ((f || s)) || [[ ${V-} == 1 ]]; then
		sed 's/^/    /' "$out"
	fi
done

echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
