# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# check.sh - sourced by test scripts that need no network: a folder of their own,
# $work, checks, and the closing line that scripts/run-tests.sh adds up.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
passed=0 failed=0 skipped=0

# check PROMISE COMMAND...
check() {
	if "${@:2}" >"$work/log" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
		sed 's/^/  /' "$work/log"
	fi
}

# skip PROMISE REASON
skip() {
	skipped=$((skipped + 1))
	echo "skipped: $1: $2"
}

finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	((failed == 0 && passed + skipped > 0))
}
