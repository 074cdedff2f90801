// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU's emulator: counts the instructions of a guest that lie
 * where the kernel puts modules, ftrace's trampolines among them, into the
 * eight bytes of a file.  Of QEMU's header, which no package brings, it has
 * what it needs (docs/devel/tcg-plugins.rst).
 *
 * -plugin FILE.so,out=FILE
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PUBLIC		__attribute__((visibility("default")))
/* MODULES_VADDR and MODULES_END, arch/x86/include/asm/pgtable_64_types.h. */
#define FROM		0xffffffffc0000000ULL
#define TO		0xffffffffff000000ULL
#define INLINE_ADD_U64	0

struct qemu_plugin_tb;
struct qemu_plugin_insn;

PUBLIC int qemu_plugin_version = 1;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
		void (*call)(uint64_t id, struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t n);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
		int what, void *sum, uint64_t n);
PUBLIC int qemu_plugin_install(uint64_t id, const void *info, int argc,
			       char **argv);

static uint64_t *counted;

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *insn;
	uint64_t address;
	size_t i;

	(void)id;
	for (i = 0; i < nr; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		address = qemu_plugin_insn_vaddr(insn);
		if (address >= FROM && address < TO)
			qemu_plugin_register_vcpu_insn_exec_inline(insn,
					INLINE_ADD_U64, counted, 1);
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
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
