#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Each fuzzer on its seeds and a few seconds further (FUZZ_SECONDS, 5), one test
# each.  What makes one fail is kept in build/fuzz-NAME-*, to run it again:
#
#   build/tests/fuzz/fuzz_NAME build/fuzz-NAME-...
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
passed=0 failed=0

for fuzzer in "$build"/tests/fuzz/fuzz_*; do
	[[ -x $fuzzer && $fuzzer != *.* ]] || continue
	name=${fuzzer##*/fuzz_}
	mkdir "$work/$name"
	if "$fuzzer" -max_total_time="${FUZZ_SECONDS:-5}" -timeout=60 -max_len=4096 \
		-artifact_prefix="$build/fuzz-$name-" \
		"$work/$name" "$here/corpus/$name" >"$work/log" 2>&1; then
		passed=$((passed + 1))
		echo "ok    fuzz_$name: $(grep -o 'Done [0-9]* runs' "$work/log")"
	else
		failed=$((failed + 1))
		echo "FAIL  fuzz_$name"
		tail -n 40 "$work/log" | sed 's/^/      | /'
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
((failed == 0 && passed > 0))
