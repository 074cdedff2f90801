/* SPDX-License-Identifier: GPL-2.0 */
/* What each dump holds: which rows, and how they become attributes. */
#ifndef _SOCKWATCH_GENL_ROWS_H
#define _SOCKWATCH_GENL_ROWS_H

#include <linux/skbuff.h>
#include <linux/types.h>
#include <net/netlink.h>
#include <uapi/linux/sockwatch.h>

struct sockwatch_net;
struct sockwatch_snapshot;

/**
 * struct sockwatch_genl_list - what a command dumps
 * @cmd: SOCKWATCH_CMD_GET_*
 * @admin: it needs CAP_NET_ADMIN over the namespace
 * @take: takes the rows; the second argument is of SOCKWATCH_CMD_GET_LATENCY
 *	and _SAMPLES, its metric or 0.  NULL: they are taken while they are sent, see
 *	genl_sockets.c
 * @put: puts one row; 0 or -EMSGSIZE
 */
struct sockwatch_genl_list {
	u8 cmd;
	bool admin;
	struct sockwatch_snapshot *(*take)(const struct sockwatch_net *snet,
					   unsigned int metric);
	int (*put)(struct sk_buff *skb, const void *row);
};

const struct sockwatch_genl_list *sockwatch_genl_list(u8 cmd);

/**
 * sockwatch_u64_put() - put a 64-bit attribute
 * @skb: where
 * @type: SOCKWATCH_A_*
 * @value: its value
 *
 * Return: 0 or -EMSGSIZE.
 */
static inline int sockwatch_u64_put(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, SOCKWATCH_A_PAD);
}

#endif /* _SOCKWATCH_GENL_ROWS_H */
