#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The oldest kernel that ringlb supports: boot it in an emulated machine, load
# the packet path there, run test programs.  It has VLAN devices, too.
#
#   scripts/run-in-vm.sh [PROGRAM...]
#
# PROGRAM is below tests/ or the build directory; without any it runs all
# packet tests, those of routes and attaching, and network scenes.
#
#   BUILD      build directory, with everything built (build)
#   VM_KERNEL  Debian package of the kernel (the newest linux-image-6.1.*-cloud-amd64)
#   VM_SECONDS until the machine is stopped (900)
#
# Kernel, initramfs and log are in build/vm; the tests in the machine reach
# nothing else.  No KVM and no root needed.  Times there mean nothing.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath -- "${BUILD:-$top/build}")
vm=$build/vm
root=$vm/root
export PATH="$PATH:/usr/sbin:/sbin"

die() {
	echo "run-in-vm.sh: $*" >&2
	exit 1
}

# What tests call; BusyBox has what is not named here.  Not its shell: that would
# take BusyBox's own ip before the real one.
tools="bash bpftool bridge busybox curl dash ethtool grep head ip iperf3 jq nginx nsenter sed
	sha256sum socat sort ss sysctl tail timeout"
modules="8021q bridge macvlan tun veth"

need_tools() {
	local tool
	for tool in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio; do
		command -v "${tool%:*}" >/dev/null || die "${tool%:*} is missing; apt-get install ${tool#*:}"
	done
	[[ -e $build/ringlb.bpf.o ]] || die "$build/ringlb.bpf.o is missing; run make first"
}

newest_kernel() {
	apt-cache search --names-only '^linux-image-6\.1\.[0-9-]+-cloud-amd64$' |
		sort -V | tail -n 1 | cut -d ' ' -f 1
}

# Fetch and unpack it, unless that is done; its folder is in $kernel.
get_kernel() {
	local package=${VM_KERNEL:-$(newest_kernel)} tmp
	if [[ -z $package ]]; then
		# Without package lists the one of last time will do.
		kernel=$(find "$vm" -maxdepth 1 -name 'linux-image-6.1.*' | sort -V | tail -n 1)
		[[ $kernel ]] || die "no package linux-image-6.1.*-cloud-amd64 is known here; apt-get update, or set VM_KERNEL"
		return
	fi
	kernel=$vm/$package
	[[ -d $kernel ]] && return
	tmp=$vm/fetch
	rm -rf "$tmp"
	mkdir -p "$tmp"
	(cd "$tmp" && timeout 300 apt-get -qq download "$package" 2>log) ||
		die "fetching $package: $(tail -n 1 "$tmp/log")"
	dpkg -x "$tmp"/*.deb "$tmp/kernel"
	mv "$tmp/kernel" "$kernel"
	rm -rf "$tmp"
}

# copy_libs PROGRAM: the shared libraries it needs, to their place
copy_libs() {
	local lib
	for lib in $(ldd "$1" 2>/dev/null | grep -oE '/[^ ]+\.so[^ ]*'); do
		[[ -e $root$lib ]] || install -D "$lib" "$root$lib"
	done
}

copy_tools() {
	local tool
	mkdir -p "$root"/{dev,etc,proc,run,sys,tmp,root,var/lib/nginx,var/log/nginx,usr/{bin,lib,lib64}}
	ln -s usr/bin usr/lib usr/lib64 "$root"
	ln -s usr/bin "$root/sbin"
	ln -s bin "$root/usr/sbin"
	echo 'root:x:0:0::/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	for tool in $tools; do
		# A test that calls one that is not here will say so.
		type -P "$tool" >/dev/null || continue
		install "$(type -P "$tool")" "$root/usr/bin/$tool"
		copy_libs "$root/usr/bin/$tool"
	done
	ln -s dash "$root/usr/bin/sh"
	for tool in $(busybox --list); do
		[[ -e $root/usr/bin/$tool ]] || ln -s busybox "$root/usr/bin/$tool"
	done
}

# The system's Python, not one that comes first in PATH, and what came with it.
copy_python() {
	local lib
	[[ -x /usr/bin/python3 ]] || return 0
	lib=$(/usr/bin/python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
	install /usr/bin/python3 "$root/usr/bin"
	copy_libs /usr/bin/python3
	mkdir -p "$root$lib"
	tar -C "$lib" --exclude=./test --exclude=./idlelib --exclude=./lib2to3 --exclude='./config-*' \
		--exclude=./ensurepip --exclude=./dist-packages -cf - . | tar -C "$root$lib" -xf -
}

copy_modules() {
	local name from=$kernel/lib/modules
	version=$(ls "$from")
	for name in $modules llc stp garp mrp; do # the latter are what the former need
		name=$(find "$from" -name "$name.ko*")
		install -D -m 644 "$name" "$root${name#"$kernel"}"
	done
	cp "$from/$version"/modules.{builtin,order} "$root/lib/modules/$version"
	busybox depmod -b "$root" "$version"
}

# The project as it is, with its build directory in it.
copy_project() {
	local file
	mkdir -p "$root/ringlb/scripts"
	cp "$top/scripts/run-tests.sh" "$root/ringlb/scripts"
	cp -r "$top/tests" "$root/ringlb/tests"
	# Emulated, 100 MiB take longer than tests wait.
	sed -i 's/^big 100$/big 8/; s/100 MiB/8 MiB/' "$root"/ringlb/tests/net/*.sh
	for file in "$build"/{ringlbd,ringlb,ringlb.bpf.o,tests/*/*}; do
		[[ -f $file && ( -x $file || $file == *.bpf.o ) ]] || continue
		install -D "$file" "$root/ringlb/build/${file#"$build"/}"
		copy_libs "$file"
	done
}
# Process 1 of the machine.
write_init() {
	cat >"$root/init" <<-'END'
		#!/bin/bash
		export PATH=/usr/bin:/usr/sbin HOME=/root BUILD=/ringlb/build
		mount -t devtmpfs dev /dev
		mount -t proc proc /proc
		mount -t sysfs sys /sys
		mount -t bpf bpf /sys/fs/bpf
		mount -t tmpfs tmp /tmp
		mount -t tmpfs run /run
		mkdir -p /run/netns /run/lock
		ip link set lo up
		. /run-these
		modprobe -a "${modules[@]}"
		cd /ringlb
		scripts/run-tests.sh ./verifier "${programs[@]}"
		poweroff -f
	END
	# Its line is for people, and run-tests.sh shows nothing of what passes.
	cat >"$root/ringlb/verifier" <<-'END'
		#!/bin/bash
		bpftool -d prog load "$BUILD/ringlb.bpf.o" /sys/fs/bpf/verified >/tmp/log 2>&1
		status=$?
		if ((status)); then
			tail -n 40 /tmp/log
			echo "0 passed, 1 failed, 0 skipped"
			exit 1
		fi
		sed -n "s/^processed \([0-9]*\) insns (limit \([0-9]*\)).*/kernel $(uname -r): the verifier walked \1 instructions of at most \2/p" \
			/tmp/log >/dev/console
		rm /sys/fs/bpf/verified /sys/fs/bpf/rlb_*
		echo "1 passed, 0 failed, 0 skipped"
	END
	chmod +x "$root/init" "$root/ringlb/verifier"
	# shellcheck disable=SC2086  # words
	{
		printf 'modules=(%s)\nprograms=(' "$modules"
		printf '%q ' "$@"
		printf ')\nexport TEST_TIMEOUT=%q V=%q\n' "$seconds" "${V-}"
	} >"$root/run-these"
}

# choose PROGRAM...: names in the machine, in $programs
choose() {
	local file
	(($#)) || set -- "$build"/tests/prog/test_* "$build"/tests/unit/test_{route,attach} "$top"/tests/{net/dsr,net/nat,vm/vlan}.sh
	programs=()
	for file in "$@"; do
		[[ $file == *.d ]] && continue
		file=$(realpath -- "$file")
		[[ -x $file ]] || die "$file: no such program; build it first"
		case $file in
		"$build"/tests/*) programs+=("build/${file#"$build"/}") ;;
		"$top"/tests/*) programs+=("${file#"$top"/}") ;;
		*) die "$file: neither below tests/ nor $build/tests/" ;;
		esac
	done
}

# In the background, so that a signal need not wait for the end of it.
boot() {
	rm -f "$vm/console"
	mkfifo "$vm/console"
	# TCG has no 16-byte compare-and-exchange of its own: it would stop the
	# other processor for each.
	timeout "$seconds" qemu-system-x86_64 -accel tcg,thread=multi -cpu max,cx16=off -smp 2 -m 1536 \
		-nodefaults -no-user-config -no-reboot -display none -serial stdio \
		-kernel "$kernel/boot/vmlinuz-$version" -initrd "$vm/initramfs" \
		-append 'console=ttyS0 loglevel=2 panic=-1 mitigations=off' </dev/null >"$vm/console" 2>&1 &
	machine=$!
	sed -u 's/\r$//; /reboot: Power down/d' <"$vm/console" | tee "$vm/log" &
	wait
}

clean_up() {
	[[ -z $machine ]] || kill "$machine" 2>/dev/null || true
	rm -rf "$root" "$vm/initramfs" "$vm/fetch" "$vm/console"
}

seconds=${VM_SECONDS:-900}
need_tools
choose "$@"
mkdir -p "$vm"
machine=
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
rm -rf "$root"
get_kernel
copy_tools
copy_python
copy_modules
copy_project
write_init "${programs[@]}"
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0 >"$vm/initramfs")
boot
line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$vm/log" | tail -n 1)
[[ $line ]] || {
	echo "the machine ended before its tests did; its log is $vm/log"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
}
[[ $line == *" 0 failed, "* ]]
