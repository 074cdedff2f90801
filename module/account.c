// SPDX-License-Identifier: GPL-2.0
/* The verbs that hooks call: what each fact means for the numbers. */
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <net/sock.h>

#include "account.h"
#include "account_count.h"
#include "account_created.h"
#include "account_tell.h"
#include "classify.h"
#include "counters.h"
#include "event.h"
#include "netns.h"
#include "sample.h"
#include "tcp.h"
#include "track.h"

static DEFINE_PER_CPU(u64, untracked);
static DEFINE_PER_CPU(u64, discarded);
static u64 census_ns;

/*
 * LLC's create grafts the socket as if it accepted it (llc_ui_sk_init(),
 * net/llc/af_llc.c): take back what that counted.  Nothing else takes anything
 * back, so a reading in the midst of it may be wrong by one.
 */
static void accept_undo(struct sockwatch_entry *entry)
{
	if (!entry->snet)
		return;
	if (entry->kernel)
		count(entry->snet, entry->row, SOCKWATCH_C_KERNEL_HELD, -1);
	count(entry->snet, entry->row, SOCKWATCH_C_ACCEPTED, -1);
	count(entry->snet, entry->row, SOCKWATCH_C_CLONED, -1);
}

/**
 * sockwatch_account_create_failed() - a call for a new socket has failed
 * @net: the namespace it asked in
 * @family: what it asked for
 * @type: what it asked for
 * @protocol: what it asked for
 * @err: the negative errno
 *
 * Context: process.
 */
void sockwatch_account_create_failed(const struct net *net, int family,
				     int type, int protocol, int err)
{
	u64 kind = sockwatch_kind_pack(family, type, protocol);
	struct sockwatch_net *snet;
	unsigned int row;

	preempt_disable_notrace();
	snet = sockwatch_net_of(net);
	if (likely(snet)) {
		row = sockwatch_counters_row(&snet->failures,
					     sockwatch_failure_pack(kind, err));
		this_cpu_inc(*sockwatch_counters_cells(&snet->failures, row));
		sockwatch_tell_create_failed(snet, family, type, protocol, err);
	}
	preempt_enable_notrace();
}

/* The namespace's account is not there yet: early_count() does the rest. */
static void create_early(struct sockwatch_entry *entry,
			 const struct sock *sk, const struct net *net)
{
	if (!entry)
		return;
	entry->early_kind = sockwatch_kind_pack(sk->sk_family, sk->sk_type,
						sk->sk_protocol);
	entry->early_net = net;
	entry->state = SOCKWATCH_EARLY;
}

/*
 * The first socket of a family, or one more kind or failure than was reckoned
 * with.  Its caller may sleep, and the namespace must stay meanwhile.
 */
static noinline void create_grow(struct sockwatch_net *snet,
				 unsigned int family, bool times, gfp_t gfp)
{
	struct net *net = maybe_get_net(snet->net);

	if (!net)
		return;
	preempt_enable_notrace();
	sockwatch_net_grow_rows(snet, gfp);
	if (times && !READ_ONCE(snet->create[family]))
		sockwatch_net_grow(snet, family, gfp);
	preempt_disable_notrace();
	/* Whoever ends it now waits for us: see sockwatch_net_of(). */
	put_net(net);
}

/**
 * sockwatch_account_failures_grow() - make room for failures to come
 * @net: a namespace in which a call for a new socket has failed
 * @gfp: how to allocate
 *
 * Context: that of sockwatch_account_create().
 */
void sockwatch_account_failures_grow(const struct net *net, gfp_t gfp)
{
	struct sockwatch_net *snet = sockwatch_net_of(net);

	if (snet && sockwatch_counters_short(&snet->failures))
		create_grow(snet, 0, false, gfp);
}

/* NULL, if it has no times or there was no memory. */
static struct sockwatch_hist *create_hist(struct sockwatch_net *snet,
					  unsigned int family, bool times,
					  gfp_t gfp)
{
	times = times && family < AF_MAX;
	if (sockwatch_counters_short(&snet->kinds) ||
	    (times && !READ_ONCE(snet->create[family])))
		create_grow(snet, family, times, gfp);
	return times ? READ_ONCE(snet->create[family]) : NULL;
}

/**
 * sockwatch_account_create() - a socket was created
 * @net: the namespace it was asked for in
 * @sk: the new sock; its protocol is the one that the family has resolved
 * @kern: the kernel asked, for itself
 * @gfp: how to allocate what the first socket of a family or kind needs
 * @took_ns: how long it took; of what the kernel made it does not count
 * @now_ns: sockwatch_clock_ns()
 *
 * Context: process, with preemption off, but for a while if @gfp allows it.
 */
void sockwatch_account_create(const struct net *net, const struct sock *sk,
			      bool kern, gfp_t gfp, u64 took_ns, u64 now_ns)
{
	enum sockwatch_origin origin = kern ? SOCKWATCH_ORIGIN_KERNEL :
					      SOCKWATCH_ORIGIN_CREATED;
	struct sockwatch_entry *entry = entry_get(sk);
	struct sockwatch_net *snet = sockwatch_net_of(net);
	struct sockwatch_hist *hist;
	unsigned int row;

	if (unlikely(!snet))
		return create_early(entry, sk, net);
	/* Of what the kernel makes for itself only TCP has times. */
	hist = create_hist(snet, sk->sk_family, !kern || sockwatch_is_tcp(sk),
			   gfp);
	row = kind_row(snet, sk, sk->sk_type);
	if (unlikely(!entry)) {
		if (!kern && hist)
			sockwatch_hist_add(hist, took_ns);
		return lost(snet, row, origin);
	}
	if (unlikely(entry->state == SOCKWATCH_OPEN))
		accept_undo(entry);
	entry->birth_ns = now_ns;
	owner_take(&entry->owner);
	entry_place(entry, snet, row);
	entry_open(entry, snet, row, origin, kern);
	if (!kern && hist)
		created_in(hist, snet, entry, sk, took_ns);
	sockwatch_tell_created(snet, entry, sk, took_ns);
}

/**
 * sockwatch_account_created_behind() - sockwatch_account_created(), for a sock
 * that is not in one of its first places
 * @net: as there
 * @sk: likewise
 * @took_ns: likewise
 * @now_ns: likewise
 *
 * Context: as there.
 * Return: as there.
 */
bool sockwatch_account_created_behind(const struct net *net,
				      const struct sock *sk, u64 took_ns,
				      u64 now_ns)
{
	struct sockwatch_entry *entry = sockwatch_track_search(sk);

	return entry && created_at(entry, net, sk, took_ns, now_ns);
}

/* ip4_datagram_connect() says so, and close() takes nothing back. */
static __always_inline bool udp_connected(const struct sock *sk)
{
	return sk->sk_state == TCP_ESTABLISHED &&
	       (sk->sk_family == AF_INET || sk->sk_family == AF_INET6);
}

static void release(const struct sockwatch_entry *entry, const struct sock *sk)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);

	if (unlikely(!snet))
		return;
	if (unlikely(entry->state == SOCKWATCH_CHILD)) {
		count(snet, entry->row, SOCKWATCH_C_UNACCEPTED, 1);
		return;
	}
	if (entry->kernel) {
		count(snet, entry->row, SOCKWATCH_C_KERNEL_RELEASED, 1);
		/* Before the whole: pairs with kinds_fold(). */
		smp_wmb();
	}
	count(snet, entry->row, SOCKWATCH_C_RELEASED, 1);
	if (sk->sk_protocol == IPPROTO_UDP && udp_connected(sk))
		count_part(snet, entry->row, SOCKWATCH_C_CONNECTED);
}

/*
 * unix_stream_connect() allocates the child before it looks for the listener;
 * a child that goes before it was queued is a connect that failed, and who
 * asked for it holds the namespace.  Its type is only in its protocol's name:
 * sk_type comes when it is queued, and tells it from a creation that failed.
 */
static noinline void unix_not_connected(const struct sock *sk)
{
	struct sockwatch_net *snet = sockwatch_net_of(sock_net(sk));
	bool stream = !strcmp(sk->sk_prot->name, "UNIX-STREAM");
	unsigned int row;
	u64 kind;

	if (!snet)
		return;
	kind = sockwatch_kind_pack(AF_UNIX,
				   stream ? SOCK_STREAM : SOCK_SEQPACKET, 0);
	row = sockwatch_counters_row(&snet->failures,
				     sockwatch_connect_pack(kind, 0));
	this_cpu_inc(*sockwatch_counters_cells(&snet->failures, row));
	sockwatch_tell_unix_not_connected(snet, stream ? SOCK_STREAM : SOCK_SEQPACKET);
}

static void discard(const struct sock *sk)
{
	this_cpu_inc(discarded);
	if (sk->sk_family == AF_UNIX && !sk->sk_type)
		unix_not_connected(sk);
}

static noinline void free_any(const struct sock *sk)
{
	struct sockwatch_entry *entry = sockwatch_track_find(sk);

	if (unlikely(!entry)) {
		this_cpu_inc(untracked);
		return;
	}
	if (unlikely(entry->tcp_state && entry->tcp_state != TCP_CLOSE))
		sockwatch_tcp_gone(entry);
	if (entry->state == SOCKWATCH_PENDING) {
		discard(sk);
	} else if (likely(entry->state != SOCKWATCH_EARLY)) {
		release(entry, sk);
		sockwatch_tell_closed(entry, sk);
	}
	sockwatch_track_del(entry);
}

/* Open, held by a process, and if it is of TCP, closed. */
static __always_inline bool free_at(struct sockwatch_entry *entry,
				    const void **key, const struct sock *sk)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);

	if (unlikely(!snet || entry->state != SOCKWATCH_OPEN ||
		     entry->kernel || sockwatch_event_wanted()))
		return false;
	if (entry->tcp_state) {
		if (unlikely(entry->tcp_state != TCP_CLOSE))
			return false;
		count(snet, entry->row, SOCKWATCH_C_RELEASED, 1);
	} else {
		/* What has a tcp_state is not of UDP. */
		count(snet, entry->row, SOCKWATCH_C_RELEASED, 1);
		if (sk->sk_protocol == IPPROTO_UDP && udp_connected(sk))
			count_part(snet, entry->row, SOCKWATCH_C_CONNECTED);
	}
	sockwatch_track_clear(entry, key, sk);
	return true;
}

static noinline void free_behind(const struct sock *sk)
{
	struct sockwatch_entry *entry = sockwatch_track_search(sk);

	if (!entry || !free_at(entry, sockwatch_track_key_of(entry), sk))
		free_any(sk);
}

/**
 * sockwatch_account_free() - a sock's memory is about to be given back
 * @sk: the sock
 *
 * Only the entry says where the sock is counted: its own namespace was let go
 * before (__sk_destruct(), net/core/sock.c) and may be gone, its family may
 * have changed (IPV6_ADDRFORM).
 *
 * Context: process or softirq.
 */
__noendbr void sockwatch_account_free(const struct sock *sk)
{
	unsigned long place = sockwatch_track_place(sk);

	preempt_disable_notrace();
	if (unlikely(!sockwatch_track_near(&place, sk)))
		free_behind(sk);
	else if (unlikely(!free_at(sockwatch_track_entry(place),
				   sockwatch_track_key(place), sk)))
		free_any(sk);
	preempt_enable_notrace();
}

/**
 * sockwatch_account_totals() - what is counted for the whole machine
 * @totals: filled
 *
 * Context: any.
 */
void sockwatch_account_totals(struct sockwatch_totals *totals)
{
	int cpu;

	memset(totals, 0, sizeof(*totals));
	for_each_possible_cpu(cpu) {
		totals->untracked += READ_ONCE(per_cpu(untracked, cpu));
		totals->discarded += READ_ONCE(per_cpu(discarded, cpu));
	}
	totals->census_ns = census_ns;
}

/**
 * sockwatch_account_census() - the census is over
 * @took_ns: how long it took
 *
 * Context: process.
 */
void sockwatch_account_census(u64 took_ns)
{
	census_ns = took_ns;
}

/**
 * sockwatch_account_init() - start to keep account
 * @max_sockets: entries of the tracking table, a power of two
 * @max_kinds: rows of each namespace, a power of two
 *
 * Context: process, may sleep; before the first hook.
 * Return: 0 or a negative errno.
 */
int sockwatch_account_init(unsigned int max_sockets, unsigned int max_kinds)
{
	int err;

	err = sockwatch_track_init(max_sockets);
	if (err)
		return err;
	err = sockwatch_net_init(max_kinds, sockwatch_account_ready);
	if (err)
		goto err_track;
	return 0;

err_track:
	sockwatch_track_exit();
	return err;
}

/**
 * sockwatch_account_exit() - the opposite of sockwatch_account_init()
 *
 * Context: process, after the last hook is gone.
 */
void sockwatch_account_exit(void)
{
	sockwatch_net_exit();
	sockwatch_track_exit();
}
