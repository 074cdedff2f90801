// SPDX-License-Identifier: GPL-2.0
/* The dump of sockets, made while it is read. */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/overflow.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <uapi/linux/sockwatch.h>

#include "compat.h"
#include "filter.h"
#include "genl.h"
#include "genl_net.h"
#include "genl_rows.h"
#include "genl_sockets.h"
#include "list.h"
#include "netns.h"

/* The longest text about a filter, with its step. */
#define TEXT_MAX	128

/**
 * struct asked_net - a namespace of a dump
 * @list: in the dump's list of those that are not done
 * @net: the namespace, with a reference
 */
struct asked_net {
	struct list_head list;
	struct net *net;
};

/**
 * struct sockets_dump - a dump under way
 * @nets: &struct asked_net; the first one is being sent
 * @walk: where in it; it has the sender's namespaces, with references, since
 *	somebody else may read
 * @headed: the head of the first was sent
 * @text: what is wrong with the filter: the kernel reads it after the call
 *	that fails and before .done (netlink_dump(), net/netlink/af_netlink.c)
 * @ops: the filter
 *
 * A million sockets need no more than ten: nothing of them is kept, and the
 * reader has them as fast as he reads.
 */
struct sockets_dump {
	struct list_head nets;
	struct sockwatch_list walk;
	bool headed;
	char text[TEXT_MAX];
	struct sockwatch_filter_op ops[];
};

static struct sockets_dump *sockets_of(struct netlink_callback *cb)
{
	return (struct sockets_dump *)cb->args[0];
}

static int net_add(struct sockets_dump *dump, struct net *net)
{
	struct asked_net *asked = kmalloc(sizeof(*asked), GFP_KERNEL_ACCOUNT);

	if (!asked) {
		put_net(net);
		return -ENOMEM;
	}
	asked->net = net;
	list_add_tail(&asked->list, &dump->nets);
	return 0;
}

static void net_drop(struct asked_net *asked)
{
	list_del(&asked->list);
	put_net(asked->net);
	kfree(asked);
}

/**
 * struct all_nets - for net_add_allowed()
 * @skb: the request
 * @dump: the dump that it begins
 */
struct all_nets {
	const struct sk_buff *skb;
	struct sockets_dump *dump;
};

static int net_add_allowed(struct sockwatch_net *snet, void *arg)
{
	const struct all_nets *all = arg;
	struct net *net = maybe_get_net(snet->net);

	cond_resched();
	if (!net)
		return 0;
	if (sockwatch_genl_administers(all->skb, net, NULL))
		return net_add(all->dump, net);
	put_net(net);
	return 0;
}

static int net_add_one(struct sockets_dump *dump, const struct sk_buff *skb,
		       struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct net *net = sockwatch_genl_net(skb, attrs, extack);

	if (IS_ERR(net))
		return PTR_ERR(net);
	if (sockwatch_genl_administers(skb, net, extack))
		return net_add(dump, net);
	put_net(net);
	return -EPERM;
}

static int nets_add(struct sockets_dump *dump, const struct sk_buff *skb,
		    struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct all_nets all = { .skb = skb, .dump = dump };
	int err;

	err = sockwatch_genl_all(attrs, extack);
	if (err > 0)
		return sockwatch_net_for_each(net_add_allowed, &all);
	return err ?: net_add_one(dump, skb, attrs, extack);
}

/* NL_SET_ERR_MSG() takes constants only, and they know no step. */
static int filter_check(struct sockets_dump *dump, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	struct sockwatch_filter_fault fault;

	if (sockwatch_filter_check(dump->ops, dump->walk.nr_ops, &fault))
		return 0;
	if (fault.step)
		snprintf(dump->text, sizeof(dump->text), "filter, step %u: %s",
			 fault.step, fault.why);
	else
		snprintf(dump->text, sizeof(dump->text), "filter: %s",
			 fault.why);
	extack->_msg = dump->text;
	NL_SET_BAD_ATTR(extack, attr);
	return -EINVAL;
}

static struct sockets_dump *sockets_new(const struct nlattr *filter)
{
	size_t nr = filter ? nla_len(filter) / sizeof(struct sockwatch_filter_op) : 0;
	struct sockets_dump *dump;

	dump = kzalloc(struct_size(dump, ops, nr), GFP_KERNEL_ACCOUNT);
	if (!dump)
		return NULL;
	INIT_LIST_HEAD(&dump->nets);
	dump->walk.pid_ns = get_pid_ns(task_active_pid_ns(current));
	dump->walk.user_ns = get_user_ns(current_user_ns());
	if (nr)
		memcpy(dump->ops, nla_data(filter), nr * sizeof(*dump->ops));
	dump->walk.ops = dump->ops;
	dump->walk.nr_ops = nr;
	return dump;
}

/*
 * The first call of the dump, as for the others: see genl.c.  From the moment
 * that @cb knows the dump, sockwatch_sockets_done() gives back what it has.
 */
static int sockets_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = sockwatch_dump_attrs(cb);
	const struct nlattr *filter = attrs[SOCKWATCH_A_FILTER];
	struct sockets_dump *dump;
	int err;

	if (filter && nla_len(filter) % sizeof(struct sockwatch_filter_op)) {
		NL_SET_ERR_MSG_ATTR(cb->extack, filter, "a filter is an array of struct sockwatch_filter_op: its length is no multiple of that");
		return -EINVAL;
	}
	dump = sockets_new(filter);
	if (!dump)
		return -ENOMEM;
	cb->args[0] = (long)dump;
	err = filter ? filter_check(dump, filter, cb->extack) : 0;
	return err ?: nets_add(dump, cb->skb, attrs, cb->extack);
}

/**
 * sockwatch_sockets_done() - the end of a dump, or of a try at one
 * @cb: the dump
 *
 * Context: process, may sleep.
 * Return: 0.
 */
int sockwatch_sockets_done(struct netlink_callback *cb)
{
	struct sockets_dump *dump = sockets_of(cb);
	struct asked_net *asked, *next;

	if (!dump)
		return 0;
	list_for_each_entry_safe(asked, next, &dump->nets, list)
		net_drop(asked);
	put_user_ns(dump->walk.user_ns);
	put_pid_ns(dump->walk.pid_ns);
	kfree(dump);
	return 0;
}

static int sockets_head_fill(struct sk_buff *skb, struct netlink_callback *cb,
			     const struct net *net)
{
	void *msg = sockwatch_genl_put(skb, cb, SOCKWATCH_CMD_GET_SOCKETS);

	if (!msg)
		return -EMSGSIZE;
	if (nla_put_u32(skb, SOCKWATCH_A_NETNS, net->ns.inum) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_TIME_NS, ktime_get_real_ns())) {
		genlmsg_cancel(skb, msg);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, msg);
	return 0;
}

static int socket_fill(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct net *net,
		       const struct sockwatch_socket_row *row)
{
	void *msg = sockwatch_genl_put(skb, cb, SOCKWATCH_CMD_GET_SOCKETS);

	if (!msg)
		return -EMSGSIZE;
	if (nla_put_u32(skb, SOCKWATCH_A_NETNS, net->ns.inum) ||
	    sockwatch_genl_list(SOCKWATCH_CMD_GET_SOCKETS)->put(skb, row)) {
		genlmsg_cancel(skb, msg);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, msg);
	return 0;
}

/* A socket that does not fit is looked at again by the next call. */
static int net_fill(struct sk_buff *skb, struct netlink_callback *cb,
		    struct asked_net *asked)
{
	struct sockets_dump *dump = sockets_of(cb);
	struct sockwatch_socket_row row;
	int err;

	if (!dump->headed) {
		err = sockets_head_fill(skb, cb, asked->net);
		if (err)
			return err;
		dump->headed = true;
		dump->walk.slot = 0;
		dump->walk.snet = sockwatch_net_held(asked->net);
	}
	for (; sockwatch_list_row(&dump->walk, &row); dump->walk.slot++) {
		err = socket_fill(skb, cb, asked->net, &row);
		if (err)
			return err;
	}
	net_drop(asked);
	dump->headed = false;
	return 0;
}

/**
 * sockwatch_sockets_dump() - send sockets, as many as fit
 * @skb: where
 * @cb: the dump
 *
 * Context: process, may sleep.
 * Return: bytes put, 0: that was all; or a negative errno.
 */
int sockwatch_sockets_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sockets_dump *dump;
	struct asked_net *asked;
	int err = 0;

	if (!sockets_of(cb))
		err = sockets_start(cb);
	if (err)
		return err;
	dump = sockets_of(cb);
	while (!err && !list_empty(&dump->nets)) {
		asked = list_first_entry(&dump->nets, struct asked_net, list);
		err = net_fill(skb, cb, asked);
	}
	return skb->len ? skb->len : err;
}
