// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family: see include/uapi/linux/sockwatch.h. */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <uapi/linux/sockwatch.h>

#include "compat.h"
#include "genl.h"
#include "genl_events.h"
#include "genl_info.h"
#include "genl_net.h"
#include "genl_rows.h"
#include "genl_sockets.h"
#include "netns.h"
#include "sample.h"
#include "snapshot.h"

static struct genl_family family;

static const struct nla_policy request_policy[] = {
	[SOCKWATCH_A_NETNS_FD] = { .type = NLA_U32 },
	[SOCKWATCH_A_NETNS_PID] = { .type = NLA_U32 },
	[SOCKWATCH_A_ALL_NETNS] = { .type = NLA_FLAG },
	[SOCKWATCH_A_METRIC] = NLA_POLICY_RANGE(NLA_U8,
						SOCKWATCH_METRIC_SOCKET_CREATE,
						SOCKWATCH_METRIC_TIME_IN_STATE),
};

/* Events come to sockets of their own namespace. */
static const struct nla_policy monitor_policy[] = {
	[SOCKWATCH_A_ALL_NETNS] = { .type = NLA_FLAG },
};

/* What is wrong with a filter is said better where it is read. */
static const struct nla_policy sockets_policy[] = {
	[SOCKWATCH_A_NETNS_FD] = { .type = NLA_U32 },
	[SOCKWATCH_A_NETNS_PID] = { .type = NLA_U32 },
	[SOCKWATCH_A_ALL_NETNS] = { .type = NLA_FLAG },
	[SOCKWATCH_A_FILTER] = { .type = NLA_BINARY },
};

/**
 * sockwatch_genl_put() - begin a message of a dump
 * @skb: where
 * @cb: the dump
 * @cmd: SOCKWATCH_CMD_GET_*
 *
 * Return: for genlmsg_end(); NULL: there is no room.
 */
void *sockwatch_genl_put(struct sk_buff *skb, struct netlink_callback *cb,
			 u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &family, NLM_F_MULTI, cmd);
}

/**
 * sockwatch_genl_put_reply() - begin the answer to a request
 * @skb: where
 * @info: the request
 * @cmd: SOCKWATCH_CMD_*
 *
 * Return: for genlmsg_end(); NULL: there is no room.
 */
void *sockwatch_genl_put_reply(struct sk_buff *skb, struct genl_info *info,
			       u8 cmd)
{
	return genlmsg_put_reply(skb, info, &family, 0, cmd);
}

/*
 * Dumps: the first call takes the snapshots, the others only fill.  It is the
 * first call and not .start because what is wrong with the request can be said
 * there: 6.1 has no extack in .start (__netlink_dump_start(),
 * net/netlink/af_netlink.c).  It too runs in the context of the sender, since
 * __netlink_dump_start() makes it itself, with the socket's callback held.
 */

/**
 * struct dump - a dump under way
 * @skb: the request
 * @list: what is dumped
 * @metric: only this one, if the command has metrics; 0: all
 * @first: a snapshot for each namespace
 * @last: where the next one is linked in
 * @at: the one being sent
 * @row: its next row
 * @headed: its head was sent
 */
struct dump {
	const struct sk_buff *skb;
	const struct sockwatch_genl_list *list;
	u8 metric;
	struct sockwatch_snapshot *first;
	struct sockwatch_snapshot **last;
	struct sockwatch_snapshot *at;
	unsigned int row;
	bool headed;
};

static struct dump *dump_of(struct netlink_callback *cb)
{
	return (struct dump *)cb->args[0];
}

static int dump_add(struct sockwatch_net *snet, void *arg)
{
	struct sockwatch_snapshot *snapshot;
	struct dump *dump = arg;

	snapshot = dump->list->take(snet, dump->metric);
	if (IS_ERR(snapshot))
		return PTR_ERR(snapshot);
	*dump->last = snapshot;
	dump->last = &snapshot->next;
	return 0;
}

static bool list_allowed(const struct dump *dump, const struct net *net,
			 struct netlink_ext_ack *extack)
{
	return !dump->list->admin ||
	       sockwatch_genl_administers(dump->skb, net, extack);
}

static int dump_add_allowed(struct sockwatch_net *snet, void *arg)
{
	struct dump *dump = arg;

	cond_resched();
	if (!check_net(snet->net) ||
	    !sockwatch_genl_may_see(dump->skb, snet->net) ||
	    !list_allowed(dump, snet->net, NULL))
		return 0;
	return dump_add(snet, arg);
}

static int dump_add_one(struct dump *dump, struct nlattr **attrs,
			struct netlink_ext_ack *extack)
{
	struct net *net = sockwatch_genl_net(dump->skb, attrs, extack);
	int err = -EPERM;

	if (IS_ERR(net))
		return PTR_ERR(net);
	if (list_allowed(dump, net, extack))
		err = dump_add(sockwatch_net_held(net), dump);
	put_net(net);
	return err;
}

static void dump_free(struct dump *dump)
{
	struct sockwatch_snapshot *snapshot;

	while ((snapshot = dump->first)) {
		dump->first = snapshot->next;
		sockwatch_snapshot_free(snapshot);
	}
	kfree(dump);
}

/* The attributes of another command have no place for one. */
static bool has_metrics(u8 cmd)
{
	return cmd == SOCKWATCH_CMD_GET_LATENCY ||
	       cmd == SOCKWATCH_CMD_GET_SAMPLES;
}

static int dump_start(struct netlink_callback *cb)
{
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);
	struct nlattr **attrs = sockwatch_dump_attrs(cb);
	struct dump *dump;
	int err;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->skb = cb->skb;
	dump->list = sockwatch_genl_list(request->cmd);
	if (has_metrics(request->cmd) && attrs[SOCKWATCH_A_METRIC])
		dump->metric = nla_get_u8(attrs[SOCKWATCH_A_METRIC]);
	dump->last = &dump->first;
	err = sockwatch_genl_all(attrs, cb->extack);
	if (err > 0)
		err = sockwatch_net_for_each(dump_add_allowed, dump);
	else if (!err)
		err = dump_add_one(dump, attrs, cb->extack);
	if (err)
		goto err_dump;
	dump->at = dump->first;
	cb->args[0] = (long)dump;
	return 0;

err_dump:
	dump_free(dump);
	return err;
}

static int dump_done(struct netlink_callback *cb)
{
	if (dump_of(cb))
		dump_free(dump_of(cb));
	return 0;
}

static int head_fill(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		     const struct sockwatch_snapshot *snapshot)
{
	void *msg = sockwatch_genl_put(skb, cb, cmd);

	if (!msg)
		return -EMSGSIZE;
	if (nla_put_u32(skb, SOCKWATCH_A_NETNS, snapshot->netns) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_TIME_NS, snapshot->time_ns) ||
	    nla_put_u32(skb, SOCKWATCH_A_ROWS, snapshot->nr)) {
		genlmsg_cancel(skb, msg);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, msg);
	return 0;
}

static int row_fill(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct dump *dump)
{
	void *msg = sockwatch_genl_put(skb, cb, dump->list->cmd);
	int err;

	if (!msg)
		return -EMSGSIZE;
	err = nla_put_u32(skb, SOCKWATCH_A_NETNS, dump->at->netns);
	if (!err)
		err = dump->list->put(skb, sockwatch_snapshot_row(dump->at,
								  dump->row));
	if (err) {
		genlmsg_cancel(skb, msg);
		return err;
	}
	genlmsg_end(skb, msg);
	return 0;
}

static int snapshot_fill(struct sk_buff *skb, struct netlink_callback *cb,
			 struct dump *dump)
{
	int err;

	if (!dump->headed) {
		err = head_fill(skb, cb, dump->list->cmd, dump->at);
		if (err)
			return err;
		dump->headed = true;
	}
	for (; dump->row < dump->at->nr; dump->row++) {
		err = row_fill(skb, cb, dump);
		if (err)
			return err;
	}
	dump->at = dump->at->next;
	dump->row = 0;
	dump->headed = false;
	return 0;
}

/* A full skb is sent and this is called again, until it puts nothing. */
static int dump_fill(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *dump;
	int err = 0;

	if (!dump_of(cb))
		err = dump_start(cb);
	if (err)
		return err;
	dump = dump_of(cb);
	while (dump->at && !err)
		err = snapshot_fill(skb, cb, dump);
	return skb->len ? skb->len : err;
}

/* To forget the samples */

static int reset_allowed(struct sockwatch_net *snet, void *skb)
{
	cond_resched();
	if (check_net(snet->net) &&
	    sockwatch_genl_administers(skb, snet->net, NULL))
		sockwatch_sample_reset(snet);
	return 0;
}

static int reset_one(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = sockwatch_genl_net(skb, info->attrs, info->extack);
	int err = -EPERM;

	if (IS_ERR(net))
		return PTR_ERR(net);
	if (sockwatch_genl_administers(skb, net, info->extack)) {
		sockwatch_sample_reset(sockwatch_net_held(net));
		err = 0;
	}
	put_net(net);
	return err;
}

static int reset_do(struct sk_buff *skb, struct genl_info *info)
{
	int all = sockwatch_genl_all(info->attrs, info->extack);

	if (all < 0)
		return all;
	if (all)
		return sockwatch_net_for_each(reset_allowed, skb);
	return reset_one(skb, info);
}

static const struct genl_ops ops[] = {
	{
		.cmd = SOCKWATCH_CMD_GET_INFO,
		.doit = sockwatch_genl_info,
		.policy = request_policy,
		.maxattr = SOCKWATCH_A_NETNS_PID,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_COUNTERS,
		.dumpit = dump_fill,
		.done = dump_done,
		.policy = request_policy,
		.maxattr = SOCKWATCH_A_ALL_NETNS,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_FAILURES,
		.dumpit = dump_fill,
		.done = dump_done,
		.policy = request_policy,
		.maxattr = SOCKWATCH_A_ALL_NETNS,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_STATES,
		.dumpit = dump_fill,
		.done = dump_done,
		.policy = request_policy,
		.maxattr = SOCKWATCH_A_ALL_NETNS,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_TRANSITIONS,
		.dumpit = dump_fill,
		.done = dump_done,
		.policy = request_policy,
		.maxattr = SOCKWATCH_A_ALL_NETNS,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_LATENCY,
		.dumpit = dump_fill,
		.done = dump_done,
		.policy = request_policy,
		.maxattr = SOCKWATCH_A_METRIC,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_TCP,
		.dumpit = dump_fill,
		.done = dump_done,
		.policy = request_policy,
		.maxattr = SOCKWATCH_A_ALL_NETNS,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_OPTIONS,
		.dumpit = dump_fill,
		.done = dump_done,
		.policy = request_policy,
		.maxattr = SOCKWATCH_A_ALL_NETNS,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_LISTENERS,
		.dumpit = dump_fill,
		.done = dump_done,
		.policy = request_policy,
		.maxattr = SOCKWATCH_A_ALL_NETNS,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_SOCKETS,
		.dumpit = sockwatch_sockets_dump,
		.done = sockwatch_sockets_done,
		.policy = sockets_policy,
		.maxattr = SOCKWATCH_A_FILTER,
	},
	{
		.cmd = SOCKWATCH_CMD_MONITOR,
		.doit = sockwatch_monitor_do,
		.policy = monitor_policy,
		.maxattr = SOCKWATCH_A_ALL_NETNS,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_SAMPLES,
		.dumpit = dump_fill,
		.done = dump_done,
		.policy = request_policy,
		.maxattr = SOCKWATCH_A_METRIC,
	},
	{
		.cmd = SOCKWATCH_CMD_RESET,
		.doit = reset_do,
		.policy = request_policy,
		.maxattr = SOCKWATCH_A_ALL_NETNS,
	},
};

/* Joining it is the one thing that is not asked of us. */
static const struct genl_multicast_group groups[] = {
	{
		.name = SOCKWATCH_GENL_EVENTS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

static struct genl_family family = {
	.name = SOCKWATCH_GENL_NAME,
	.version = SOCKWATCH_GENL_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/**
 * sockwatch_genl_event() - begin a message of events
 * @skb: where
 *
 * Return: for genlmsg_end(); NULL: there is no room.
 */
void *sockwatch_genl_event(struct sk_buff *skb)
{
	return genlmsg_put(skb, 0, 0, &family, 0, SOCKWATCH_CMD_EVENT);
}

/**
 * sockwatch_genl_multicast() - send a message of events
 * @net: to the sockets of this namespace
 * @skb: the message, which is consumed
 *
 * Context: process, may sleep; while the family is registered.
 * Return: 0, -ESRCH: nobody is there, or -ENOBUFS: a reader who wants to know
 * had no room.
 */
int sockwatch_genl_multicast(const struct net *net, struct sk_buff *skb)
{
	return genlmsg_multicast_netns(&family, (struct net *)net, skb, 0, 0,
				       GFP_KERNEL);
}

/**
 * sockwatch_genl_init() - register the family
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int sockwatch_genl_init(void)
{
	int err;

	err = sockwatch_genl_events_init();
	if (err)
		return err;
	err = genl_register_family(&family);
	if (err)
		sockwatch_genl_events_exit();
	return err;
}

/**
 * sockwatch_genl_exit() - take the family away
 *
 * Context: process, may sleep.  On return no command runs.
 */
void sockwatch_genl_exit(void)
{
	sockwatch_genl_events_stop();
	genl_unregister_family(&family);
	sockwatch_genl_events_exit();
}
