/* SPDX-License-Identifier: GPL-2.0 */
/* Who monitors which namespace, and who is sent what. */
#ifndef _SOCKWATCH_GENL_EVENTS_H
#define _SOCKWATCH_GENL_EVENTS_H

struct genl_info;
struct sk_buff;
struct sockwatch_net;

int sockwatch_monitor_do(struct sk_buff *skb, struct genl_info *info);
int sockwatch_events_put(struct sk_buff *skb, const struct sockwatch_net *snet);
int sockwatch_genl_events_init(void);
void sockwatch_genl_events_stop(void);
void sockwatch_genl_events_exit(void);

#endif /* _SOCKWATCH_GENL_EVENTS_H */
