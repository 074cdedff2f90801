# SPDX-License-Identifier: GPL-2.0
# sockwatch: the module, the command, their tests.  `make help` lists the targets.

KDIR	?= /lib/modules/$(shell uname -r)/build
PREFIX	?= /usr/local
DESTDIR	?=
SBINDIR	?= $(PREFIX)/sbin
MANDIR	?= $(PREFIX)/share/man

V ?= 0
ifeq ($(V),0)
Q := @
MAKEFLAGS += --no-print-directory
else
Q :=
endif

# V, W and C (1: sparse on what is built, 2: on everything) go on to Kbuild.
KBUILD = $(MAKE) -C $(KDIR) M=$(CURDIR)
RELEASE = $(shell sed -n 's/.*RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h)
MODDIR = $(DESTDIR)/lib/modules/$(RELEASE)

.PHONY: all module user install modules_install uninstall test demo bench \
	clean help

all: module user

module:
	$(Q)$(KBUILD) modules

user:
	$(Q)if [ -f user/Makefile ]; then $(MAKE) -C user V=$(V); fi

install: user
	$(Q)$(MAKE) -C user install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) V=$(V)

# Debian's headers have no System.map, without which Kbuild skips depmod, and
# no key, without which signing would fail.
modules_install: module
	$(Q)$(KBUILD) modules_install INSTALL_MOD_DIR=updates \
		CONFIG_MODULE_SIG_ALL= \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR))
	$(Q)$(if $(DESTDIR),:,depmod -a $(RELEASE))

uninstall:
	$(Q)$(MAKE) -C user uninstall PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) V=$(V)
	$(Q)if [ -f $(MODDIR)/updates/sockwatch.ko ]; then \
		rm $(MODDIR)/updates/sockwatch.ko && \
		$(if $(DESTDIR),:,depmod -a $(RELEASE)); fi

test:
	$(Q)tests/vm/deps.sh
	$(Q)$(MAKE) user
	$(Q)tests/run

demo:
	$(Q)tests/vm/deps.sh
	$(Q)$(MAKE) user
	$(Q)tests/vm/demo.sh

bench:
	$(Q)tests/vm/deps.sh libbpf-tools bpftrace
	$(Q)$(MAKE) user
	$(Q)tests/bench/run

clean:
	$(Q)if [ -d $(KDIR) ]; then $(KBUILD) clean; fi
	$(Q)if [ -f user/Makefile ]; then $(MAKE) -C user clean; fi
	$(Q)rm -rf tests/out

help:
	@echo 'make                  sockwatch.ko and user/sockwatch'
	@echo 'make module | user    one of the two'
	@echo 'make modules_install  the module below /lib/modules'
	@echo 'make install          the command and its man page below PREFIX'
	@echo 'make uninstall        take both away again'
	@echo 'make demo             boot a stock kernel in QEMU and show real output'
	@echo 'make test             every test, in QEMU guests'
	@echo 'make bench            what it costs, beside what others do (half an hour)'
	@echo 'make clean'
	@echo
	@echo 'KDIR=DIR      the kernel build folder ($(KDIR))'
	@echo 'PREFIX=DIR    where the command goes ($(PREFIX))'
	@echo 'DESTDIR=DIR   put before every installed path, for packages'
	@echo 'V=1           show the commands; C=1 sparse; W=1 more warnings'
	@echo 'SOCKWATCH_CACHE=DIR  kernels and their builds (/var/cache/sockwatch)'
