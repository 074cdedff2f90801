// SPDX-License-Identifier: GPL-2.0
/* Who monitors which namespace, and who is sent what. */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <uapi/linux/sockwatch.h>

#include "events.h"
#include "genl.h"
#include "genl_batch.h"
#include "genl_events.h"
#include "genl_net.h"
#include "genl_rows.h"
#include "netns.h"
#include "pages.h"

/* How long events may wait for others. */
#define DELAY_MS	10

/**
 * struct monitor - a socket that asked for events
 * @list: in the list of all
 * @net: its namespace, which it holds
 * @portid: its number there
 * @all: it also wants what its namespace's owner may see
 */
struct monitor {
	struct list_head list;
	const struct net *net;
	u32 portid;
	bool all;
};

/* Guards all here: who monitors, what is watched, and what is being sent. */
static DEFINE_MUTEX(monitors_lock);
static LIST_HEAD(monitors);
static LIST_HEAD(batches);
static bool leaving;

static struct workqueue_struct *sender;

static bool owner_may_see(const struct user_namespace *owner,
			  const struct user_namespace *other)
{
	while (other->level > owner->level)
		other = other->parent;
	return other == owner;
}

static bool monitor_covers(const struct monitor *monitor,
			   const struct net *net)
{
	return net_eq(monitor->net, net) ||
	       (monitor->all && owner_may_see(monitor->net->user_ns,
					      net->user_ns));
}

/* Sending */

/* One message is enough for all monitors of a namespace. */
static bool was_sent_to(const struct monitor *monitor, const struct net *net)
{
	const struct monitor *before = monitor;

	list_for_each_entry_continue_reverse(before, &monitors, list)
		if (net_eq(before->net, monitor->net) &&
		    monitor_covers(before, net))
			return true;
	return false;
}

/* Only a reader who wants to be told of it makes it an error that he is full. */
static bool message_send(const struct net *net, struct sk_buff *skb)
{
	const struct monitor *monitor;
	struct sk_buff *copy;
	bool sent = true;

	list_for_each_entry(monitor, &monitors, list) {
		if (!monitor_covers(monitor, net) || was_sent_to(monitor, net))
			continue;
		copy = skb_clone(skb, GFP_KERNEL);
		if (!copy || sockwatch_genl_multicast(monitor->net, copy) ==
				     -ENOBUFS)
			sent = false;
	}
	consume_skb(skb);
	return sent;
}

static bool batch_begin(struct sockwatch_batch *batch)
{
	if (!sockwatch_batch_begin(batch))
		return false;
	list_add_tail(&batch->list, &batches);
	return true;
}

static void batch_send(struct sockwatch_batch *batch)
{
	struct sockwatch_net_events *events = &batch->snet->events;
	struct sk_buff *skb = sockwatch_batch_end(batch);

	list_del(&batch->list);
	events->sent += batch->nr;
	if (!message_send(batch->snet->net, skb))
		events->overrun += batch->nr;
}

/* What nobody wants any more is not counted. */
static void event_take(struct sockwatch_net *snet,
		       const struct sockwatch_event *event)
{
	struct sockwatch_batch *batch = snet->events.batch;

	if (!snet->watched)
		return;
	if (!batch->skb && !batch_begin(batch)) {
		this_cpu_inc(*snet->events.lost);
		snet->events.lost_seen++;
		snet->events.seq++;
		return;
	}
	snet->events.seq++;
	if (sockwatch_batch_add(batch, event))
		batch_send(batch);
}

/* Those that found no room have their numbers too. */
static int lost_take(struct sockwatch_net *snet, void *unused)
{
	u64 lost = sockwatch_events_lost(snet);

	if (!snet->watched || lost == snet->events.lost_seen)
		return 0;
	if (snet->events.batch->skb)
		batch_send(snet->events.batch);
	snet->events.seq += lost - snet->events.lost_seen;
	snet->events.lost_seen = lost;
	/* So that he knows, whenever there will be another. */
	batch_begin(snet->events.batch);
	return 0;
}

static void events_send(void)
{
	struct sockwatch_batch *batch, *next;

	sockwatch_events_drain();
	if (sockwatch_events_any_lost())
		sockwatch_net_for_each(lost_take, NULL);
	list_for_each_entry_safe(batch, next, &batches, list)
		batch_send(batch);
}

static void send_work(struct work_struct *work)
{
	mutex_lock(&monitors_lock);
	if (!list_empty(&monitors))
		events_send();
	mutex_unlock(&monitors_lock);
}

static DECLARE_DELAYED_WORK(sending, send_work);

/*
 * The work is no longer pending before it looks at the queues
 * (set_work_pool_and_clear_pending(), kernel/workqueue.c): either it sees what
 * was just queued, or we see that it does not wait.
 */
static void sender_wake(bool soon)
{
	if (soon)
		mod_delayed_work(sender, &sending, 0);
	else if (!delayed_work_pending(&sending))
		queue_delayed_work(sender, &sending,
				   msecs_to_jiffies(DELAY_MS));
}

static const struct sockwatch_events_ops events_ops = {
	.wake = sender_wake,
	.take = event_take,
};

/* Watching */

static bool is_covered(const struct net *net)
{
	const struct monitor *monitor;

	list_for_each_entry(monitor, &monitors, list)
		if (monitor_covers(monitor, net))
			return true;
	return false;
}

/* What it needs it keeps until it goes: it may be watched again. */
static int watch_begin(struct sockwatch_net *snet)
{
	struct sockwatch_net_events *events = &snet->events;

	if (!events->batch) {
		events->batch = kzalloc(sizeof(*events->batch),
					GFP_KERNEL_ACCOUNT);
		if (!events->batch)
			return -ENOMEM;
		events->batch->snet = snet;
	}
	if (!events->lost)
		events->lost = alloc_percpu_gfp(u64, GFP_KERNEL_ACCOUNT);
	if (!events->lost)
		return -ENOMEM;
	/* Pairs with sockwatch_event_watched(). */
	smp_store_release(&snet->watched, true);
	return 0;
}

static int watch_update(struct sockwatch_net *snet, void *unused)
{
	if (is_covered(snet->net)) {
		if (!snet->watched && snet->events.open)
			return watch_begin(snet);
	} else if (snet->watched) {
		WRITE_ONCE(snet->watched, false);
	}
	return 0;
}

/* Monitors */

static struct monitor *monitor_find(const struct net *net, u32 portid)
{
	struct monitor *monitor;

	list_for_each_entry(monitor, &monitors, list)
		if (net_eq(monitor->net, net) && monitor->portid == portid)
			return monitor;
	return NULL;
}

static void monitor_remove(struct monitor *monitor)
{
	list_del(&monitor->list);
	kfree(monitor);
	sockwatch_net_for_each(watch_update, NULL);
	if (list_empty(&monitors)) {
		sockwatch_events_stop();
		sockwatch_pages_free();
	}
}

static int monitor_add(const struct net *net, u32 portid)
{
	struct monitor *monitor;
	int err = 0;

	monitor = kzalloc(sizeof(*monitor), GFP_KERNEL_ACCOUNT);
	if (!monitor)
		return -ENOMEM;
	monitor->net = net;
	monitor->portid = portid;
	if (list_empty(&monitors))
		err = sockwatch_events_start(&events_ops);
	if (err) {
		kfree(monitor);
		return err;
	}
	list_add_tail(&monitor->list, &monitors);
	return 0;
}

/**
 * struct syncing - for net_sync()
 * @monitor: who wants to know
 */
struct syncing {
	const struct monitor *monitor;
};

/* It comes behind all that was sent, so he knows what he has missed. */
static int net_sync(struct sockwatch_net *snet, void *arg)
{
	const struct syncing *syncing = arg;
	const struct monitor *monitor = syncing->monitor;
	struct sk_buff *skb;

	if (!snet->watched || !monitor_covers(monitor, snet->net))
		return 0;
	skb = sockwatch_batch_head(snet);
	if (!skb)
		return -ENOMEM;
	nlmsg_end(skb, nlmsg_hdr(skb));
	return genlmsg_unicast((struct net *)monitor->net, skb,
			       monitor->portid);
}

static int monitor_set(const struct net *net, u32 portid, bool all)
{
	struct syncing syncing;
	struct monitor *monitor;
	int err;

	if (!monitor_find(net, portid)) {
		err = monitor_add(net, portid);
		if (err)
			return err;
	}
	monitor = monitor_find(net, portid);
	monitor->all = all;
	err = sockwatch_net_for_each(watch_update, NULL);
	if (err) {
		monitor_remove(monitor);
		return err;
	}
	events_send();
	syncing.monitor = monitor;
	return sockwatch_net_for_each(net_sync, &syncing);
}

/**
 * sockwatch_monitor_do() - SOCKWATCH_CMD_MONITOR
 * @skb: the request
 * @info: likewise
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int sockwatch_monitor_do(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	int err = -ENODEV;

	if (!sockwatch_genl_administers(skb, net, info->extack))
		return -EPERM;
	mutex_lock(&monitors_lock);
	if (leaving)
		NL_SET_ERR_MSG(info->extack, "the module is being unloaded");
	else
		err = monitor_set(net, info->snd_portid,
				  info->attrs[SOCKWATCH_A_ALL_NETNS]);
	mutex_unlock(&monitors_lock);
	return err;
}

/* Every netlink socket that is closed comes here. */
static int on_release(struct notifier_block *block, unsigned long what,
		      void *arg)
{
	const struct netlink_notify *notify = arg;
	struct monitor *monitor;

	if (what != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	/* That of this socket, if any, is there since long. */
	if (data_race(list_empty(&monitors)))
		return NOTIFY_DONE;
	mutex_lock(&monitors_lock);
	monitor = monitor_find(notify->net, notify->portid);
	if (monitor)
		monitor_remove(monitor);
	mutex_unlock(&monitors_lock);
	return NOTIFY_DONE;
}

static struct notifier_block release_block = {
	.notifier_call = on_release,
};

/*
 * Namespaces: those of netns.c are there before ours are open, and after.  One
 * whose setup fails in between has nothing here that would have to go.
 */

static int __net_init events_net_init(struct net *net)
{
	struct sockwatch_net *snet = sockwatch_net_held(net);

	mutex_lock(&monitors_lock);
	snet->events.open = true;
	if (watch_update(snet, NULL))
		atomic_inc(&snet->grow_failed);
	mutex_unlock(&monitors_lock);
	return 0;
}

/* A grace period follows (cleanup_net(), net/core/net_namespace.c). */
static void __net_exit events_net_pre_exit(struct net *net)
{
	struct sockwatch_net *snet = sockwatch_net_held(net);

	mutex_lock(&monitors_lock);
	snet->events.open = false;
	WRITE_ONCE(snet->watched, false);
	mutex_unlock(&monitors_lock);
}

/* No queue has anything of it when it goes. */
static void __net_exit events_net_exit(struct list_head *exit_list)
{
	struct net *net;

	mutex_lock(&monitors_lock);
	if (!list_empty(&monitors))
		events_send();
	list_for_each_entry(net, exit_list, exit_list)
		kfree(sockwatch_net_held(net)->events.batch);
	mutex_unlock(&monitors_lock);
}

static struct pernet_operations events_net_ops = {
	.init = events_net_init,
	.pre_exit = events_net_pre_exit,
	.exit_batch = events_net_exit,
};

/**
 * sockwatch_events_put() - put what became of a namespace's events
 * @skb: where
 * @snet: the namespace
 *
 * Context: process.
 * Return: 0 or -EMSGSIZE.
 */
int sockwatch_events_put(struct sk_buff *skb, const struct sockwatch_net *snet)
{
	const struct sockwatch_net_events *events = &snet->events;

	if (sockwatch_u64_put(skb, SOCKWATCH_A_EVENTS_SENT,
			      READ_ONCE(events->sent)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_EVENTS_LOST,
			      sockwatch_events_lost(snet)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_EVENTS_OVERRUN,
			      READ_ONCE(events->overrun)))
		return -EMSGSIZE;
	return 0;
}

/**
 * sockwatch_genl_events_init() - get ready for monitors
 *
 * Context: process, may sleep; before the family is registered.
 * Return: 0 or a negative errno.
 */
int sockwatch_genl_events_init(void)
{
	int err;

	sender = alloc_workqueue("sockwatch", WQ_UNBOUND | WQ_HIGHPRI, 1);
	if (!sender)
		return -ENOMEM;
	err = register_pernet_subsys(&events_net_ops);
	if (err)
		goto err_sender;
	err = netlink_register_notifier(&release_block);
	if (err)
		goto err_pernet;
	return 0;

err_pernet:
	unregister_pernet_subsys(&events_net_ops);
err_sender:
	destroy_workqueue(sender);
	return err;
}

/**
 * sockwatch_genl_events_stop() - send nothing any more
 *
 * Monitors learn from the controller that the family goes.
 *
 * Context: process, may sleep; before the family is taken away, so that
 * nothing is sent to its group after.
 */
void sockwatch_genl_events_stop(void)
{
	struct monitor *monitor, *next;

	mutex_lock(&monitors_lock);
	leaving = true;
	list_for_each_entry_safe(monitor, next, &monitors, list)
		monitor_remove(monitor);
	mutex_unlock(&monitors_lock);
}

/**
 * sockwatch_genl_events_exit() - the opposite of sockwatch_genl_events_init()
 *
 * Context: process, may sleep; after sockwatch_genl_events_stop(), if the
 * family was registered.
 */
void sockwatch_genl_events_exit(void)
{
	netlink_unregister_notifier(&release_block);
	unregister_pernet_subsys(&events_net_ops);
	cancel_delayed_work_sync(&sending);
	destroy_workqueue(sender);
}
