/* SPDX-License-Identifier: GPL-2.0 */
/* Which network namespace a request is about, and who may ask. */
#ifndef _SOCKWATCH_GENL_NET_H
#define _SOCKWATCH_GENL_NET_H

#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <net/net_namespace.h>

bool sockwatch_genl_may_see(const struct sk_buff *skb, const struct net *net);
bool sockwatch_genl_administers(const struct sk_buff *skb,
				const struct net *net,
				struct netlink_ext_ack *extack);
struct net *sockwatch_genl_net(const struct sk_buff *skb,
			       struct nlattr **attrs,
			       struct netlink_ext_ack *extack);
int sockwatch_genl_all(struct nlattr **attrs, struct netlink_ext_ack *extack);

#endif /* _SOCKWATCH_GENL_NET_H */
