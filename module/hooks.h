/* SPDX-License-Identifier: GPL-2.0 */
/* What the module hooks in the kernel: one table, and its hit counts. */
#ifndef _SOCKWATCH_HOOKS_H
#define _SOCKWATCH_HOOKS_H

#include <linux/percpu.h>
#include <linux/types.h>

/**
 * enum sockwatch_hook_id - the rows of the table, in the order of attaching
 *
 * @SOCKWATCH_HOOK_FREE: a sock is freed.  First, so that nothing that the
 *	next one tracks can go unseen.
 * @SOCKWATCH_HOOK_ALLOC: a sock is allocated
 * @SOCKWATCH_HOOK_GRAFT: accept hands out a sock
 * @SOCKWATCH_HOOK_UNIX_CONNECT: an AF_UNIX child is queued
 * @SOCKWATCH_HOOK_STATE: a TCP child is cloned
 * @SOCKWATCH_HOOK_NETLINK: the kernel makes a netlink socket
 * @SOCKWATCH_HOOK_CREATE: a socket is created.  Last: by now whatever it
 *	creates is tracked.
 */
enum sockwatch_hook_id {
	SOCKWATCH_HOOK_FREE,
	SOCKWATCH_HOOK_ALLOC,
	SOCKWATCH_HOOK_GRAFT,
	SOCKWATCH_HOOK_UNIX_CONNECT,
	SOCKWATCH_HOOK_STATE,
	SOCKWATCH_HOOK_NETLINK,
	SOCKWATCH_HOOK_CREATE,
	/* private: */
	SOCKWATCH_HOOK_MAX
};

DECLARE_PER_CPU(u64 [SOCKWATCH_HOOK_MAX], sockwatch_hook_hits);

/**
 * sockwatch_hook_hit() - count that a hook fired
 * @id: which
 *
 * Context: any.
 */
static inline void sockwatch_hook_hit(enum sockwatch_hook_id id)
{
	this_cpu_inc(sockwatch_hook_hits[id]);
}

int sockwatch_hooks_init(bool attach, bool wrapper);
void sockwatch_hooks_exit(void);

#endif /* _SOCKWATCH_HOOKS_H */
