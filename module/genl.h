/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: see include/uapi/linux/sockwatch.h. */
#ifndef _SOCKWATCH_GENL_H
#define _SOCKWATCH_GENL_H

#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <linux/types.h>

struct genl_info;
struct net;

void *sockwatch_genl_put(struct sk_buff *skb, struct netlink_callback *cb,
			 u8 cmd);
void *sockwatch_genl_put_reply(struct sk_buff *skb, struct genl_info *info,
			       u8 cmd);
void *sockwatch_genl_event(struct sk_buff *skb);
int sockwatch_genl_multicast(const struct net *net, struct sk_buff *skb);
int sockwatch_genl_init(void);
void sockwatch_genl_exit(void);

#endif /* _SOCKWATCH_GENL_H */
