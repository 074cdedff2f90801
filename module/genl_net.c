// SPDX-License-Identifier: GPL-2.0
/* Which network namespace a request is about, and who may ask. */
#include <linux/capability.h>
#include <linux/err.h>
#include <net/netlink.h>
#include <net/sock.h>
#include <uapi/linux/sockwatch.h>

#include "genl_net.h"

/**
 * sockwatch_genl_may_see() - may a sender ask about a namespace at all?
 * @skb: the request
 * @net: the namespace
 *
 * Context: any.
 * Return: true: numbers are for him.
 */
bool sockwatch_genl_may_see(const struct sk_buff *skb, const struct net *net)
{
	return net_eq(net, sock_net(skb->sk)) ||
	       netlink_ns_capable(skb, net->user_ns, CAP_NET_ADMIN);
}

/**
 * sockwatch_genl_administers() - may a sender see addresses and owners, and
 *	forget them?
 * @skb: the request
 * @net: the namespace, his own or another one
 * @extack: filled if not; may be NULL
 *
 * Context: any.
 * Return: true: he may.
 */
bool sockwatch_genl_administers(const struct sk_buff *skb,
				const struct net *net,
				struct netlink_ext_ack *extack)
{
	if (netlink_ns_capable(skb, net->user_ns, CAP_NET_ADMIN))
		return true;
	NL_SET_ERR_MSG(extack, "addresses, owners and reset: this needs CAP_NET_ADMIN in the user namespace that owns the network namespace");
	return false;
}

static struct net *net_named(struct nlattr **attrs,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *attr = attrs[SOCKWATCH_A_NETNS_FD];
	struct net *net;

	if (attr) {
		net = get_net_ns_by_fd(nla_get_u32(attr));
		if (IS_ERR(net))
			NL_SET_ERR_MSG_ATTR(extack, attr, "the descriptor is not one of a network namespace: open /run/netns/NAME or /proc/PID/ns/net");
		return net;
	}
	attr = attrs[SOCKWATCH_A_NETNS_PID];
	net = get_net_ns_by_pid(nla_get_u32(attr));
	if (IS_ERR(net))
		NL_SET_ERR_MSG_ATTR(extack, attr, "no process has this pid: give one of a process in the namespace");
	return net;
}

/**
 * sockwatch_genl_net() - the namespace that a request names
 * @skb: the request
 * @attrs: its attributes
 * @extack: filled on an error
 *
 * Context: process, may sleep.
 * Return: the namespace, with a reference; or an ERR_PTR.
 */
struct net *sockwatch_genl_net(const struct sk_buff *skb,
			       struct nlattr **attrs,
			       struct netlink_ext_ack *extack)
{
	struct net *net;

	if (attrs[SOCKWATCH_A_NETNS_FD] && attrs[SOCKWATCH_A_NETNS_PID]) {
		NL_SET_ERR_MSG(extack, "a descriptor and a pid: give one of them");
		return ERR_PTR(-EINVAL);
	}
	if (!attrs[SOCKWATCH_A_NETNS_FD] && !attrs[SOCKWATCH_A_NETNS_PID])
		return get_net(sock_net(skb->sk));

	net = net_named(attrs, extack);
	if (!IS_ERR(net) && !sockwatch_genl_may_see(skb, net)) {
		put_net(net);
		NL_SET_ERR_MSG(extack, "another network namespace: this needs CAP_NET_ADMIN in the user namespace that owns it");
		return ERR_PTR(-EPERM);
	}
	return net;
}

/**
 * sockwatch_genl_all() - does a request name every namespace?
 * @attrs: its attributes
 * @extack: filled on an error
 *
 * Context: any.
 * Return: 1: yes; 0: one; or -EINVAL: both.
 */
int sockwatch_genl_all(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	if (!attrs[SOCKWATCH_A_ALL_NETNS])
		return 0;
	if (!attrs[SOCKWATCH_A_NETNS_FD] && !attrs[SOCKWATCH_A_NETNS_PID])
		return 1;
	NL_SET_ERR_MSG(extack, "all namespaces and one of them: give either");
	return -EINVAL;
}
