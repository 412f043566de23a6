# SPDX-License-Identifier: BSD-2-Clause
# ringlb: "make help" lists the targets.

B       ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
DEPS    ?= 1
VERSION := 0.1.0

CC      ?= gcc
CLANG   ?= clang
BPFTOOL ?= $(shell PATH="$$PATH:/usr/sbin:/sbin" command -v bpftool)

ifeq ($(V),1)
Q   :=
say  =
else
Q   := @
say  = @printf '  %-8s %s\n' '$(1)' '$(2)';
endif

PKGS_LIB := libbpf libmnl jansson yaml-0.1 libxxhash
PKGS     := $(PKGS_LIB) libevent libmicrohttpd libcurl smartcols

CFLAGS   ?= -O2 -g
CFLAGS   += -std=gnu11 -Wall -Wextra -Wno-unused-parameter -fstack-protector-strong
CPPFLAGS += -D_GNU_SOURCE -DRINGLB_VERSION='"$(VERSION)"' -Iinclude -Iuser/lib -I$(B)
BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Iinclude -idirafter /usr/include/$(shell uname -m)-linux-gnu

ifeq ($(SAN),1)
B       := $(B)/san
CFLAGS  += -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
endif

LIB_SRC    := $(wildcard user/lib/*.c)
DAEMON_SRC := $(wildcard user/daemon/*.c)
CLI_SRC    := $(wildcard user/cli/*.c)
LIB_OBJ    := $(LIB_SRC:%.c=$(B)/%.o)
DAEMON_OBJ := $(DAEMON_SRC:%.c=$(B)/%.o)
CLI_OBJ    := $(CLI_SRC:%.c=$(B)/%.o)
LIB        := $(B)/libringlb.a

UNIT       := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
PROG       := $(patsubst tests/prog/%.c,$(B)/tests/prog/%,$(wildcard tests/prog/test_*.c))

LIBS_LIB    := -lbpf -lelf -lz -lmnl -ljansson -lyaml -lxxhash
LIBS_DAEMON := $(LIBS_LIB) -levent_core -lmicrohttpd
LIBS_CLI    := $(LIBS_LIB) -lcurl -lsmartcols -lm

.PHONY: all
.DEFAULT_GOAL := all
all: $(B)/ringlbd $(B)/ringlb $(B)/ringlb.bpf.o ## build the daemon, the command line and the BPF program

$(B)/ringlb.bpf.o: bpf/ringlb.bpf.c $(wildcard bpf/*.h include/ringlb/*.h)
	$(call say,BPF,$<) mkdir -p $(@D) && $(CLANG) $(BPF_CFLAGS) -c $< -o $@
$(B)/%.skel.h: $(B)/%.bpf.o
	$(call say,SKEL,$@) $(BPFTOOL) gen skeleton $< name $*_bpf > $@.tmp && mv $@.tmp $@

$(B)/user/%.o: user/%.c
	$(call say,CC,$<) mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@
$(B)/user/lib/prog.o: $(B)/ringlb.skel.h

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@) rm -f $@ && ar rcs $@ $^
$(B)/ringlbd: $(DAEMON_OBJ) $(LIB)
	$(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS_DAEMON)
$(B)/ringlb: $(CLI_OBJ) $(LIB)
	$(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS_CLI)

$(B)/tests/unit/%: tests/unit/%.c $(LIB)
	$(call say,CC,$<) mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(LIB) -lcunit $(LIBS_LIB)

-include $(LIB_OBJ:.o=.d) $(DAEMON_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT:=.d)
