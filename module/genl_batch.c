// SPDX-License-Identifier: GPL-2.0
/* A message of events, as it is made. */
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/skbuff.h>
#include <linux/sizes.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <uapi/linux/sockwatch.h>

#include "genl.h"
#include "genl_batch.h"
#include "genl_rows.h"
#include "netns.h"
#include "pages.h"

/* What a message has besides its events. */
#define HEAD_BYTES	128

/* Events of a message. */
#define EVENTS_MAX	(SZ_16K / sizeof(struct sockwatch_event))

/**
 * sockwatch_batch_head() - a message without events
 * @snet: the namespace; it says which event comes next
 *
 * Context: process, may sleep, with what guards @snet's numbers.
 * Return: the message, to be ended; NULL: no memory.
 */
struct sk_buff *sockwatch_batch_head(const struct sockwatch_net *snet)
{
	struct sk_buff *skb = nlmsg_new(HEAD_BYTES, GFP_KERNEL);

	if (!skb)
		return NULL;
	if (WARN_ON_ONCE(!sockwatch_genl_event(skb) ||
			 nla_put_u32(skb, SOCKWATCH_A_NETNS,
				     snet->net->ns.inum) ||
			 sockwatch_u64_put(skb, SOCKWATCH_A_SEQ,
					   snet->events.seq + 1))) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

/**
 * sockwatch_batch_begin() - begin the next message of a namespace
 * @batch: its message, of which there is none
 *
 * Context: that of sockwatch_batch_head().
 * Return: false: no memory.
 */
bool sockwatch_batch_begin(struct sockwatch_batch *batch)
{
	struct sk_buff *skb;

	batch->page = sockwatch_pages_get();
	if (!batch->page)
		return false;
	skb = sockwatch_batch_head(batch->snet);
	if (!skb)
		goto err_page;
	batch->attr = nla_reserve(skb, SOCKWATCH_A_EVENTS, 0);
	if (WARN_ON_ONCE(!batch->attr))
		goto err_skb;
	batch->skb = skb;
	batch->events = page_address(batch->page);
	batch->nr = 0;
	return true;

err_skb:
	nlmsg_free(skb);
err_page:
	put_page(batch->page);
	return false;
}

/* In the initial pid namespace, or in its own: see struct sockwatch_event. */
static void pid_translate(struct sockwatch_event *event)
{
	struct pid *pid;

	if (!(event->known & SOCKWATCH_KNOWN_PID))
		return;
	rcu_read_lock();
	pid = find_pid_ns(event->pid, &init_pid_ns);
	event->pid = pid ? pid_nr_ns(pid, ns_of_pid(pid)) : 0;
	rcu_read_unlock();
	if (!event->pid)
		event->known &= ~SOCKWATCH_KNOWN_PID;
}

/**
 * sockwatch_batch_add() - one event more
 * @batch: the message, which is not full
 * @event: the event, with numbers as the kernel has them
 *
 * The initial user namespace has all numbers as they are.
 *
 * Context: process.
 * Return: true: it is full now.
 */
bool sockwatch_batch_add(struct sockwatch_batch *batch,
			 const struct sockwatch_event *event)
{
	struct sockwatch_event *to = &batch->events[batch->nr++];
	const struct net *net = batch->snet->net;

	*to = *event;
	if (net->user_ns != &init_user_ns) {
		pid_translate(to);
		if (to->known & SOCKWATCH_KNOWN_UID)
			to->uid = from_kuid_munged(net->user_ns,
						   KUIDT_INIT(event->uid));
	}
	return batch->nr == EVENTS_MAX;
}

/**
 * sockwatch_batch_end() - take the message out
 * @batch: the message
 *
 * The events are not copied: the skb has the page.
 *
 * Context: process.
 * Return: it.  @batch has none any more.
 */
struct sk_buff *sockwatch_batch_end(struct sockwatch_batch *batch)
{
	size_t bytes = batch->nr * sizeof(struct sockwatch_event);
	struct sk_buff *skb = batch->skb;

	batch->attr->nla_len += bytes;
	if (bytes)
		skb_add_rx_frag(skb, 0, batch->page, 0, bytes,
				SOCKWATCH_PAGES_BYTES);
	else
		put_page(batch->page);
	nlmsg_hdr(skb)->nlmsg_len = skb->len;
	batch->skb = NULL;
	return skb;
}
