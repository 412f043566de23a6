# SPDX-License-Identifier: BSD-2-Clause
# ringlb: "make help" lists the targets.

B       ?= build
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DESTDIR ?=
DEPS    ?= 1
VERSION := 0.1.0

CC      ?= gcc
CLANG   ?= clang
BPFTOOL ?= $(shell PATH="$$PATH:/usr/sbin:/sbin" command -v bpftool)

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined

ifeq ($(V),1)
Q   :=
say  =
else
Q   := @
say  = @printf '  %-8s %s\n' '$(1)' '$(2)';
endif

CFLAGS   ?= -O2 -g
CFLAGS   += -std=gnu11 -Wall -Wextra -fstack-protector-strong
CPPFLAGS += -D_GNU_SOURCE -DRINGLB_VERSION='"$(VERSION)"' -Iinclude -Iuser/ring -Iuser/lib -I$(B)
BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Iinclude -idirafter /usr/include/$(shell uname -m)-linux-gnu

ifeq ($(SAN),1)
override B := $(B)/san
CFLAGS  += -O1 -fno-omit-frame-pointer $(SANITIZE)
LDFLAGS += $(SANITIZE)
endif

RING_SRC   := $(wildcard user/ring/*.c)
LIB_SRC    := $(wildcard user/lib/*.c) $(RING_SRC)
DAEMON_SRC := $(wildcard user/daemon/*.c)
CLI_SRC    := $(wildcard user/cli/*.c)
RING_OBJ   := $(RING_SRC:%.c=$(B)/%.o)
LIB_OBJ    := $(LIB_SRC:%.c=$(B)/%.o)
DAEMON_OBJ := $(DAEMON_SRC:%.c=$(B)/%.o)
CLI_OBJ    := $(CLI_SRC:%.c=$(B)/%.o)
LIB        := $(B)/internal.a

# The public library: what is in the archive, the shared object, and its ABI.
RING_A     := $(B)/libringlb.a
RING_ABI   := libringlb.so.0
RING_SO    := $(B)/$(RING_ABI)

UNIT       := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
PROG       := $(patsubst tests/prog/%.c,$(B)/tests/prog/%,$(wildcard tests/prog/test_*.c))

FUZZ       := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_RUN   := tests/fuzz/run.sh
CLI        := tests/cli/run.sh
BENCH_RING := tests/bench-ring/check.sh
USE        := tests/library/run.sh
NET        := $(filter-out %/lib.sh,$(wildcard tests/net/*.sh))

LIBS_RING   := -lxxhash -lmd
LIBS_LIB    := -lbpf -lelf -lz -lmnl -ljansson -lyaml $(LIBS_RING)
LIBS_DAEMON := $(LIBS_LIB) -levent_core -lmicrohttpd
LIBS_CLI    := $(LIBS_LIB) -lcurl -lsmartcols -lm

.PHONY: all demo check check-unit check-cli check-prog check-net check-fuzz fuzz check-vm bench bench-ring bench-change lib lint format install install-lib uninstall \
	man compile_commands.json deps-build deps-demo deps-check deps-vm deps-lint deps-bench deps-dev clean help
.DEFAULT_GOAL := all
all: $(B)/ringlbd $(B)/ringlb $(B)/ringlb.bpf.o lib man ## build the daemon, the command line, the BPF program, the library, the manual pages

# The kernel side

$(B)/ringlb.bpf.o: bpf/ringlb.bpf.c $(wildcard bpf/*.h include/ringlb/*.h)
	$(call say,BPF,$<) mkdir -p $(@D) && $(CLANG) $(BPF_CFLAGS) -c $< -o $@
$(B)/ringlb.skel.h: $(B)/ringlb.bpf.o
	$(call say,SKEL,$@) $(BPFTOOL) gen skeleton $< name ringlb_bpf > $@.tmp && mv $@.tmp $@

# User space

$(B)/user/%.o: user/%.c
	$(call say,CC,$<) mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@
$(B)/user/lib/prog.o: $(B)/ringlb.skel.h

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@) rm -f $@ && ar rcs $@ $^
$(B)/ringlbd: $(DAEMON_OBJ) $(LIB)
	$(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS_DAEMON)
$(B)/ringlb: $(CLI_OBJ) $(LIB)
	$(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS_CLI)

# The ring library for other programs, which see nothing of it but ring_*.

lib: $(RING_A) $(RING_SO)              ## the ring library alone: needs no BPF, only xxhash and libmd
# Symbols are made local in object code: no link-time optimisation here.
$(RING_OBJ): CFLAGS += -fPIC -fno-lto
$(RING_A): $(RING_OBJ)
	$(call say,AR,$@) $(LD) -r -o $@.o $^ && objcopy --wildcard --keep-global-symbol='ring_*' $@.o && rm -f $@ && ar rcs $@ $@.o
$(RING_SO): $(RING_OBJ) user/ring/libringlb.map
	$(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(RING_ABI) -Wl,--version-script,user/ring/libringlb.map \
		-o $@ $(RING_OBJ) $(LIBS_RING)

# Manual pages; the synopsis and the exit status of ringlb(8) are the program's own.

man: $(B)/ringlb.8 $(B)/ringlbd.8 $(B)/ringlb.yaml.5
$(B)/ringlb.8: docs/ringlb.8.scd.in $(B)/ringlb
	$(call say,MAN,$@) $(B)/ringlb help synopsis > $@.synopsis && $(B)/ringlb help exit-status > $@.status && \
		sed -e '/@SYNOPSIS@/{r $@.synopsis' -e 'd}' -e '/@EXIT_STATUS@/{r $@.status' -e 'd}' $< | scdoc > $@
$(B)/%: docs/%.scd
	$(call say,MAN,$@) mkdir -p $(@D) && scdoc < $< > $@

demo: deps-demo                        ## real HTTP requests through the balancer in a lab of namespaces; KEEP=1 keeps the lab
	$(Q)$(MAKE) --no-print-directory all
	$(Q)KEEP=$(KEEP) BUILD=$(abspath $(B)) scripts/demo.sh

# Tests

check: deps-check                      ## install what is missing, build, run every test; needs root
	$(Q)$(MAKE) --no-print-directory all tests
	$(Q)BUILD=$(abspath $(B)) scripts/run-tests.sh $(UNIT) $(USE) $(CLI) $(BENCH_RING) $(PROG) $(FUZZ_RUN) $(NET)
tests: $(UNIT) $(PROG) $(FUZZ) $(B)/tests/bench-ring $(B)/tests/net/pass.bpf.o
check-unit: $(UNIT) lib                ## unit tests, and the ring library used from C and C++
	$(Q)BUILD=$(abspath $(B)) scripts/run-tests.sh $(UNIT) $(USE)
check-cli: $(B)/ringlb                 ## the command line without a daemon
	$(Q)BUILD=$(abspath $(B)) scripts/run-tests.sh $(CLI)
check-prog: $(PROG)                    ## packets through the BPF program; needs root
	$(Q)scripts/run-tests.sh $(PROG)
check-fuzz: $(FUZZ)                    ## every fuzzer for a few seconds, FUZZ_SECONDS of them
	$(Q)BUILD=$(abspath $(B)) scripts/run-tests.sh $(FUZZ_RUN)
fuzz: $(FUZZ)                          ## every fuzzer for 60 seconds
	$(Q)FUZZ_SECONDS=60 BUILD=$(abspath $(B)) scripts/run-tests.sh $(FUZZ_RUN)
check-net: all $(B)/tests/net/pass.bpf.o ## the whole thing in network namespaces; needs root
	$(Q)BUILD=$(abspath $(B)) scripts/run-tests.sh $(NET)

check-vm: deps-vm                      ## load and test on Linux 6.1, the oldest supported, in an emulated machine; 4 minutes
	$(Q)$(MAKE) --no-print-directory all tests
	$(Q)BUILD=$(abspath $(B)) scripts/run-in-vm.sh

$(B)/tests/unit/%: tests/unit/%.c $(LIB)
	$(call say,CC,$<) mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(LIB) -lcunit $(LIBS_LIB)
# What all packet tests share, and what the fuzzer shares with one of them.
PROG_SHARED := $(addprefix tests/prog/,frame.c tables.c world.c world_net.c)
PROG_OBJ    := $(patsubst %.c,$(B)/%.o,tests/prog/harness.c $(PROG_SHARED) tests/fuzz/host.c)
$(PROG_OBJ): $(B)/%.o: %.c $(B)/ringlb.skel.h
	$(call say,CC,$<) mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@
$(B)/tests/prog/%: tests/prog/%.c $(PROG_OBJ) $(B)/ringlb.skel.h
	$(call say,CC,$<) mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(PROG_OBJ) -lbpf -lelf -lz

# libFuzzer is clang's.
FUZZ_CC := $(CLANG) -std=gnu11 -g -O1 -Wall -Wextra -D_GNU_SOURCE -Iinclude -Iuser/ring -Iuser/lib -fsanitize=fuzzer $(SANITIZE)
$(B)/tests/fuzz/fuzz_packet: tests/fuzz/fuzz_packet.c tests/fuzz/host.c $(PROG_SHARED) $(wildcard bpf/* include/ringlb/* tests/prog/*.h tests/fuzz/*.h)
	$(call say,FUZZ,$<) mkdir -p $(@D) && $(FUZZ_CC) -o $@ $(filter tests/%.c,$^)
$(B)/tests/fuzz/fuzz_ring: tests/fuzz/fuzz_ring.c $(RING_SRC) $(wildcard user/ring/*.h) include/ringlb/ring.h
	$(call say,FUZZ,$<) mkdir -p $(@D) && $(FUZZ_CC) -o $@ $(filter %.c,$^) $(LIBS_RING)
$(B)/tests/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(LIB_SRC) $(wildcard user/lib/*.h) $(B)/ringlb.skel.h
	$(call say,FUZZ,$<) mkdir -p $(@D) && $(FUZZ_CC) -I$(B) -o $@ $(filter %.c,$^) $(LIBS_LIB)

$(B)/tests/net/%.bpf.o: tests/net/%.bpf.c
	$(call say,BPF,$<) mkdir -p $(@D) && $(CLANG) $(BPF_CFLAGS) -c $< -o $@

# Speed

bench: deps-bench                      ## ns per packet beside XDP_DROP and a floor, as ratios; writes build/bench.txt; needs root
	$(Q)$(MAKE) --no-print-directory $(B)/bench/bench
	$(Q)$(B)/bench/bench --output $(B)/bench.txt $(BENCH_ARGS)
$(B)/bench/bench.bpf.o: tests/bench/bench.bpf.c $(wildcard tests/bench/*.h bpf/* include/ringlb/*.h)
	$(call say,BPF,$<) mkdir -p $(@D) && $(CLANG) $(BPF_CFLAGS) -c $< -o $@
$(B)/bench/bench.skel.h: $(B)/bench/bench.bpf.o
	$(call say,SKEL,$@) $(BPFTOOL) gen skeleton $< name bench_bpf > $@.tmp && mv $@.tmp $@
$(B)/bench/bench: $(B)/bench/bench.skel.h $(wildcard tests/bench/*.[ch])
	$(call say,CC,tests/bench) $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter-out %.bpf.c,$(filter %.c,$^)) -lbpf -lelf -lz

bench-ring: deps-build                 ## the ring library: time, memory, balance, moves; writes build/bench-ring.txt and .tsv; 2 minutes
	$(Q)$(MAKE) --no-print-directory $(B)/tests/bench-ring
	$(Q)$(B)/tests/bench-ring --output $(B)/bench-ring $(BENCH_ARGS)
# It counts what the library has on the heap.
$(B)/tests/bench-ring: $(wildcard tests/bench-ring/*.[ch]) include/ringlb/ring.h $(RING_A)
	$(call say,CC,tests/bench-ring) mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) \
		$(foreach f,malloc calloc realloc free,-Wl,--wrap=$f) -o $@ $(filter %.c %.a,$^) $(LIBS_RING) -lm

bench-change: deps-bench               ## from an API call until packets see the new table; writes build/bench-change.txt; needs root; 2 minutes
	$(Q)$(MAKE) --no-print-directory $(B)/ringlbd $(B)/ringlb $(B)/tests/bench-change
	$(Q)BUILD=$(abspath $(B)) tests/bench-change/run.sh $(BENCH_ARGS)
$(B)/tests/bench-change: $(wildcard tests/bench-change/*.[ch]) tests/prog/frame.c tests/prog/frame.h
	$(call say,CC,tests/bench-change) mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^) -lbpf -lelf -lz

lint: deps-lint                        ## style, who includes whom, shell
	$(Q)scripts/check-includes.sh
	$(Q)git ls-files '*.sh' .ci/run | xargs shellcheck --severity=warning -x -P SCRIPTDIR -P .
	$(Q)git ls-files '*.[ch]' | xargs clang-format --dry-run -Werror
format:                                ## let clang-format rewrite the C files
	$(Q)git ls-files '*.[ch]' | xargs clang-format -i

install-lib: lib                       ## the ring library alone, to DESTDIR, PREFIX (/usr/local) and LIBDIR (PREFIX/lib)
	$(Q)install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(PREFIX)/include/ringlb
	$(Q)install -m 644 include/ringlb/ring.h $(DESTDIR)$(PREFIX)/include/ringlb
	$(Q)install -m 644 $(RING_A) $(DESTDIR)$(LIBDIR)
	$(Q)install -m 755 $(RING_SO) $(DESTDIR)$(LIBDIR)/$(RING_ABI).$(VERSION)
	$(Q)ln -sf $(RING_ABI).$(VERSION) $(DESTDIR)$(LIBDIR)/$(RING_ABI)
	$(Q)ln -sf $(RING_ABI) $(DESTDIR)$(LIBDIR)/libringlb.so
	$(Q)sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' user/ring/libringlb.pc.in \
		> $(DESTDIR)$(LIBDIR)/pkgconfig/libringlb.pc
	@echo "libringlb is in $(DESTDIR)$(LIBDIR); where that is one of the loader's directories, run ldconfig now"
install: all install-lib               ## to DESTDIR and PREFIX (/usr/local)
	$(Q)install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/lib/ringlb $(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(PREFIX)/share/doc/ringlb/docs
	$(Q)install -m 755 $(B)/ringlbd $(B)/ringlb $(DESTDIR)$(PREFIX)/sbin
	$(Q)install -m 644 $(B)/ringlb.bpf.o $(DESTDIR)$(PREFIX)/lib/ringlb
	$(Q)install -m 644 $(B)/ringlb.8 $(B)/ringlbd.8 $(DESTDIR)$(PREFIX)/share/man/man8
	$(Q)install -m 644 $(B)/ringlb.yaml.5 $(DESTDIR)$(PREFIX)/share/man/man5
	$(Q)install -m 644 README.md CHANGES.md LICENSE* $(DESTDIR)$(PREFIX)/share/doc/ringlb
	$(Q)install -m 644 docs/*.md docs/*.svg $(DESTDIR)$(PREFIX)/share/doc/ringlb/docs
uninstall:                             ## what install put there
	$(Q)rm -f $(addprefix $(DESTDIR)$(PREFIX)/,sbin/ringlbd sbin/ringlb share/man/man8/ringlb.8 share/man/man8/ringlbd.8 \
		share/man/man5/ringlb.yaml.5 include/ringlb/ring.h)
	$(Q)rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,libringlb.a libringlb.so $(RING_ABI) $(RING_ABI).$(VERSION) pkgconfig/libringlb.pc)
	$(Q)rmdir $(DESTDIR)$(PREFIX)/include/ringlb 2>/dev/null || true
	$(Q)rm -rf $(DESTDIR)$(PREFIX)/lib/ringlb $(DESTDIR)$(PREFIX)/share/doc/ringlb

compile_commands.json: deps-dev       ## for clangd and the like; rebuilds everything, needs bear
	$(Q)bear --output $@ -- $(MAKE) --no-print-directory -B B=$(B)/bear all

deps-build deps-demo deps-check deps-vm deps-lint deps-bench deps-dev:
	$(Q)DEPS=$(DEPS) scripts/deps.sh $(@:deps-%=%)
clean:                                 ## everything that was built
	$(Q)rm -rf $(B) compile_commands.json
help:                                  ## this list
	@awk -F':.*## ' '/^[a-z_.-]+:.*## /{printf "  %-22s %s\n",$$1,$$2}' Makefile

-include $(LIB_OBJ:.o=.d) $(DAEMON_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT:=.d) $(PROG:=.d) $(PROG_OBJ:.o=.d)
