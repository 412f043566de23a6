#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Who may include whom: each line of the table is a folder and the folders whose
# headers it may include, besides its own.
#
#   include/ringlb  <-  bpf
#   ringlb/ring.h   <-  user/ring                    a library of its own
#   include/ringlb  <-  user/lib  <-  user/daemon
#                       user/lib  <-  user/cli       some of it
#   everything      <-  tests
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0

# headers that FOLDER's files include with quotes or as <ringlb/...>
included() {
	git ls-files "$1/*.c" "$1/*.h" |
		xargs grep -HoE '^#include ("[^"]+"|<ringlb/[^>]+>)' |
		sed -E 's/#include //; s/["<>]//g'
}

# allow FOLDER PATTERN: basenames or ringlb/... that it may use
allow() {
	local file header
	while IFS=: read -r file header; do
		[[ $header =~ ^($2)$ ]] && continue
		[[ -e $1/$header ]] && continue
		echo "$file: may not include $header"
		bad=1
	done < <(included "$1")
}

lib=$(git ls-files 'user/lib/*.h' | xargs -n1 basename | paste -sd'|')
allow include/ringlb 'ringlb/(maps|reason)\.h'
allow bpf 'ringlb/.*\.h'
allow user/ring 'ringlb/ring\.h'
allow user/lib 'ringlb/.*\.h|ringlb\.skel\.h'
allow user/daemon "ringlb/.*\\.h|$lib"
allow user/cli '(addr|args|config|error|members|model|proto|proto_ring|shown|unused)\.h|ringlb/(maps|ring)\.h'

# The kernel side has no libc beyond types.
if grep -nE '#include <(stdio|stdlib|string|errno|unistd)\.h>' bpf/*.h bpf/*.c include/ringlb/*.h; then
	echo "bpf/ and include/: libc is out of reach"
	bad=1
fi
exit $bad
