// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU's emulator: counts the instructions of a guest that lie
 * where the kernel puts modules, ftrace's trampolines among them, into the
 * eight bytes of a file.
 *
 * -plugin FILE.so,out=FILE
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plugin.h"

#define PUBLIC		__attribute__((visibility("default")))
/* MODULES_VADDR and MODULES_END, arch/x86/include/asm/pgtable_64_types.h. */
#define FROM		0xffffffffc0000000ULL
#define TO		0xffffffffff000000ULL

PUBLIC int qemu_plugin_version = 1;

static uint64_t *counted;

static void count(struct qemu_plugin_insn *insn)
{
	uint64_t address = qemu_plugin_insn_vaddr(insn);

	if (address >= FROM && address < TO)
		qemu_plugin_register_vcpu_insn_exec_inline(insn,
							   QEMU_PLUGIN_INLINE_ADD_U64,
							   counted, 1);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb);
	size_t i;

	(void)id;
	for (i = 0; i < nr; i++)
		count(qemu_plugin_tb_get_insn(tb, i));
}

PUBLIC int qemu_plugin_install(uint64_t id, const void *info, int argc,
			       char **argv)
{
	int fd;

	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return 1;
	fd = open(argv[0] + 4, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*counted)))
		return 1;
	counted = mmap(NULL, sizeof(*counted), PROT_READ | PROT_WRITE,
		       MAP_SHARED, fd, 0);
	close(fd);
	if (counted == MAP_FAILED)
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
