#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Install what is missing of the Debian packages that a purpose needs.
#
#   scripts/deps.sh build|demo|check|vm|lint|bench|dev
#
# Says what it installs before it does.  DEPS=0: installs nothing.  No package
# that it installs gets to start a service of its own.
set -eu

# Each purpose by its name, read as ${!1}.
# shellcheck disable=SC2034
{
build="gcc make clang bpftool libbpf-dev libelf-dev zlib1g-dev linux-libc-dev
	libmnl-dev libjansson-dev libyaml-dev libxxhash-dev libmd-dev libevent-dev
	libmicrohttpd-dev libcurl4-openssl-dev libsmartcols-dev scdoc"
demo="$build iproute2 ethtool procps util-linux nginx-light curl python3"
check="$demo g++ pkg-config libcunit1-dev libclang-rt-14-dev socat iperf3 jq haproxy"
vm="$check qemu-system-x86 busybox-static cpio"
lint="clang-format shellcheck"
dev="$build bear"
bench="$build iproute2 ethtool procps util-linux"
}

case ${1-} in
build | demo | check | vm | lint | bench | dev) wanted=${!1} ;;
*)
	echo "usage: deps.sh build|demo|check|vm|lint|bench|dev" >&2
	exit 2
	;;
esac

missing=()
for package in $wanted; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
		grep -q 'ok installed' || missing+=("$package")
done
((${#missing[@]})) || exit 0

if [[ ${DEPS:-1} == 0 ]]; then
	echo "missing packages, not installed because of DEPS=0: ${missing[*]}" >&2
	exit 0
fi
if ((EUID)); then
	echo "missing packages; as root: apt-get install ${missing[*]}" >&2
	exit 1
fi
echo "installing from Debian: ${missing[*]}"

# nginx would otherwise start to serve port 80 of this machine.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
	trap 'rm -f "$policy"' EXIT
	trap 'exit 1' INT TERM
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod +x "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
install() { apt-get install -y --no-install-recommends "${missing[@]}"; }
# The package lists of this machine may do; else fetch new ones.
if ! install >"$log" 2>&1 && ! { apt-get update && install; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "installing failed; all of it is in $log" >&2
	exit 1
fi
rm -f "$log"
