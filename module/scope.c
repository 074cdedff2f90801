// SPDX-License-Identifier: GPL-2.0
/* Where the peer of a connection is: on this host, or elsewhere. */
#include <net/addrconf.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "scope.h"

#if IS_ENABLED(CONFIG_IPV6)
static bool remote6(struct net *net, const struct in6_addr *peer)
{
	if (ipv6_addr_loopback(peer))
		return false;
#if IS_BUILTIN(CONFIG_IPV6)
	return !ipv6_chk_addr(net, peer, NULL, 0);
#else
	return true;
#endif
}
#endif

static bool remote4(struct net *net, __be32 peer)
{
	return inet_addr_type(net, peer) != RTN_LOCAL;
}

/**
 * sockwatch_scope_by_address() - sockwatch_scope_is_remote() without a route
 * @sk: the sock, which has a peer
 *
 * Context: process or softirq.
 * Return: true: its peer is at none of this host's addresses.
 */
bool sockwatch_scope_by_address(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&sk->sk_v6_daddr))
		return remote6(sock_net(sk), &sk->sk_v6_daddr);
#endif
	return remote4(sock_net(sk), inet_sk(sk)->inet_daddr);
}

/**
 * sockwatch_scope_of_request() - the scope of a request
 * @sk: its listener
 * @req: the request
 *
 * It has no route, so its peer's address is looked up.
 *
 * Context: softirq.
 * Return: false: local.
 */
bool sockwatch_scope_of_request(const struct sock *sk,
				const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 &&
	    !ipv6_addr_v4mapped(&ireq->ir_v6_rmt_addr))
		return remote6(sock_net(sk), &ireq->ir_v6_rmt_addr);
#endif
	return remote4(sock_net(sk), ireq->ir_rmt_addr);
}
