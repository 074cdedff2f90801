/* SPDX-License-Identifier: GPL-2.0 */
/* Where the peer of a connection is: on this host, or elsewhere. */
#ifndef _SOCKWATCH_SCOPE_H
#define _SOCKWATCH_SCOPE_H

#include <linux/netdevice.h>
#include <linux/types.h>
#include <net/dst.h>
#include <net/request_sock.h>
#include <net/sock.h>

bool sockwatch_scope_by_address(const struct sock *sk) __cold;
bool sockwatch_scope_of_request(const struct sock *sk,
				const struct request_sock *req);

/**
 * sockwatch_scope_by_route() - where a route leads to
 * @dst: the route
 *
 * Any address of this host is routed over the loopback device, or that of VRF
 * (ip_route_output_key_hash_rcu(), net/ipv4/route.c; addrconf_f6i_alloc(),
 * net/ipv6/route.c).
 *
 * Context: process or softirq.
 * Return: true: to another host.
 */
static __always_inline bool
sockwatch_scope_by_route(const struct dst_entry *dst)
{
	const struct net_device *dev = READ_ONCE(dst->dev);

	return !(dev->flags & IFF_LOOPBACK) && !netif_is_l3_master(dev);
}

/**
 * sockwatch_scope_is_remote() - where the peer of a sock is
 * @sk: the sock, which has a peer
 *
 * Context: process or softirq, with the sock's lock held.
 * Return: true: on another host.
 */
static __always_inline bool sockwatch_scope_is_remote(const struct sock *sk)
{
	const struct dst_entry *dst = rcu_dereference_raw(sk->sk_dst_cache);

	return likely(dst) ? sockwatch_scope_by_route(dst) :
			     sockwatch_scope_by_address(sk);
}

#endif /* _SOCKWATCH_SCOPE_H */
