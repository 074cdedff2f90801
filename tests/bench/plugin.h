/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What count.c needs of QEMU's qemu-plugin.h, which no package brings
 * (docs/devel/tcg-plugins.rst).
 */
#ifndef _SOCKWATCH_PLUGIN_H
#define _SOCKWATCH_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define QEMU_PLUGIN_INLINE_ADD_U64	0

struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef void (*qemu_plugin_translated)(uint64_t id, struct qemu_plugin_tb *tb);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   qemu_plugin_translated call);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t n);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
						int what, void *sum,
						uint64_t n);
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

#endif /* _SOCKWATCH_PLUGIN_H */
