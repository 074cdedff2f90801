/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: see include/uapi/linux/sockwatch.h. */
#ifndef _SOCKWATCH_GENL_H
#define _SOCKWATCH_GENL_H

#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <linux/types.h>

void *sockwatch_genl_put(struct sk_buff *skb, struct netlink_callback *cb,
			 u8 cmd);
int sockwatch_genl_init(void);
void sockwatch_genl_exit(void);

#endif /* _SOCKWATCH_GENL_H */
