// SPDX-License-Identifier: GPL-2.0
/* What happens to a TCP sock, and what that means for the numbers. */
#include <linux/netdevice.h>
#include <linux/tcp.h>
#include <net/dst.h>
#include <net/inet_connection_sock.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/tcp.h>

#include "classify.h"
#include "counters.h"
#include "listen.h"
#include "tcp.h"

/**
 * DOC: one sock's time
 *
 * Each move of a sock from one state to another is counted in a matrix; how
 * many sockets are in a state is what went in less what went out, so the hot
 * path has one counter for both.  A sock begins in CLOSE, a child in the state
 * of its clone (it never was in LISTEN, though the tracepoint says so).
 *
 * entry->state_ns is when the sock came into its state, entry->conn_ns when
 * the connection began: the first SYN, then ESTABLISHED.
 *
 * Everything here runs under the sock's lock, with preemption off.
 */

/* connect() that fails at once is counted by its wrapper. */
static bool wrapped[2] __read_mostly;

static __always_inline struct sockwatch_tcpstat *
stat_of(const struct sockwatch_net *snet, u8 flags)
{
	return READ_ONCE(snet->tcp[flags & SOCKWATCH_TCP_INET6]);
}

static __always_inline unsigned int remote(u8 flags)
{
	return flags / SOCKWATCH_TCP_REMOTE & 1;
}

static __always_inline void sample(struct sockwatch_tcpstat *stat,
				   unsigned int hist, u64 ns)
{
	sockwatch_hist_add_to(&stat->cpu->hist[hist], &stat->hist[hist], ns);
}

static __always_inline void moved(const struct sockwatch_tcpstat *stat,
				  unsigned int from, unsigned int to)
{
	this_cpu_inc(stat->cpu->move[sockwatch_move(from, to)]);
}

static __always_inline void unknown(struct sockwatch_tcpstat *stat,
				    enum sockwatch_metric metric)
{
	this_cpu_inc(stat->cpu->unknown[metric - SOCKWATCH_METRIC_FIRST]);
}

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

/* Without a route only the address is left to tell. */
static noinline bool remote_by_address(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&sk->sk_v6_daddr))
		return remote6(sock_net(sk), &sk->sk_v6_daddr);
#endif
	return remote4(sock_net(sk), inet_sk(sk)->inet_daddr);
}

/*
 * Any address of this host is routed over the loopback device, or that of VRF
 * (ip_route_output_key_hash_rcu(), net/ipv4/route.c; addrconf_f6i_alloc(),
 * net/ipv6/route.c), and the sock has the route.
 */
static __always_inline bool is_far(const struct sock *sk)
{
	const struct dst_entry *dst = rcu_dereference_raw(sk->sk_dst_cache);
	const struct net_device *dev;

	if (unlikely(!dst))
		return remote_by_address(sk);
	dev = READ_ONCE(dst->dev);
	return !(dev->flags & IFF_LOOPBACK) && !netif_is_l3_master(dev);
}

static __always_inline u8 scope_find(u8 flags, const struct sock *sk)
{
	flags &= ~SOCKWATCH_TCP_REMOTE;
	return flags | SOCKWATCH_TCP_SCOPED |
	       (is_far(sk) ? SOCKWATCH_TCP_REMOTE : 0);
}

/*
 * The round trip that the kernel took from its SYN/ACK (tcp_check_req() and
 * tcp_rcv_state_process() call tcp_synack_rtt_meas()): none after a
 * retransmission without timestamps.
 */
static __always_inline void handshake(struct sockwatch_tcpstat *stat,
				      const struct sock *sk, u8 flags)
{
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	if (likely(srtt_us && !(flags & SOCKWATCH_TCP_UNTIMED)))
		sample(stat, SOCKWATCH_H_HANDSHAKE + remote(flags),
		       (u64)srtt_us * NSEC_PER_USEC);
	else
		unknown(stat, SOCKWATCH_METRIC_TCP_HANDSHAKE);
}

static noinline void
congestion_rare(struct sockwatch_net *snet, struct sockwatch_tcpstat *stat,
		unsigned int family, const struct tcp_congestion_ops *ops)
{
	u64 key = sockwatch_congestion_pack(family, ops->key);
	unsigned int row;

	if (!snet)
		return;
	row = sockwatch_counters_row(&snet->congestion, key);

	/* Kept, since it may be unloaded before anybody asks. */
	if (!*snet->congestion_name[row])
		memcpy(snet->congestion_name[row], ops->name,
		       TCP_CA_NAME_MAX);
	if (!READ_ONCE(stat->common_key) && row != snet->congestion.nr)
		cmpxchg(&stat->common_key, 0, ops->key);
	this_cpu_inc(*sockwatch_counters_cells(&snet->congestion, row));
}

static __always_inline void options_count(struct sockwatch_tcpstat *stat,
					  const struct sockwatch_entry *entry,
					  const struct sock *sk)
{
	const struct tcp_congestion_ops *ops = inet_csk(sk)->icsk_ca_ops;
	const struct tcp_sock *tp = tcp_sk(sk);
	unsigned int flags = 0;

	BUILD_BUG_ON(TCP_NAGLE_OFF != 1 || TCP_NAGLE_CORK != 2 ||
		     TCP_ECN_OK != 1);
	/* TCP_NODELAY and TCP_CORK, as they stand */
	flags |= tp->nonagle & (TCP_NAGLE_OFF | TCP_NAGLE_CORK);
	flags |= !!tp->rx_opt.sack_ok << (SOCKWATCH_OPTION_SACK - 1);
	flags |= tp->rx_opt.tstamp_ok << (SOCKWATCH_OPTION_TIMESTAMPS - 1);
	flags |= tp->rx_opt.wscale_ok << (SOCKWATCH_OPTION_WSCALE - 1);
	flags |= (tp->ecn_flags & TCP_ECN_OK) << (SOCKWATCH_OPTION_ECN - 1);
	flags |= sock_flag(sk, SOCK_KEEPOPEN) <<
		 (SOCKWATCH_OPTION_KEEPALIVE - 1);
	flags |= tp->syn_data_acked << (SOCKWATCH_OPTION_FASTOPEN - 1);
	this_cpu_inc(stat->cpu->flags[flags]);
	if (likely(ops->key == stat->common_key))
		this_cpu_inc(stat->cpu->common);
	else
		congestion_rare(READ_ONCE(entry->snet), stat,
				entry->tcp_flags & SOCKWATCH_TCP_INET6 ?
					AF_INET6 : AF_INET, ops);
}

static void connect_failure(struct sockwatch_net *snet, const struct sock *sk,
			    int err)
{
	u64 kind = sockwatch_kind_pack(sk->sk_family, sk->sk_type,
				       sk->sk_protocol);
	unsigned int row;

	row = sockwatch_counters_row(&snet->failures,
				     sockwatch_connect_pack(kind, err));
	this_cpu_inc(*sockwatch_counters_cells(&snet->failures, row));
}

/*
 * A connection that did not open.  An answer that came later has set sk_err
 * before (tcp_reset(), tcp_write_err(), tcp_v4_err()).  Without one, either
 * connect() itself fails, and has not told the socket yet that it is
 * connecting (__inet_stream_connect(), net/ipv4/af_inet.c), or whoever asked
 * gave up.
 */
static noinline void not_opened(const struct sockwatch_entry *entry,
				const struct sock *sk)
{
	struct sockwatch_net *snet = READ_ONCE(entry->snet);
	const struct socket *sock = sk->sk_socket;
	int err = READ_ONCE(sk->sk_err);

	if (!err && wrapped[sk->sk_family == AF_INET6] && sock &&
	    sock->state == SS_UNCONNECTED)
		return;
	if (snet)
		connect_failure(snet, sk, -err);
}

/*
 * IPV6_ADDRFORM has made an inet6 sock one of inet, and nothing told us.  The
 * numbers follow at its next move.
 */
static noinline void family_check(struct sockwatch_entry *entry,
				  const struct sockwatch_net *snet,
				  const struct sock *sk)
{
	struct sockwatch_tcpstat *from = READ_ONCE(snet->tcp[1]);
	struct sockwatch_tcpstat *to = READ_ONCE(snet->tcp[0]);

	if (sk->sk_family == AF_INET6 || !to)
		return;
	moved(from, entry->tcp_state, SOCKWATCH_MOVE_TAKEN);
	moved(to, SOCKWATCH_MOVE_PLACED, entry->tcp_state);
	entry->tcp_flags &= ~SOCKWATCH_TCP_INET6;
}

/**
 * DOC: one function for each sort of move
 *
 * A move is counted, and the time in the state that it ends, by leave(); what
 * else it means depends on where it leads.  Each sort has a function of its
 * own, called last, so that none pays for the registers of another.
 */

static __always_inline void leave(struct sockwatch_tcpstat *stat,
				  struct sockwatch_entry *entry,
				  unsigned int from, unsigned int state,
				  u8 flags, u64 now_ns)
{
	unsigned int index = sockwatch_move(from, state);
	u64 since_ns = entry->state_ns;

	this_cpu_inc(stat->cpu->move[index]);
	entry->state_ns = now_ns;
	entry->tcp_state = state;
	if (likely(since_ns))
		sample(stat, sockwatch_tcp_hist_of[index] + remote(flags),
		       now_ns - since_ns);
}

/* To and from LISTEN. */
static noinline void listening(struct sockwatch_entry *entry,
			       const struct sock *sk, unsigned int from,
			       unsigned int state)
{
	struct sockwatch_net *snet = READ_ONCE(entry->snet);

	if (!snet)
		return;
	/* Else it is that of its parent. */
	if (from == TCP_LISTEN)
		sockwatch_listen_stop(snet, entry->listener);
	entry->listener = 0;
	if (state == TCP_LISTEN)
		entry->listener = sockwatch_listen_start(snet, sk, true);
}

/* From CLOSE or LISTEN, which have no scope. */
static noinline void begin(struct sockwatch_tcpstat *stat,
			   struct sockwatch_entry *entry,
			   const struct sock *sk, unsigned int state,
			   u64 now_ns)
{
	unsigned int from = entry->tcp_state;

	leave(stat, entry, from, state, 0, now_ns);
	if (likely(state == TCP_SYN_SENT)) {
		entry->conn_ns = now_ns;
		entry->tcp_flags |= SOCKWATCH_TCP_ACTIVE |
				    SOCKWATCH_TCP_TIMED;
	} else {
		listening(entry, sk, from, state);
	}
}

/* Straight from SYN_SENT the time in that state is the time of the connect. */
static noinline void open(struct sockwatch_tcpstat *stat,
			  struct sockwatch_entry *entry, const struct sock *sk,
			  u64 now_ns)
{
	u8 flags = scope_find(entry->tcp_flags, sk);
	unsigned int from = entry->tcp_state;

	entry->tcp_flags = flags | SOCKWATCH_TCP_OPENED | SOCKWATCH_TCP_TIMED;
	/* From CLOSE, which has no scope, by TCP_REPAIR. */
	leave(stat, entry, from, TCP_ESTABLISHED,
	      unlikely(from == TCP_CLOSE) ? 0 : flags, now_ns);
	if (!(flags & SOCKWATCH_TCP_ACTIVE))
		handshake(stat, sk, flags);
	else if (unlikely(!(flags & SOCKWATCH_TCP_TIMED)))
		unknown(stat, SOCKWATCH_METRIC_TCP_CONNECT);
	else if (unlikely(from != TCP_SYN_SENT))
		sample(stat, SOCKWATCH_H_CONNECT + remote(flags),
		       now_ns - entry->conn_ns);
	entry->conn_ns = now_ns;
}

/* Straight from ESTABLISHED the time in that state is the lifetime. */
static noinline void close(struct sockwatch_tcpstat *stat,
			   struct sockwatch_entry *entry,
			   const struct sock *sk, u64 now_ns)
{
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;
	unsigned int from = entry->tcp_state;
	u8 flags = entry->tcp_flags;

	leave(stat, entry, from, TCP_CLOSE, flags, now_ns);
	entry->tcp_flags = flags & SOCKWATCH_TCP_INET6;
	if (unlikely(!(flags & SOCKWATCH_TCP_OPENED))) {
		if (flags & SOCKWATCH_TCP_ACTIVE)
			not_opened(entry, sk);
		return;
	}
	if (unlikely(!(flags & SOCKWATCH_TCP_TIMED)))
		unknown(stat, SOCKWATCH_METRIC_TCP_LIFETIME);
	else if (from != TCP_ESTABLISHED)
		sample(stat, SOCKWATCH_H_LIFETIME + remote(flags),
		       now_ns - entry->conn_ns);
	if (likely(srtt_us))
		sample(stat, SOCKWATCH_H_RTT + remote(flags),
		       (u64)srtt_us * NSEC_PER_USEC);
	else
		unknown(stat, SOCKWATCH_METRIC_TCP_RTT);
	options_count(stat, entry, sk);
}

/*
 * A sock that has not moved yet is in CLOSE, if we have known it always.  From
 * here on it has numbers of its family.
 */
static noinline bool first_move(struct sockwatch_entry *entry,
				const struct sock *sk,
				unsigned int old)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);

	if (old != TCP_CLOSE || !snet)
		return false;
	entry->state_ns = entry->birth_ns;
	entry->tcp_flags = sk->sk_family == AF_INET6 ? SOCKWATCH_TCP_INET6 : 0;
	if (!stat_of(snet, entry->tcp_flags))
		return false;
	entry->tcp_state = TCP_CLOSE;
	return true;
}

/**
 * sockwatch_tcp_state() - a TCP sock changes its state
 * @sk: the sock, which still shows its old state
 * @old: that
 * @state: the new one
 * @now_ns: sockwatch_clock_ns()
 *
 * Where the state that we know differs from @old, because the census looked in
 * the instant of a change, ours counts: what went in goes out again.
 *
 * Context: process or softirq, with preemption off and the sock's lock held.
 */
void sockwatch_tcp_state(const struct sock *sk, unsigned int old,
			 unsigned int state, u64 now_ns)
{
	struct sockwatch_entry *entry = sockwatch_track_find(sk);
	const struct sockwatch_net *snet;
	struct sockwatch_tcpstat *stat;
	unsigned int from;

	if (unlikely(!entry || state >= SOCKWATCH_STATES))
		return;
	if (unlikely(!entry->tcp_state) && !first_move(entry, sk, old))
		return;
	snet = READ_ONCE(entry->snet);
	from = entry->tcp_state;
	if (unlikely(!snet || from == state))
		return;
	if (unlikely(entry->tcp_flags & SOCKWATCH_TCP_INET6))
		family_check(entry, snet, sk);
	stat = stat_of(snet, entry->tcp_flags);
	if (state == TCP_ESTABLISHED)
		return open(stat, entry, sk, now_ns);
	if (from == TCP_CLOSE || unlikely(from == TCP_LISTEN))
		return begin(stat, entry, sk, state, now_ns);
	if (unlikely(!(entry->tcp_flags & SOCKWATCH_TCP_SCOPED)))
		entry->tcp_flags = scope_find(entry->tcp_flags, sk);
	if (state == TCP_CLOSE)
		return close(stat, entry, sk, now_ns);
	leave(stat, entry, from, state, entry->tcp_flags, now_ns);
}

/**
 * sockwatch_tcp_inherit() - a listener is cloned for a connection
 * @parent: the listener
 * @child: the clone, not set up yet
 *
 * With TCP_DEFER_ACCEPT the kernel takes the time from its SYN/ACK to the
 * first data (tcp_check_req(), net/ipv4/tcp_minisocks.c), which is no round
 * trip.
 *
 * Context: softirq, with preemption off.
 */
void sockwatch_tcp_inherit(const struct sock *parent, const struct sock *child)
{
	const struct sockwatch_entry *from = sockwatch_track_find(parent);
	struct sockwatch_entry *entry = sockwatch_track_find(child);

	if (unlikely(!from || !entry))
		return;
	entry->listener = from->listener;
	entry->tcp_flags = 0;
	if (inet_csk(parent)->icsk_accept_queue.rskq_defer_accept)
		entry->tcp_flags = SOCKWATCH_TCP_UNTIMED;
}

/**
 * sockwatch_tcp_cookie() - a child came of a syncookie
 * @child: the child, not ESTABLISHED yet
 *
 * Nobody remembers when its SYN/ACK was sent, and the timestamp that comes
 * back carries options in its low bits (cookie_init_timestamp(),
 * net/ipv4/syncookies.c).
 *
 * Context: softirq.
 */
void sockwatch_tcp_cookie(const struct sock *child)
{
	struct sockwatch_entry *entry = sockwatch_track_find(child);

	if (entry)
		entry->tcp_flags |= SOCKWATCH_TCP_UNTIMED;
}

/**
 * sockwatch_tcp_born() - a child came into being
 * @entry: its entry
 * @snet: its namespace
 * @sk: the child
 * @state: its first state
 * @now_ns: sockwatch_clock_ns()
 *
 * Context: softirq, with preemption off.
 */
void sockwatch_tcp_born(struct sockwatch_entry *entry,
			struct sockwatch_net *snet, const struct sock *sk,
			unsigned int state, u64 now_ns)
{
	struct sockwatch_tcpstat *stat;

	if (sk->sk_family == AF_INET6)
		entry->tcp_flags |= SOCKWATCH_TCP_INET6;
	stat = stat_of(snet, entry->tcp_flags);
	if (unlikely(!stat))
		return;
	moved(stat, SOCKWATCH_MOVE_BORN, state);
	entry->tcp_state = state;
	entry->state_ns = now_ns;
}

/*
 * The sock may change its state at this time.  A change before the entry says
 * anything is not counted, one after it is; what is left is the instant in
 * which the state that we read is about to be another.
 */
static unsigned int place(struct sockwatch_entry *entry,
			  const struct sock *sk)
{
	u8 state = READ_ONCE(sk->sk_state);
	u8 again;

	if (state >= SOCKWATCH_STATES || cmpxchg(&entry->tcp_state, 0, state))
		return 0;
	again = READ_ONCE(sk->sk_state);
	if (again != state && again < SOCKWATCH_STATES &&
	    cmpxchg(&entry->tcp_state, state, again) == state)
		state = again;
	return state;
}

/* It may stop to listen at this time, and have seen no listener to stop. */
static void listening_found(struct sockwatch_entry *entry,
			    struct sockwatch_net *snet, const struct sock *sk)
{
	u32 id = sockwatch_listen_start(snet, sk, false);

	WRITE_ONCE(entry->listener, id);
	/* Pairs with leave(), which comes before listening() looks. */
	smp_mb();
	if (READ_ONCE(entry->tcp_state) != TCP_LISTEN)
		sockwatch_listen_stop(snet, id);
}

/**
 * sockwatch_tcp_found() - the census came across a TCP sock
 * @entry: its new entry
 * @snet: its namespace
 * @sk: the sock, which the caller keeps from going
 *
 * Nothing is known of when it came into its state.
 *
 * Context: process, any lock, with preemption off.
 */
void sockwatch_tcp_found(struct sockwatch_entry *entry,
			 struct sockwatch_net *snet, const struct sock *sk)
{
	struct sockwatch_tcpstat *stat;
	unsigned int state;

	if (sk->sk_family == AF_INET6)
		entry->tcp_flags |= SOCKWATCH_TCP_INET6;
	stat = stat_of(snet, entry->tcp_flags);
	if (unlikely(!stat))
		return;
	entry->state_ns = 0;
	state = place(entry, sk);
	if (!state)
		return;
	moved(stat, SOCKWATCH_MOVE_PLACED, state);
	if (state == TCP_LISTEN)
		listening_found(entry, snet, sk);
	else if (state == TCP_SYN_SENT)
		entry->tcp_flags |= SOCKWATCH_TCP_ACTIVE;
	else if (state != TCP_SYN_RECV && state != TCP_CLOSE)
		entry->tcp_flags |= SOCKWATCH_TCP_OPENED;
}

/**
 * sockwatch_tcp_accepted() - accept hands out a child
 * @entry: its entry
 * @snet: its namespace
 * @sk: the child
 * @now_ns: sockwatch_clock_ns()
 *
 * Fast Open lets accept have a child before it is ESTABLISHED: it waits since
 * it was cloned.
 *
 * Context: process, with preemption off.
 */
void sockwatch_tcp_accepted(struct sockwatch_entry *entry,
			    const struct sockwatch_net *snet,
			    const struct sock *sk, u64 now_ns)
{
	struct sockwatch_tcpstat *stat = stat_of(snet, entry->tcp_flags);
	u64 since = entry->birth_ns;

	if (unlikely(!stat))
		return;
	if (likely(entry->tcp_flags & SOCKWATCH_TCP_TIMED))
		since = entry->conn_ns;
	if (unlikely(!since)) {
		unknown(stat, SOCKWATCH_METRIC_TCP_ACCEPT_QUEUE);
		return;
	}
	if (unlikely(!(entry->tcp_flags & SOCKWATCH_TCP_SCOPED)))
		entry->tcp_flags = scope_find(entry->tcp_flags, sk);
	sample(stat, SOCKWATCH_H_ACCEPT + remote(entry->tcp_flags),
	       now_ns - since);
	sockwatch_listen_wait(entry->listener, now_ns - since);
	entry->listener = 0;
}

/**
 * sockwatch_tcp_gone() - a sock is freed in a state other than CLOSE
 * @entry: its entry
 *
 * No way to that is known; the numbers stay right all the same.
 *
 * Context: process or softirq, with preemption off.
 */
void sockwatch_tcp_gone(const struct sockwatch_entry *entry)
{
	struct sockwatch_net *snet = READ_ONCE(entry->snet);
	struct sockwatch_tcpstat *stat;

	if (!snet)
		return;
	stat = stat_of(snet, entry->tcp_flags);
	if (stat)
		moved(stat, entry->tcp_state, SOCKWATCH_MOVE_TAKEN);
	if (entry->tcp_state == TCP_LISTEN)
		sockwatch_listen_stop(snet, entry->listener);
}

/**
 * sockwatch_tcp_connect_failed() - connect() failed at once
 * @sk: the sock
 * @err: the negative errno
 *
 * Context: process, with the sock's lock held.
 */
void sockwatch_tcp_connect_failed(const struct sock *sk, int err)
{
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	snet = sockwatch_net_of(sock_net(sk));
	if (likely(snet))
		connect_failure(snet, sk, err);
	preempt_enable_notrace();
}

/**
 * sockwatch_tcp_wrapped() - say who counts a connect() that fails at once
 * @inet: sockwatch_tcp_connect_failed() is called for each of inet
 * @inet6: likewise
 *
 * Context: process.
 */
void sockwatch_tcp_wrapped(bool inet, bool inet6)
{
	wrapped[0] = inet;
	wrapped[1] = inet6;
}

/**
 * sockwatch_tcp_stat() - where something that happens to a sock counts
 * @sk: the sock, which has a peer
 * @remote: filled with its scope
 *
 * Context: process or softirq, with preemption off and the sock's lock held.
 * Return: the numbers, or NULL: the sock is not tracked.
 */
struct sockwatch_tcpstat *sockwatch_tcp_stat(const struct sock *sk,
					     bool *remote)
{
	const struct sockwatch_entry *entry = sockwatch_track_find(sk);
	const struct sockwatch_net *snet;

	if (unlikely(!entry))
		return NULL;
	snet = READ_ONCE(entry->snet);
	if (unlikely(!snet))
		return NULL;
	if (likely(entry->tcp_flags & SOCKWATCH_TCP_SCOPED))
		*remote = entry->tcp_flags & SOCKWATCH_TCP_REMOTE;
	else
		*remote = is_far(sk);
	return stat_of(snet, entry->tcp_flags);
}

/**
 * sockwatch_tcp_request_remote() - the scope of a request
 * @sk: its listener
 * @req: the request
 *
 * It has no route, so its peer's address is looked up.
 *
 * Context: softirq.
 * Return: false: local.
 */
bool sockwatch_tcp_request_remote(const struct sock *sk,
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
