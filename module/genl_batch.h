/* SPDX-License-Identifier: GPL-2.0 */
/* A message of events, as it is made. */
#ifndef _SOCKWATCH_GENL_BATCH_H
#define _SOCKWATCH_GENL_BATCH_H

#include <linux/list.h>
#include <linux/types.h>

struct nlattr;
struct page;
struct sk_buff;
struct sockwatch_event;
struct sockwatch_net;

/**
 * struct sockwatch_batch - the next message of a namespace
 * @list: in the list of those that wait, if @skb
 * @snet: the namespace
 * @skb: the message, but for its events; NULL: nothing to say
 * @attr: the header of its events, the last thing in @skb
 * @page: where they are
 * @events: likewise
 * @nr: how many
 */
struct sockwatch_batch {
	struct list_head list;
	struct sockwatch_net *snet;
	struct sk_buff *skb;
	struct nlattr *attr;
	struct page *page;
	struct sockwatch_event *events;
	unsigned int nr;
};

struct sk_buff *sockwatch_batch_head(const struct sockwatch_net *snet);
bool sockwatch_batch_begin(struct sockwatch_batch *batch);
bool sockwatch_batch_add(struct sockwatch_batch *batch,
			 const struct sockwatch_event *event);
struct sk_buff *sockwatch_batch_end(struct sockwatch_batch *batch);

#endif /* _SOCKWATCH_GENL_BATCH_H */
