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
stat_of(const struct sockwatch_net *snet, unsigned int flags)
{
	return READ_ONCE(snet->tcp[flags & SOCKWATCH_TCP_INET6]);
}

/* For sockwatch_tcpstat_sample(). */
static __always_inline unsigned long far(unsigned int flags)
{
	return flags & SOCKWATCH_TCP_REMOTE;
}

/* Microseconds as what sockwatch_hist_count() takes. */
static __always_inline u64 as_n(u32 us)
{
	return (u64)us * NSEC_PER_USEC - 1;
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
static noinline __cold bool remote_by_address(const struct sock *sk)
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
static __always_inline unsigned int
scope_by_route(const struct dst_entry *dst)
{
	const struct net_device *dev = READ_ONCE(dst->dev);

	if (dev->flags & IFF_LOOPBACK || netif_is_l3_master(dev))
		return 0;
	return SOCKWATCH_TCP_REMOTE;
}

static __always_inline bool is_far(const struct sock *sk)
{
	const struct dst_entry *dst = rcu_dereference_raw(sk->sk_dst_cache);

	return likely(dst) ? scope_by_route(dst) : remote_by_address(sk);
}

static noinline __cold u8 scope_find(u8 flags, const struct sock *sk)
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
				      const struct sock *sk,
				      unsigned int flags)
{
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	if (likely(srtt_us && !(flags & SOCKWATCH_TCP_UNTIMED)))
		sockwatch_tcpstat_sample(stat, SOCKWATCH_H_HANDSHAKE,
					 far(flags), as_n(srtt_us));
	else
		unknown(stat, SOCKWATCH_METRIC_TCP_HANDSHAKE);
}

static noinline __cold void
congestion_rare(struct sockwatch_tcpstat *stat, const struct sock *sk)
{
	const struct tcp_congestion_ops *ops = inet_csk(sk)->icsk_ca_ops;
	const struct sockwatch_entry *entry = sockwatch_track_find(sk);
	struct sockwatch_net *snet = READ_ONCE(entry->snet);
	unsigned int row;
	u64 key;

	if (!snet)
		return;
	key = sockwatch_congestion_pack(entry->tcp_flags & SOCKWATCH_TCP_INET6 ?
						AF_INET6 : AF_INET, ops->key);
	row = sockwatch_counters_row(&snet->congestion, key);

	/* Kept, since it may be unloaded before anybody asks. */
	if (!*snet->congestion_name[row])
		memcpy(snet->congestion_name[row], ops->name,
		       TCP_CA_NAME_MAX);
	if (!READ_ONCE(stat->common_key) && row != snet->congestion.nr)
		cmpxchg(&stat->common_key, 0, ops->key);
	this_cpu_inc(*sockwatch_counters_cells(&snet->congestion, row));
}

#define OPTION(cpu, name)						\
	this_cpu_inc((cpu)->option[SOCKWATCH_OPTION_##name - 1])

/* What most connections have not, and the other way about. */
static __always_inline void
options_count(struct sockwatch_tcp_cpu __percpu *cpu, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	this_cpu_inc(cpu->closed);
	if (tp->nonagle & (TCP_NAGLE_OFF | TCP_NAGLE_CORK)) {
		if (tp->nonagle & TCP_NAGLE_OFF)
			OPTION(cpu, NODELAY);
		if (tp->nonagle & TCP_NAGLE_CORK)
			OPTION(cpu, CORK);
	}
	if (unlikely(!tp->rx_opt.sack_ok))
		OPTION(cpu, SACK);
	if (unlikely(!tp->rx_opt.tstamp_ok))
		OPTION(cpu, TIMESTAMPS);
	if (unlikely(!tp->rx_opt.wscale_ok))
		OPTION(cpu, WSCALE);
	if (unlikely(tp->ecn_flags & TCP_ECN_OK))
		OPTION(cpu, ECN);
	if (sock_flag(sk, SOCK_KEEPOPEN))
		OPTION(cpu, KEEPALIVE);
	if (unlikely(tp->syn_data_acked))
		OPTION(cpu, FASTOPEN);
}

static __always_inline bool is_common(const struct sockwatch_tcpstat *stat,
				      const struct sock *sk)
{
	return inet_csk(sk)->icsk_ca_ops->key == stat->common_key;
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
static noinline __cold void not_opened(const struct sockwatch_entry *entry,
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
static noinline __cold void family_changed(struct sockwatch_entry *entry,
					   const struct sockwatch_net *snet)
{
	struct sockwatch_tcpstat *from = READ_ONCE(snet->tcp[1]);
	struct sockwatch_tcpstat *to = READ_ONCE(snet->tcp[0]);

	if (!to)
		return;
	moved(from, entry->tcp_state, SOCKWATCH_MOVE_TAKEN);
	moved(to, SOCKWATCH_MOVE_PLACED, entry->tcp_state);
	entry->tcp_flags &= ~SOCKWATCH_TCP_INET6;
	entry->tcp_flags |= SOCKWATCH_TCP_TURNED;
}

/* To and from LISTEN. */
static noinline __cold void listening(struct sockwatch_entry *entry,
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

/* The sock that a RST is about to close on this CPU. */
static DEFINE_PER_CPU(const struct sock *, reset_of);

/**
 * sockwatch_tcp_reset() - a RST has come, and is about to end a connection
 * @sk: the sock
 *
 * Next tcp_reset() closes it (net/ipv4/tcp_input.c), with bottom halves off:
 * what is to be counted is at hand then.
 *
 * Context: process or softirq, with preemption off and the sock's lock held.
 */
void sockwatch_tcp_reset(const struct sock *sk)
{
	if (likely(sk->sk_state != TCP_CLOSE))
		this_cpu_write(reset_of, sk);
}

static __always_inline void reset_count(struct sockwatch_tcpstat *stat,
					const struct sock *sk,
					unsigned int flags)
{
	if (this_cpu_read(reset_of) != sk)
		return;
	this_cpu_write(reset_of, NULL);
	this_cpu_inc(stat->cpu->segment[!!far(flags)]
				       [SOCKWATCH_SEGMENT_RESET_RECEIVED]);
}

/**
 * DOC: one function for each sort of move
 *
 * A move is counted, and the time in the state that it ends, by leave(); what
 * else it means depends on where it leads.  Each sort has a function of its
 * own, called last, and what is rare is called last too: so none pays for the
 * registers of another.
 */

/* What outlives a connection. */
#define OF_FAMILY	(SOCKWATCH_TCP_INET6 | SOCKWATCH_TCP_TURNED)

/* The connection was ESTABLISHED, and conn_ns says when. */
#define OPEN_FLAGS	(SOCKWATCH_TCP_OPENED | SOCKWATCH_TCP_TIMED)

static __always_inline bool is_set(unsigned int flags, unsigned int all)
{
	return (flags & all) == all;
}

/*
 * Returns whether the time in the old state is still to be settled, which the
 * caller does last.
 */
static __always_inline bool leave(struct sockwatch_tcp_cpu __percpu *cpu,
				  struct sockwatch_entry *entry,
				  unsigned int from, unsigned int state,
				  unsigned int hist, unsigned long far,
				  u64 since_ns, u64 now_ns)
{
	this_cpu_inc(cpu->move[sockwatch_move(from, state)]);
	entry->state_ns = now_ns;
	WRITE_ONCE(entry->tcp_state, state);
	return likely(since_ns) &&
	       unlikely(sockwatch_tcpstat_count(cpu, hist, far,
						now_ns + ~since_ns));
}

/* From any state to any other. */
static __always_inline void leave_any(struct sockwatch_tcpstat *stat,
				      struct sockwatch_entry *entry,
				      unsigned int state, unsigned long far,
				      u64 now_ns)
{
	unsigned int from = entry->tcp_state;
	unsigned int hist = sockwatch_tcp_hist_of[sockwatch_move(from, state)];
	u64 since_ns = entry->state_ns;

	if (leave(stat->cpu, entry, from, state, hist, far, since_ns, now_ns))
		sockwatch_tcpstat_settle(stat, hist, far, now_ns + ~since_ns);
}

static noinline __cold void summary_rare(struct sockwatch_tcpstat *stat,
					 const struct sock *sk,
					 unsigned long far)
{
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	if (srtt_us)
		sockwatch_tcpstat_sample(stat, SOCKWATCH_H_RTT, far,
					 as_n(srtt_us));
	else
		unknown(stat, SOCKWATCH_METRIC_TCP_RTT);
	if (is_common(stat, sk))
		this_cpu_inc(stat->cpu->common);
	else
		congestion_rare(stat, sk);
}

/* What a connection tells when it is over. */
static noinline void summary(struct sockwatch_tcpstat *stat,
			     const struct sock *sk, unsigned long far)
{
	struct sockwatch_tcp_cpu __percpu *cpu = stat->cpu;
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	options_count(cpu, sk);
	if (unlikely(!srtt_us || !is_common(stat, sk)))
		return summary_rare(stat, sk, far);
	this_cpu_inc(cpu->common);
	sockwatch_tcpstat_sample(stat, SOCKWATCH_H_RTT, far, as_n(srtt_us));
}

/* A RST that is still to be sent asks for the scope. */
static __always_inline void forget(struct sockwatch_entry *entry,
				   unsigned int flags)
{
	entry->tcp_flags = flags & (OF_FAMILY | SOCKWATCH_TCP_SCOPED |
				    SOCKWATCH_TCP_REMOTE);
}

static noinline __cold void close_settle(struct sockwatch_tcpstat *stat,
					 const struct sock *sk,
					 unsigned int hist, unsigned long far,
					 u64 n)
{
	sockwatch_tcpstat_settle(stat, hist, far, n);
	summary(stat, sk, far);
}

/* Then the time in that state is the lifetime. */
static __always_inline void close_established(struct sockwatch_tcpstat *stat,
					      struct sockwatch_entry *entry,
					      const struct sock *sk,
					      unsigned int flags, u64 now_ns)
{
	u64 since_ns = entry->state_ns;

	forget(entry, flags);
	if (leave(stat->cpu, entry, TCP_ESTABLISHED, TCP_CLOSE,
		  SOCKWATCH_H_RESET, far(flags), since_ns, now_ns))
		return close_settle(stat, sk, SOCKWATCH_H_RESET, far(flags),
				    now_ns + ~since_ns);
	summary(stat, sk, far(flags));
}

static noinline __cold void close_other_settle(struct sockwatch_tcpstat *stat,
					       const struct sock *sk,
					       unsigned int hist,
					       unsigned long far, u64 n,
					       u64 life)
{
	sockwatch_tcpstat_settle(stat, hist, far, n);
	sockwatch_tcpstat_sample(stat, SOCKWATCH_H_LIFETIME, far, life);
	summary(stat, sk, far);
}

static noinline void close_other(struct sockwatch_tcpstat *stat,
				 struct sockwatch_entry *entry,
				 const struct sock *sk, u64 now_ns)
{
	unsigned int from = entry->tcp_state, flags = entry->tcp_flags;
	unsigned int hist = sockwatch_tcp_hist_of[sockwatch_move(from,
								 TCP_CLOSE)];
	u64 life = now_ns + ~entry->conn_ns;
	u64 since_ns = entry->state_ns;

	forget(entry, flags);
	if (leave(stat->cpu, entry, from, TCP_CLOSE, hist, far(flags),
		  since_ns, now_ns))
		return close_other_settle(stat, sk, hist, far(flags),
					  now_ns + ~since_ns, life);
	if (sockwatch_tcpstat_count(stat->cpu, SOCKWATCH_H_LIFETIME,
				    far(flags), life))
		return close_settle(stat, sk, SOCKWATCH_H_LIFETIME, far(flags),
				    life);
	summary(stat, sk, far(flags));
}

/* One that was not open, or it is not known since when. */
static noinline __cold void close_rare(struct sockwatch_tcpstat *stat,
				       struct sockwatch_entry *entry,
				       const struct sock *sk, u64 now_ns)
{
	unsigned int flags = entry->tcp_flags;

	forget(entry, flags);
	leave_any(stat, entry, TCP_CLOSE, far(flags), now_ns);
	if (flags & SOCKWATCH_TCP_OPENED) {
		unknown(stat, SOCKWATCH_METRIC_TCP_LIFETIME);
		summary(stat, sk, far(flags));
	} else if (flags & SOCKWATCH_TCP_ACTIVE) {
		not_opened(entry, sk);
	}
}

static __always_inline void opened(struct sockwatch_entry *entry,
				   unsigned int flags, u64 now_ns)
{
	entry->tcp_flags = flags | SOCKWATCH_TCP_OPENED | SOCKWATCH_TCP_TIMED;
	entry->conn_ns = now_ns;
}

/* Straight from SYN_SENT the time in that state is the time of the connect. */
static __always_inline void open_active(struct sockwatch_tcpstat *stat,
					struct sockwatch_entry *entry,
					unsigned int flags, u64 now_ns)
{
	u64 since_ns = entry->state_ns;

	opened(entry, flags, now_ns);
	if (leave(stat->cpu, entry, TCP_SYN_SENT, TCP_ESTABLISHED,
		  SOCKWATCH_H_OPEN, far(flags), since_ns, now_ns))
		sockwatch_tcpstat_settle(stat, SOCKWATCH_H_OPEN, far(flags),
					 now_ns + ~since_ns);
}

static noinline __cold void open_settle(struct sockwatch_tcpstat *stat,
					const struct sock *sk,
					unsigned int flags, u64 n)
{
	sockwatch_tcpstat_settle(stat, SOCKWATCH_H_SYN_RECV, far(flags), n);
	handshake(stat, sk, flags);
}

static __always_inline void open_passive(struct sockwatch_tcpstat *stat,
					 struct sockwatch_entry *entry,
					 const struct sock *sk,
					 unsigned int flags, u64 now_ns)
{
	u64 since_ns = entry->state_ns;

	opened(entry, flags, now_ns);
	if (leave(stat->cpu, entry, TCP_SYN_RECV, TCP_ESTABLISHED,
		  SOCKWATCH_H_SYN_RECV, far(flags), since_ns, now_ns))
		return open_settle(stat, sk, flags, now_ns + ~since_ns);
	handshake(stat, sk, flags);
}

/* By simultaneous open, by TCP_REPAIR, or found by the census in between. */
static noinline __cold void open_rare(struct sockwatch_tcpstat *stat,
				      struct sockwatch_entry *entry,
				      const struct sock *sk, u64 now_ns)
{
	unsigned int flags = scope_find(entry->tcp_flags, sk);
	unsigned int from = entry->tcp_state;
	u64 conn_ns = entry->conn_ns;

	opened(entry, flags, now_ns);
	/* CLOSE has no scope. */
	leave_any(stat, entry, TCP_ESTABLISHED,
		  from == TCP_CLOSE ? 0 : far(flags), now_ns);
	if (!(flags & SOCKWATCH_TCP_ACTIVE))
		handshake(stat, sk, flags);
	else if (!(flags & SOCKWATCH_TCP_TIMED))
		unknown(stat, SOCKWATCH_METRIC_TCP_CONNECT);
	else if (from != TCP_SYN_SENT)
		sockwatch_tcpstat_sample(stat, SOCKWATCH_H_CONNECT, far(flags),
					 now_ns + ~conn_ns);
}

static __always_inline void begin(struct sockwatch_entry *entry,
				  unsigned int flags, u64 now_ns)
{
	entry->conn_ns = now_ns;
	entry->tcp_flags = (flags & OF_FAMILY) | SOCKWATCH_TCP_ACTIVE |
			   SOCKWATCH_TCP_TIMED;
}

/* From CLOSE or LISTEN, which have no scope, to anything but ESTABLISHED. */
static noinline __cold void begin_rare(struct sockwatch_tcpstat *stat,
				       struct sockwatch_entry *entry,
				       const struct sock *sk,
				       unsigned int state, u64 now_ns)
{
	unsigned int from = entry->tcp_state;

	if (state == TCP_SYN_SENT)
		begin(entry, entry->tcp_flags, now_ns);
	leave_any(stat, entry, state, 0, now_ns);
	if (from == TCP_LISTEN || state == TCP_LISTEN)
		listening(entry, sk, from, state);
}

/*
 * A sock that has not moved yet is in CLOSE, if we have known it always.  From
 * here on it has numbers of its family.
 */
static bool first_move(struct sockwatch_entry *entry,
		       const struct sockwatch_net *snet, const struct sock *sk)
{
	u8 flags = sk->sk_family == AF_INET6 ? SOCKWATCH_TCP_INET6 : 0;

	if (sk->sk_state != TCP_CLOSE || !stat_of(snet, flags))
		return false;
	entry->state_ns = entry->birth_ns;
	entry->tcp_flags = flags;
	WRITE_ONCE(entry->tcp_state, TCP_CLOSE);
	return true;
}

/* Any move to any state. */
static noinline __cold void move_rare(struct sockwatch_entry *entry,
				      const struct sock *sk,
				      unsigned int state, u64 now_ns)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);
	struct sockwatch_tcpstat *stat;

	if (!snet || state >= SOCKWATCH_STATES)
		return;
	if (!entry->tcp_state && !first_move(entry, snet, sk))
		return;
	if (entry->tcp_state == state)
		return;
	if (entry->tcp_flags & SOCKWATCH_TCP_INET6 &&
	    sk->sk_family != AF_INET6)
		family_changed(entry, snet);
	stat = stat_of(snet, entry->tcp_flags);
	if (state == TCP_ESTABLISHED)
		return open_rare(stat, entry, sk, now_ns);
	if (entry->tcp_state == TCP_CLOSE || entry->tcp_state == TCP_LISTEN)
		return begin_rare(stat, entry, sk, state, now_ns);
	if (!(entry->tcp_flags & SOCKWATCH_TCP_SCOPED))
		entry->tcp_flags = scope_find(entry->tcp_flags, sk);
	if (state != TCP_CLOSE)
		return leave_any(stat, entry, state, far(entry->tcp_flags),
				 now_ns);
	reset_count(stat, sk, entry->tcp_flags);
	if (is_set(entry->tcp_flags, OPEN_FLAGS))
		close_other(stat, entry, sk, now_ns);
	else
		close_rare(stat, entry, sk, now_ns);
}

/**
 * sockwatch_tcp_behind() - a TCP sock changes its state
 * @first: the entry of its first slot, in which it does not lie
 * @sk: the sock
 * @state: as for sockwatch_tcp_state()
 * @now_ns: likewise
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_behind(struct sockwatch_entry *first,
			  const struct sock *sk, unsigned int state,
			  u64 now_ns)
{
	struct sockwatch_entry *entry = sockwatch_track_search(sk);

	if (entry)
		move_rare(entry, sk, state, now_ns);
}

/**
 * sockwatch_tcp_to_syn_sent() - a TCP sock begins a connection
 * @entry: its entry
 * @sk: the sock
 * @now_ns: as for sockwatch_tcp_state()
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_to_syn_sent(struct sockwatch_entry *entry,
			       const struct sock *sk, u64 now_ns)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);
	struct sockwatch_tcpstat *stat;
	unsigned int flags = 0;

	if (sk->sk_family == AF_INET6)
		flags = SOCKWATCH_TCP_INET6;
	/* Usually it has not moved yet: see first_move(). */
	if (unlikely(entry->tcp_state || sk->sk_state != TCP_CLOSE || !snet))
		return move_rare(entry, sk, TCP_SYN_SENT, now_ns);
	stat = stat_of(snet, flags);
	if (unlikely(!stat))
		return;
	begin(entry, flags, now_ns);
	if (leave(stat->cpu, entry, TCP_CLOSE, TCP_SYN_SENT, SOCKWATCH_H_CLOSE,
		  0, entry->birth_ns, now_ns))
		sockwatch_tcpstat_settle(stat, SOCKWATCH_H_CLOSE, 0,
					 now_ns + ~entry->birth_ns);
}

/* There are numbers, and they are those of the sock's family. */
static __always_inline bool is_counted(const struct sockwatch_net *snet,
				       unsigned int flags,
				       const struct sock *sk)
{
	return likely(snet) && (!(flags & SOCKWATCH_TCP_INET6) ||
				likely(sk->sk_family == AF_INET6));
}

/**
 * sockwatch_tcp_to_established() - the connection of a TCP sock opens
 * @entry: its entry
 * @sk: the sock
 * @now_ns: as for sockwatch_tcp_state()
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_to_established(struct sockwatch_entry *entry,
				  const struct sock *sk, u64 now_ns)
{
	const struct dst_entry *dst = rcu_dereference_raw(sk->sk_dst_cache);
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);
	unsigned int flags = entry->tcp_flags;

	if (unlikely(!is_counted(snet, flags, sk) || !dst))
		goto rare;
	flags &= ~SOCKWATCH_TCP_REMOTE;
	flags |= SOCKWATCH_TCP_SCOPED | scope_by_route(dst);
	if (entry->tcp_state == TCP_SYN_SENT &&
	    likely(flags & SOCKWATCH_TCP_TIMED))
		return open_active(stat_of(snet, flags), entry, flags, now_ns);
	if (entry->tcp_state == TCP_SYN_RECV &&
	    likely(!(flags & SOCKWATCH_TCP_ACTIVE)))
		return open_passive(stat_of(snet, flags), entry, sk, flags,
				    now_ns);
rare:
	move_rare(entry, sk, TCP_ESTABLISHED, now_ns);
}

/**
 * sockwatch_tcp_to_close() - a TCP sock comes to its end, or to begin anew
 * @entry: its entry
 * @sk: the sock
 * @now_ns: as for sockwatch_tcp_state()
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_to_close(struct sockwatch_entry *entry,
			    const struct sock *sk, u64 now_ns)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);
	unsigned int flags = entry->tcp_flags;
	struct sockwatch_tcpstat *stat;

	if (unlikely(!is_counted(snet, flags, sk) ||
		     !is_set(flags, OPEN_FLAGS | SOCKWATCH_TCP_SCOPED)))
		return move_rare(entry, sk, TCP_CLOSE, now_ns);
	stat = stat_of(snet, flags);
	reset_count(stat, sk, flags);
	if (entry->tcp_state == TCP_ESTABLISHED)
		close_established(stat, entry, sk, flags, now_ns);
	else
		close_other(stat, entry, sk, now_ns);
}

/**
 * sockwatch_tcp_to_other() - a TCP sock comes to any other state
 * @entry: its entry
 * @sk: the sock
 * @state: the new state
 * @now_ns: as for sockwatch_tcp_state()
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_to_other(struct sockwatch_entry *entry,
			    const struct sock *sk, unsigned int state,
			    u64 now_ns)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);
	unsigned int flags = entry->tcp_flags;

	if (unlikely(!is_counted(snet, flags, sk) ||
		     !is_set(flags, OPEN_FLAGS | SOCKWATCH_TCP_SCOPED) ||
		     entry->tcp_state == state || state >= SOCKWATCH_STATES))
		return move_rare(entry, sk, state, now_ns);
	leave_any(stat_of(snet, flags), entry, state, far(flags), now_ns);
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
 * sockwatch_tcp_child() - sockwatch_tcp_inherit() and sockwatch_tcp_born()
 * @entry: the entry of the child, in TCP_SYN_RECV
 * @from: that of the listener
 * @snet: its namespace
 * @parent: the listener
 * @now_ns: sockwatch_clock_ns()
 *
 * Context: softirq, with preemption off.
 */
void sockwatch_tcp_child(struct sockwatch_entry *entry,
			 const struct sockwatch_entry *from,
			 const struct sockwatch_net *snet,
			 const struct sock *parent, u64 now_ns)
{
	unsigned int flags = from->tcp_flags & SOCKWATCH_TCP_INET6;

	moved(stat_of(snet, flags), SOCKWATCH_MOVE_BORN, TCP_SYN_RECV);
	if (inet_csk(parent)->icsk_accept_queue.rskq_defer_accept)
		flags |= SOCKWATCH_TCP_UNTIMED;
	entry->tcp_flags = flags;
	entry->listener = from->listener;
	entry->state_ns = now_ns;
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
	/* Pairs with begin_rare(): leave() comes before listening(). */
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

static noinline __cold void accepted_settle(struct sockwatch_tcpstat *stat,
					    u32 listener, unsigned long far,
					    u64 n)
{
	sockwatch_tcpstat_settle(stat, SOCKWATCH_H_ACCEPT, far, n);
	sockwatch_listen_wait(listener, n + 1);
}

static noinline __cold void accepted_rare(struct sockwatch_entry *entry,
					  struct sockwatch_tcpstat *stat,
					  const struct sock *sk, u64 now_ns)
{
	u64 since_ns = entry->birth_ns;

	if (!stat)
		return;
	if (entry->tcp_flags & SOCKWATCH_TCP_TIMED)
		since_ns = entry->conn_ns;
	if (!since_ns) {
		unknown(stat, SOCKWATCH_METRIC_TCP_ACCEPT_QUEUE);
		return;
	}
	if (!(entry->tcp_flags & SOCKWATCH_TCP_SCOPED))
		entry->tcp_flags = scope_find(entry->tcp_flags, sk);
	sockwatch_tcpstat_sample(stat, SOCKWATCH_H_ACCEPT,
				 far(entry->tcp_flags), now_ns + ~since_ns);
	sockwatch_listen_wait(entry->listener, now_ns - since_ns);
	entry->listener = 0;
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
	unsigned int flags = entry->tcp_flags;
	u32 listener = entry->listener;
	u64 since_ns = entry->conn_ns;

	if (unlikely(!stat || !is_set(flags, SOCKWATCH_TCP_TIMED |
					     SOCKWATCH_TCP_SCOPED)))
		return accepted_rare(entry, stat, sk, now_ns);
	entry->listener = 0;
	if (unlikely(sockwatch_tcpstat_count(stat->cpu, SOCKWATCH_H_ACCEPT,
					     far(flags), now_ns + ~since_ns)))
		return accepted_settle(stat, listener, far(flags),
				       now_ns + ~since_ns);
	sockwatch_listen_wait(listener, now_ns - since_ns);
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

static noinline void segment_rare(const struct sock *sk,
				  enum sockwatch_segment what, unsigned int n)
{
	const struct sockwatch_entry *entry = sockwatch_track_find(sk);
	const struct sockwatch_net *snet;
	struct sockwatch_tcpstat *stat;
	bool remote;

	snet = entry ? READ_ONCE(entry->snet) : NULL;
	stat = snet ? stat_of(snet, entry->tcp_flags) : NULL;
	if (!stat)
		return;
	if (entry->tcp_flags & SOCKWATCH_TCP_SCOPED)
		remote = far(entry->tcp_flags);
	else
		remote = is_far(sk);
	this_cpu_add(stat->cpu->segment[remote][what], n);
}

/**
 * sockwatch_tcp_segment() - a segment of a sock is to be counted
 * @sk: the sock, which has a peer
 * @what: &enum sockwatch_segment
 * @n: how many
 *
 * Context: process or softirq, with preemption off and the sock's lock held.
 */
void sockwatch_tcp_segment(const struct sock *sk, enum sockwatch_segment what,
			   unsigned int n)
{
	unsigned int slot = sockwatch_track_hash(sk);
	const struct sockwatch_entry *entry = &sockwatch_track.entries[slot];
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);
	unsigned int flags = entry->tcp_flags;

	if (unlikely(!sockwatch_track_has(slot, sk) || !snet ||
		     !(flags & SOCKWATCH_TCP_SCOPED)))
		return segment_rare(sk, what, n);
	this_cpu_add(stat_of(snet, flags)->cpu->segment[!!far(flags)][what],
		     n);
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
