// SPDX-License-Identifier: GPL-2.0
/* The verbs that hooks call: what each fact means for the numbers. */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <net/sock.h>

#include "account.h"
#include "classify.h"
#include "compat.h"
#include "counters.h"
#include "netns.h"
#include "track.h"

static const u8 origin_column[] = {
	[SOCKWATCH_ORIGIN_CREATED] = SOCKWATCH_C_CREATED,
	[SOCKWATCH_ORIGIN_KERNEL] = SOCKWATCH_C_KERNEL,
	[SOCKWATCH_ORIGIN_ACCEPTED] = SOCKWATCH_C_ACCEPTED,
	[SOCKWATCH_ORIGIN_PREEXISTING] = SOCKWATCH_C_PREEXISTING,
};

static DEFINE_PER_CPU(u64, untracked);
static DEFINE_PER_CPU(u64, discarded);
static const struct sockwatch_sink __rcu *sink __read_mostly;
static u64 census_ns;

static __always_inline void tell(enum sockwatch_event_id id,
				 const struct sock *sk, int err)
{
	const struct sockwatch_sink *to = rcu_dereference_sched(sink);

	if (unlikely(to))
		to->event(id, sk, err);
}

static __always_inline void count(const struct sockwatch_net *snet,
				  unsigned int row,
				  enum sockwatch_column column, s64 n)
{
	this_cpu_add(sockwatch_counters_cells(&snet->kinds, row)[column], n);
}

static __always_inline unsigned int row_of(struct sockwatch_net *snet,
					   const struct sock *sk,
					   unsigned int type)
{
	u64 key = sockwatch_kind_pack(sk->sk_family, type, sk->sk_protocol);

	return sockwatch_counters_row(&snet->kinds, key);
}

/*
 * The sock's own cgroup, not the task's: an accepted sock stays in that of its
 * listener (cgroup_sk_clone(), kernel/cgroup/cgroup.c).  The uid is read
 * without a map, since a kuid is the uid in the initial user namespace.
 */
static __always_inline void owner_take(struct sockwatch_owner *owner,
				       const struct sock *sk)
{
	const struct cgroup *cgrp = sockwatch_sk_cgroup(sk);

	owner->cgroup_id = cgrp ? cgroup_id(cgrp) : 0;
	owner->pid = current->tgid;
	owner->uid = __kuid_val(current_uid());
	memcpy(owner->comm, current->comm, sizeof(owner->comm));
}

/* A sock that the table has no room for is gone as soon as it is counted. */
static void lost(struct sockwatch_net *snet, unsigned int row,
		 enum sockwatch_origin origin)
{
	count(snet, row, origin_column[origin], 1);
	count(snet, row, SOCKWATCH_C_RELEASED, 1);
	count(snet, row, SOCKWATCH_C_LOST, 1);
}

static __always_inline void entry_open(struct sockwatch_entry *entry,
				       struct sockwatch_net *snet,
				       unsigned int row,
				       enum sockwatch_origin origin,
				       bool kernel)
{
	WRITE_ONCE(entry->snet, snet);
	entry->row = row;
	entry->origin = origin;
	entry->kernel = kernel;
	WRITE_ONCE(entry->state, SOCKWATCH_OPEN);
	count(snet, row, origin_column[origin], 1);
	if (kernel)
		count(snet, row, SOCKWATCH_C_KERNEL_HELD, 1);
}

/*
 * LLC's create grafts the socket as if it accepted it (llc_ui_sk_init(),
 * net/llc/af_llc.c): take back what that counted.
 */
static void accept_undo(struct sockwatch_entry *entry)
{
	if (!entry->snet)
		return;
	count(entry->snet, entry->row, SOCKWATCH_C_ACCEPTED, -1);
	count(entry->snet, entry->row, SOCKWATCH_C_CLONED, -1);
	if (entry->kernel)
		count(entry->snet, entry->row, SOCKWATCH_C_KERNEL_HELD, -1);
}

static __always_inline struct sockwatch_entry *
entry_get(const struct sock *sk)
{
	struct sockwatch_entry *entry = sockwatch_track_find(sk);

	return likely(entry) ? entry : sockwatch_track_add(sk);
}

/**
 * sockwatch_account_alloc() - memory for a sock was allocated
 * @sk: the sock, not yet set up
 *
 * From here to sockwatch_account_free() the sock is known, whatever becomes of
 * it; what is freed without an entry is therefore older than the load (or was
 * lost).
 *
 * Context: process or softirq.
 */
void sockwatch_account_alloc(const struct sock *sk)
{
	sockwatch_track_alloc(sk);
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
		tell(SOCKWATCH_EVENT_FAIL, NULL, err);
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

/**
 * sockwatch_account_create() - a socket was created
 * @net: the namespace it was asked for in
 * @sk: the new sock; its protocol is the one that the family has resolved
 * @kern: the kernel asked, for itself
 * @now_ns: sockwatch_clock_ns()
 *
 * Context: process.
 */
void sockwatch_account_create(const struct net *net, const struct sock *sk,
			      bool kern, u64 now_ns)
{
	enum sockwatch_origin origin = kern ? SOCKWATCH_ORIGIN_KERNEL :
					      SOCKWATCH_ORIGIN_CREATED;
	struct sockwatch_entry *entry;
	struct sockwatch_net *snet;
	unsigned int row;

	preempt_disable_notrace();
	entry = entry_get(sk);
	snet = sockwatch_net_of(net);
	if (unlikely(!snet)) {
		create_early(entry, sk, net);
		goto out;
	}
	row = row_of(snet, sk, sk->sk_type);
	if (unlikely(!entry)) {
		lost(snet, row, origin);
		goto out;
	}
	if (unlikely(entry->state == SOCKWATCH_OPEN))
		accept_undo(entry);
	entry->birth_ns = now_ns;
	owner_take(&entry->owner, sk);
	entry_open(entry, snet, row, origin, kern);
	tell(SOCKWATCH_EVENT_CREATE, sk, 0);
out:
	preempt_enable_notrace();
}

static void child_count(struct sockwatch_entry *entry,
			struct sockwatch_net *snet, unsigned int row,
			u64 now_ns)
{
	WRITE_ONCE(entry->snet, snet);
	entry->row = row;
	entry->birth_ns = now_ns;
	memset(&entry->owner, 0, sizeof(entry->owner));
	entry->kernel = false;
	entry->state = SOCKWATCH_CHILD;
	count(snet, row, SOCKWATCH_C_CLONED, 1);
}

/**
 * sockwatch_account_clone() - a sock was made for an incoming connection
 * @sk: the child
 * @type: its type, which sk_type does not say yet for AF_UNIX
 * @now_ns: sockwatch_clock_ns()
 *
 * Context: process or softirq.
 */
void sockwatch_account_clone(const struct sock *sk, unsigned int type,
			     u64 now_ns)
{
	struct sockwatch_entry *entry;
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	entry = sockwatch_track_find(sk);
	snet = sockwatch_net_of(sock_net(sk));
	if (likely(entry && snet && entry->state == SOCKWATCH_PENDING)) {
		child_count(entry, snet, row_of(snet, sk, type), now_ns);
		tell(SOCKWATCH_EVENT_CLONE, sk, 0);
	}
	preempt_enable_notrace();
}

static void accept_done(const struct sock *sk, unsigned int type,
			struct sockwatch_net *snet, u64 now_ns)
{
	struct sockwatch_entry *entry = entry_get(sk);
	unsigned int row = row_of(snet, sk, type);

	if (unlikely(!entry)) {
		count(snet, row, SOCKWATCH_C_CLONED, 1);
		lost(snet, row, SOCKWATCH_ORIGIN_ACCEPTED);
		return;
	}
	if (unlikely(entry->state == SOCKWATCH_OPEN))
		return;
	if (entry->state == SOCKWATCH_PENDING)
		child_count(entry, snet, row, now_ns);
	owner_take(&entry->owner, sk);
	entry_open(entry, snet, entry->row, SOCKWATCH_ORIGIN_ACCEPTED,
		   sk->sk_kern_sock);
	tell(SOCKWATCH_EVENT_ACCEPT, sk, 0);
}

/**
 * sockwatch_account_accept() - accept hands a sock to its new socket
 * @sk: the sock
 * @type: the type of the new socket; LLC and phonet set sk_type later
 * @now_ns: sockwatch_clock_ns()
 *
 * Families without a hook for the clone are counted as cloned here too, so
 * that cloned is never less than accepted.
 *
 * Context: process, with the sock's sk_callback_lock held (not by AF_ALG).
 */
void sockwatch_account_accept(const struct sock *sk, unsigned int type,
			      u64 now_ns)
{
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	snet = sockwatch_net_of(sock_net(sk));
	if (likely(snet))
		accept_done(sk, type, snet, now_ns);
	preempt_enable_notrace();
}

static __always_inline void release(const struct sockwatch_entry *entry,
				    const struct sock *sk)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);

	if (unlikely(!snet))
		return;
	if (unlikely(entry->state == SOCKWATCH_CHILD)) {
		count(snet, entry->row, SOCKWATCH_C_UNACCEPTED, 1);
		return;
	}
	count(snet, entry->row, SOCKWATCH_C_RELEASED, 1);
	if (entry->kernel)
		count(snet, entry->row, SOCKWATCH_C_KERNEL_RELEASED, 1);
	tell(SOCKWATCH_EVENT_RELEASE, sk, 0);
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
void sockwatch_account_free(const struct sock *sk)
{
	struct sockwatch_entry *entry;

	preempt_disable_notrace();
	entry = sockwatch_track_find(sk);
	if (unlikely(!entry)) {
		this_cpu_inc(untracked);
		goto out;
	}
	if (unlikely(entry->state == SOCKWATCH_PENDING))
		this_cpu_inc(discarded);
	else if (likely(entry->state != SOCKWATCH_EARLY))
		release(entry, sk);
	sockwatch_track_del(entry);
out:
	preempt_enable_notrace();
}

/* A UNIX embryo has no type until its connect goes on: that hook will say. */
static void found_child_done(const struct sock *sk, struct sockwatch_net *snet,
			     u64 now_ns)
{
	struct sockwatch_entry *entry = sockwatch_track_add(sk);

	if (entry && sk->sk_type)
		child_count(entry, snet, row_of(snet, sk, sk->sk_type),
			    now_ns);
}

static void found_done(const struct sock *sk, struct sockwatch_net *snet)
{
	struct sockwatch_entry *entry = entry_get(sk);
	unsigned int row = row_of(snet, sk, sk->sk_type);

	if (!entry) {
		lost(snet, row, SOCKWATCH_ORIGIN_PREEXISTING);
		return;
	}
	entry->birth_ns = 0;
	memset(&entry->owner, 0, sizeof(entry->owner));
	entry_open(entry, snet, row, SOCKWATCH_ORIGIN_PREEXISTING,
		   sk->sk_kern_sock);
}

/**
 * sockwatch_account_found() - the census came across a socket
 * @sk: its sock, which the caller keeps from going
 * @installed: it was found through a file descriptor
 *
 * A pending entry is a sock allocated since the first hook.  If it has a
 * descriptor, then its creation went by before the hook for that was in
 * place; if not, that hook is mostly still to come.  (A socket that the kernel
 * makes for itself between the first hook and the last stays pending.)
 *
 * Context: process, any lock.
 */
void sockwatch_account_found(const struct sock *sk, bool installed)
{
	const struct sockwatch_entry *entry;
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	entry = sockwatch_track_find(sk);
	snet = sockwatch_net_of(sock_net(sk));
	if (snet && (!entry || (installed &&
				entry->state == SOCKWATCH_PENDING)))
		found_done(sk, snet);
	preempt_enable_notrace();
}

/**
 * sockwatch_account_found_child() - the census came across a queued connection
 * @sk: a sock that waits for accept
 * @now_ns: sockwatch_clock_ns()
 *
 * Context: process, any lock.
 */
void sockwatch_account_found_child(const struct sock *sk, u64 now_ns)
{
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	snet = sockwatch_net_of(sock_net(sk));
	if (snet && !sockwatch_track_find(sk))
		found_child_done(sk, snet, now_ns);
	preempt_enable_notrace();
}

/*
 * Sockets that the kernel made while the namespace was being set up: the
 * protocols' init runs before ours.  Whoever made them is the same thread that
 * sets the namespace up, so the entries stand still.
 */
static void early_count(struct sockwatch_entry *entry, void *arg)
{
	struct sockwatch_net *snet = arg;
	unsigned int row;

	if (READ_ONCE(entry->state) != SOCKWATCH_EARLY ||
	    entry->early_net != snet->net)
		return;
	row = sockwatch_counters_row(&snet->kinds, entry->early_kind);
	entry->birth_ns = 0;
	memset(&entry->owner, 0, sizeof(entry->owner));
	entry_open(entry, snet, row, SOCKWATCH_ORIGIN_KERNEL, true);
}

static void net_ready(struct sockwatch_net *snet)
{
	sockwatch_track_for_each(early_count, snet);
}

/**
 * sockwatch_account_set_sink() - send events somewhere
 * @new_sink: where, or NULL: nowhere
 *
 * Context: process, may sleep.  On return the former sink is not in use.
 */
void sockwatch_account_set_sink(const struct sockwatch_sink *new_sink)
{
	rcu_assign_pointer(sink, new_sink);
	synchronize_rcu();
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
	err = sockwatch_net_init(max_kinds, net_ready);
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
