#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The ring benchmark is not broken: a quick run, whose times nobody looks at.
#
#   tests/bench-ring/check.sh      with $BUILD/tests/bench-ring
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
# shellcheck source=tests/check.sh
. "$here/../check.sh"

runs() { "$build/tests/bench-ring" --quick --output "$work/run" >"$work/stdout"; }
same_text() { diff -u "$work/run.txt" "$work/stdout"; }
no_bad_number() { ! grep -nwiE -- '-?(nan|inf)' "$work/run.txt" "$work/run.tsv"; }

# each SUBJECT FIGURE LINES CONDITION: the TSV has so many lines of that, and the
# condition, in awk's words, is true in all.
each() {
	awk -F'\t' -v subject="^($1)\$" -v figure="$2" -v want="$3" '
		$1 ~ subject && $6 == figure {
			n++
			if (!('"$4"')) { print; bad = 1 }
		}
		END {
			if (n != want) print n + 0 " lines, not " want
			exit bad || n != want
		}' "$work/run.tsv"
}
nratios() { grep -csP '\tratio\t' "$work/run.tsv"; }

# The awk field 7 is the value, 5 the algorithm, 4 the number of members.
# shellcheck disable=SC2016
figures() {
	check "every pool and every size measured has a time" \
		each build median_ms 270 '$7 > 0'
	check "the fullest member has no less than the mean" \
		each balance max 105 '$7 >= 1'
	check "no algorithm moves less than the minimum" \
		each '.*' ratio "$(nratios)" '$7 >= 1'
	check "ring and auction without seats move nothing needlessly" \
		each 'remove one' needless_percent 72 \
		'($5 != "ring" && $5 != "no seats") || $7 == 0'
	check "maglev does" each 'remove one' needless_percent 72 \
		'$5 != "maglev" || $4 < 100 || $7 > 0'
}
two_levels() {
	awk -F'\t' '
		$1 == "target" && $6 ~ /any pool/ { n++; bad += $7 != "met" }
		bad { print }
		END { exit bad || n != 5 }' "$work/run.tsv"
}
figure() {
	"$here/../../scripts/ring-figure.py" "$work/run.tsv" "$work/run.svg" &&
		python3 - "$work/run.svg" <<-'PYTHON'
			import sys, xml.etree.ElementTree as tree
			svg = open(sys.argv[1]).read()
			assert len(svg) < 40000
			names = [e.tag.split("}")[1] for e in tree.fromstring(svg).iter()]
			# 12 marks and 4 of the legend; 4 of these are circles, and
			# 4 hollow ones
			assert names.count("polygon") == 12, names.count("polygon")
			assert names.count("circle") == 8, names.count("circle")
		PYTHON
}

check "a quick run ends well" runs
check "it writes what it prints" same_text
check "no figure is NaN or infinite" no_bad_number
figures
check "failures and weights at run time move the minimum" two_levels
check "the figure is drawn from it" figure

finish
