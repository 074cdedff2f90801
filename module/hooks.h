/* SPDX-License-Identifier: GPL-2.0 */
/* What the module hooks in the kernel: one table. */
#ifndef _SOCKWATCH_HOOKS_H
#define _SOCKWATCH_HOOKS_H

#include <linux/types.h>

/**
 * enum sockwatch_hook_id - the rows of the table, in the order of attaching
 *
 * @SOCKWATCH_HOOK_FREE: a sock is freed.  First, so that nothing that the
 *	next one tracks can go unseen.
 * @SOCKWATCH_HOOK_ALLOC: a sock is allocated
 * @SOCKWATCH_HOOK_GRAFT: accept hands out a sock
 * @SOCKWATCH_HOOK_CLONE: a TCP child is cloned, or accept hands out a TIPC sock,
 *	without a graft
 * @SOCKWATCH_HOOK_UNIX_CONNECT: an AF_UNIX child is queued
 * @SOCKWATCH_HOOK_STATE: a TCP sock changes its state
 * @SOCKWATCH_HOOK_NETLINK: the kernel makes a netlink socket
 * @SOCKWATCH_HOOK_COOKIE: a TCP child came of a syncookie
 * @SOCKWATCH_HOOK_TW_SCHEDULE: the timer of a time-wait sock is set
 * @SOCKWATCH_HOOK_TW_SEGMENT: a segment came for one
 * @SOCKWATCH_HOOK_TW_FREE: one goes
 * @SOCKWATCH_HOOK_RETRANSMIT: a TCP segment was sent again
 * @SOCKWATCH_HOOK_SYNACK: a SYN/ACK was sent again
 * @SOCKWATCH_HOOK_RESET_ACTIVE: a TCP sock sends a RST
 * @SOCKWATCH_HOOK_RESET4: a RST answers a segment, IPv4
 * @SOCKWATCH_HOOK_RESET6: likewise, IPv6
 * @SOCKWATCH_HOOK_RESET_RECEIVED: a RST came
 * @SOCKWATCH_HOOK_CONNECT4: TCP connects, over IPv4 and for v4-mapped
 * @SOCKWATCH_HOOK_CONNECT6: TCP connects an inet6 socket
 * @SOCKWATCH_HOOK_CREATE: a socket is created.  Last: by now whatever it
 *	creates is tracked.
 */
enum sockwatch_hook_id {
	SOCKWATCH_HOOK_FREE,
	SOCKWATCH_HOOK_ALLOC,
	SOCKWATCH_HOOK_GRAFT,
	SOCKWATCH_HOOK_CLONE,
	SOCKWATCH_HOOK_UNIX_CONNECT,
	SOCKWATCH_HOOK_STATE,
	SOCKWATCH_HOOK_NETLINK,
	SOCKWATCH_HOOK_COOKIE,
	SOCKWATCH_HOOK_TW_SCHEDULE,
	SOCKWATCH_HOOK_TW_SEGMENT,
	SOCKWATCH_HOOK_TW_FREE,
	SOCKWATCH_HOOK_RETRANSMIT,
	SOCKWATCH_HOOK_SYNACK,
	SOCKWATCH_HOOK_RESET_ACTIVE,
	SOCKWATCH_HOOK_RESET4,
	SOCKWATCH_HOOK_RESET6,
	SOCKWATCH_HOOK_RESET_RECEIVED,
	SOCKWATCH_HOOK_CONNECT4,
	SOCKWATCH_HOOK_CONNECT6,
	SOCKWATCH_HOOK_CREATE,
	/* private: */
	SOCKWATCH_HOOK_MAX
};

int sockwatch_hooks_init(const char *list, bool wrapper);
void sockwatch_hooks_exit(void);

#endif /* _SOCKWATCH_HOOKS_H */
