/* SPDX-License-Identifier: GPL-2.0 */
/* The dump of sockets, made while it is read. */
#ifndef _SOCKWATCH_GENL_SOCKETS_H
#define _SOCKWATCH_GENL_SOCKETS_H

#include <linux/netlink.h>
#include <linux/skbuff.h>

int sockwatch_sockets_dump(struct sk_buff *skb, struct netlink_callback *cb);
int sockwatch_sockets_done(struct netlink_callback *cb);

#endif /* _SOCKWATCH_GENL_SOCKETS_H */
