/* SPDX-License-Identifier: GPL-2.0 */
/* What the module says of itself: one message. */
#ifndef _SOCKWATCH_GENL_INFO_H
#define _SOCKWATCH_GENL_INFO_H

struct genl_info;
struct sk_buff;

int sockwatch_genl_info(struct sk_buff *skb, struct genl_info *info);

#endif /* _SOCKWATCH_GENL_INFO_H */
