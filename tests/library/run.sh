#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The ring library as other programs use it: installed, found by pkg-config,
# linked shared and static, from C and from C++.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/check.sh
. "$here/../check.sh"

for tool in g++ pkg-config; do
	command -v "$tool" >/dev/null && continue
	skip "the library in other programs" "no $tool here; scripts/deps.sh check installs it"
	finish
	exit
done
export PKG_CONFIG_PATH=$work/usr/lib/pkgconfig

# A library with sanitizers needs programs with them.
sanitize=
nm "$BUILD/libringlb.a" 2>/dev/null | grep -q __asan_ && sanitize=-fsanitize=address,undefined
cd "$here/../.." || exit 1

# A make of its own: what this one was told (LIBDIR, DESTDIR, SAN) is not for it.
own_make() {
	env -u MAKEFLAGS -u MFLAGS -u MAKEOVERRIDES -u LIBDIR -u DESTDIR \
		make --no-print-directory "$@" B="$BUILD" PREFIX="$work/usr" DEPS=0
}

installed() {
	own_make install-lib &&
		[[ -e $work/usr/lib/libringlb.so && -e $work/usr/lib/libringlb.a ]]
}

# compile OUT COMPILER FLAG...: warnings are errors
compile() {
	local out=$1 compiler=$2
	shift 2
	# shellcheck disable=SC2046,SC2086
	"$compiler" $sanitize -Wall -Wextra -Werror -pedantic $(pkg-config --cflags libringlb) \
		-o "$work/$out" "$@" tests/library/use.c $(pkg-config --libs libringlb)
}

static() {
	# shellcheck disable=SC2046,SC2086
	gcc $sanitize -std=c99 -Wall -Wextra -Werror -pedantic $(pkg-config --cflags libringlb) \
		-o "$work/static" tests/library/use.c "$work/usr/lib/libringlb.a" \
		$(pkg-config --libs-only-l --static libringlb | sed 's/-lringlb//')
}

# as any user, without a daemon, without root
runs() {
	LD_LIBRARY_PATH=$work/usr/lib "$work/$1" one four >"$work/answer" &&
		diff "$work/answer" - <<-'END'
			one: blue green
			four: red blue
		END
}

as_nobody() {
	local drop=()

	((EUID)) || drop=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	chmod 755 "$work" && "${drop[@]}" env LD_LIBRARY_PATH="$work/usr/lib" "$work/c" one
}

only_ring_symbols() {
	! nm -g --defined-only "$work/usr/lib/libringlb.a" |
		awk 'NF == 3 && $3 !~ /^ring_/' | grep . &&
		! nm -D --defined-only "$work/usr/lib/libringlb.so" |
		awk 'NF == 3 && $2 != "A" && $3 !~ /^ring_/' | grep .
}

uninstalled() {
	own_make uninstall &&
		! find "$work/usr" ! -type d | grep .
}

check "it installs without the daemon"      installed
check "pkg-config knows its version"        pkg-config --atleast-version=0.1 libringlb
check "a C99 program compiles"              compile c gcc -std=c99
check "and finds the owners"                runs c
check "a C++ program compiles"              compile c++ g++ -std=c++11 -x c++
check "and finds the same"                  runs c++
check "a program links it statically"       static
check "and finds the same"                  runs static
check "nobody may use it"                   as_nobody
check "it exports nothing but ring_*"       only_ring_symbols
check "uninstall takes it away"             uninstalled

finish
