/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between kernel versions, and nothing else: each shim names
 * the release and what changed upstream.
 */
#ifndef _SOCKWATCH_COMPAT_H
#define _SOCKWATCH_COMPAT_H

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/version.h>
#include <net/genetlink.h>

/*
 * 6.2 gave struct ftrace_regs accessors; the earlier kernels show the registers
 * themselves and have one setter.
 */
#ifndef ftrace_regs_get_argument
#define ftrace_regs_get_argument(fregs, n) \
	regs_get_kernel_argument(&(fregs)->regs, n)
#endif
#ifndef ftrace_regs_set_instruction_pointer
#define ftrace_regs_set_instruction_pointer(fregs, ip) \
	ftrace_instruction_pointer_set(fregs, ip)
#endif

/*
 * 6.4 made the calls for direct ftrace_ops the only ones, and gave them the
 * shorter names.
 */
#ifndef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS
#define sockwatch_direct_register(ops, addr)	(-EOPNOTSUPP)
#define sockwatch_direct_unregister(ops, addr)	do { } while (0)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define sockwatch_direct_register(ops, addr) \
	register_ftrace_direct_multi(ops, addr)
#define sockwatch_direct_unregister(ops, addr) \
	unregister_ftrace_direct_multi(ops, addr)
#else
#define sockwatch_direct_register(ops, addr) \
	register_ftrace_direct(ops, addr)
#define sockwatch_direct_unregister(ops, addr) \
	unregister_ftrace_direct(ops, addr, false)
#endif

/* 6.7 (and 6.1.67) gave the flags of multicast groups names of their own. */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#endif

/* 6.6 moved the parsed attributes of a dump into struct genl_info. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define sockwatch_dump_attrs(cb) (genl_dumpit_info(cb)->attrs)
#else
#define sockwatch_dump_attrs(cb) (genl_dumpit_info(cb)->info.attrs)
#endif

/*
 * 6.1 gave each network namespace a pointer to its TCP hash tables; before,
 * there was one for all.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#define sockwatch_tcp_hashinfo(net) (&tcp_hashinfo)
#else
#define sockwatch_tcp_hashinfo(net) ((net)->ipv4.tcp_death_row.hashinfo)
#endif

/* 6.2 did the same for UDP. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define sockwatch_udp_table(net) (&udp_table)
#else
#define sockwatch_udp_table(net) ((net)->ipv4.udp_table)
#endif

/* Later kernels name the attribute of what INIT_STACK_ALL_ZERO leaves alone. */
#ifndef __uninitialized
#if __has_attribute(__uninitialized__)
#define __uninitialized __attribute__((__uninitialized__))
#else
#define __uninitialized
#endif
#endif

#endif /* _SOCKWATCH_COMPAT_H */
