/* SPDX-License-Identifier: GPL-2.0 */
/* The verbs that hooks call: what each fact means for the numbers. */
#ifndef _SOCKWATCH_ACCOUNT_H
#define _SOCKWATCH_ACCOUNT_H

#include <linux/types.h>

#include "byname.h"
#include "track.h"

struct net;
struct sock;

/**
 * struct sockwatch_totals - what is counted for the whole machine
 * @untracked: socks that went and were not in the tracking table
 * @discarded: socks that went before they were counted as anything
 * @census_ns: how long the census took, 0: there was none
 */
struct sockwatch_totals {
	u64 untracked;
	u64 discarded;
	u64 census_ns;
};

int sockwatch_account_init(unsigned int max_sockets, unsigned int max_kinds);
void sockwatch_account_exit(void);
void sockwatch_account_totals(struct sockwatch_totals *totals);

void sockwatch_account_create(const struct net *net, const struct sock *sk,
			      bool kern, gfp_t gfp, u64 took_ns, u64 now_ns);
void sockwatch_account_failures_grow(const struct net *net, gfp_t gfp);
void sockwatch_account_create_failed(const struct net *net, int family,
				     int type, int protocol, int err);
void sockwatch_account_clone(const struct sock *sk, unsigned int type,
			     u64 now_ns);
void sockwatch_account_inherit(const struct sock *parent,
			       const struct sock *child, u64 now_ns) __noendbr;
void sockwatch_account_accept(const struct sock *sk, unsigned int type,
			      u64 now_ns) __noendbr;
void sockwatch_account_free(const struct sock *sk) __noendbr;

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
static __always_inline void sockwatch_account_alloc(const struct sock *sk)
{
	sockwatch_track_alloc(sk);
}

/*
 * Whether sockwatch_account_inherit() counts each child of TCP, and not only
 * those of a listener that is known.  Set when all hooks are in place: whoever
 * is counted there must be seen to come out of SYN_RECV.  Taken back when there
 * is no memory for one.
 */
extern bool sockwatch_account_inherits;

void sockwatch_account_found(const struct sock *sk, bool complete);
void sockwatch_account_found_child(const struct sock *sk, bool complete);
void sockwatch_account_census(u64 took_ns);

#endif /* _SOCKWATCH_ACCOUNT_H */
