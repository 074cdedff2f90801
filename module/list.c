// SPDX-License-Identifier: GPL-2.0
/* The tracked sockets of a namespace, one by one, without holding any up. */
#include <linux/cgroup.h>
#include <linux/irqflags.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <net/af_unix.h>
#include <net/sock.h>

#include "classify.h"
#include "clock.h"
#include "list.h"
#include "netns.h"
#include "tcp.h"
#include "track.h"

/**
 * DOC: reading a sock that others use
 *
 * A walk meets socks at any time of their lives.  It touches one only while it
 * has it pinned in the tracking table, and that only if the entry says that it
 * is a socket of the namespace.  (Then its reference count is set up: it is so
 * before a sock becomes one.)  A count of zero is that of a sock that is being
 * taken apart; it is passed over, like one that is gone.  Else the walk takes
 * a reference, lets go of the pin, and reads what it wants.
 *
 * It reads without the sock's lock, as sock_diag does: an address that changes
 * in this moment may be half the old one and half the new one.
 */

static const u8 origins[] = {
	[SOCKWATCH_ORIGIN_CREATED] = SOCKWATCH_SOCKET_ORIGIN_SOCKET,
	[SOCKWATCH_ORIGIN_KERNEL] = SOCKWATCH_SOCKET_ORIGIN_KERNEL,
	[SOCKWATCH_ORIGIN_ACCEPTED] = SOCKWATCH_SOCKET_ORIGIN_ACCEPT,
	[SOCKWATCH_ORIGIN_PREEXISTING] = SOCKWATCH_SOCKET_ORIGIN_PREEXISTING,
};

/*
 * A child of TCP is counted before its reference count is set up (both in
 * sk_clone_lock(), net/core/sock.c), and in SYN_RECV till then, if not longer.
 * One of DCCP may be freed with its count as it was (dccp_create_openreq_child(),
 * net/dccp/minisocks.c).
 */
static bool child_is_set_up(const struct sockwatch_entry *entry,
			    const struct sockwatch_net *snet)
{
	u8 state = READ_ONCE(entry->tcp_state);

	if (state)
		return state != TCP_SYN_RECV;
	return entry->row < snet->kinds.nr &&
	       sockwatch_kind_unpack(sockwatch_counters_key(&snet->kinds,
							    entry->row))
			       .type != SOCK_DCCP;
}

static bool is_socket_of(const struct sockwatch_entry *entry,
			 const struct sockwatch_net *snet)
{
	/* Before whatever else is read: pairs with entry_opened(). */
	u8 state = smp_load_acquire(&entry->state);

	if (READ_ONCE(entry->snet) != snet)
		return false;
	return state == SOCKWATCH_OPEN ||
	       (state == SOCKWATCH_CHILD && child_is_set_up(entry, snet));
}

/*
 * A reference of the sock in a slot; NULL: it is none of the namespace.  The
 * first look costs less, and most of what it says no to is of others.
 */
static struct sock *sock_take(unsigned int slot,
			      const struct sockwatch_net *snet)
{
	const struct sockwatch_entry *entry = &sockwatch_track.entries[slot];
	struct sock *sk;
	bool taken;

	if (!is_socket_of(entry, snet))
		return NULL;
	local_irq_disable();
	sk = (struct sock *)sockwatch_track_pin(slot);
	if (sk) {
		taken = is_socket_of(entry, snet) &&
			refcount_inc_not_zero(&sk->sk_refcnt);
		sockwatch_track_unpin(slot, sk);
		if (!taken)
			sk = NULL;
	}
	local_irq_enable();
	return sk;
}

/* A hook may have written a time since @now_ns. */
static u64 age(u64 now_ns, u64 since_ns)
{
	return now_ns > since_ns ? now_ns - since_ns : 0;
}

/*
 * The state and its time are written one after the other by whoever changes
 * the state, and nothing joins them: in that instant an old state may be given
 * the age of the new one.  A sock that never moved is in its state since its
 * birth, if that is CLOSE.
 */
static void state_take(struct sockwatch_socket_row *row,
		       const struct sockwatch_entry *entry,
		       const struct sock *sk, u64 now_ns)
{
	u64 since_ns = READ_ONCE(entry->state_ns);

	row->state = READ_ONCE(entry->tcp_state);
	if (!row->state) {
		row->state = READ_ONCE(sk->sk_state);
		since_ns = row->state == TCP_CLOSE ? entry->birth_ns : 0;
	}
	if (row->state >= SOCKWATCH_STATES)
		return;
	sockwatch_row_set(row, SOCKWATCH_FIELD_STATE);
	if (!since_ns)
		return;
	row->state_age_ns = age(now_ns, since_ns);
	sockwatch_row_set(row, SOCKWATCH_FIELD_STATE_AGE_NS);
}

static void ports_take(struct sockwatch_socket_row *row, const struct sock *sk)
{
	row->port = READ_ONCE(sk->sk_num);
	row->peer_port = ntohs(READ_ONCE(sk->sk_dport));
	/* There it is the protocol (inet_create(), net/ipv4/af_inet.c). */
	if (row->port && row->type != SOCK_RAW)
		sockwatch_row_set(row, SOCKWATCH_FIELD_PORT);
	if (row->peer_port)
		sockwatch_row_set(row, SOCKWATCH_FIELD_PEER_PORT);
}

static void inet_take(struct sockwatch_socket_row *row, const struct sock *sk)
{
	ports_take(row, sk);
	memcpy(row->address, &sk->sk_rcv_saddr, 4);
	memcpy(row->peer_address, &sk->sk_daddr, 4);
	sockwatch_row_set(row, SOCKWATCH_FIELD_ADDRESS);
	if (memchr_inv(row->peer_address, 0, 4))
		sockwatch_row_set(row, SOCKWATCH_FIELD_PEER_ADDRESS);
}

#if IS_ENABLED(CONFIG_IPV6)
static void inet6_take(struct sockwatch_socket_row *row, const struct sock *sk)
{
	ports_take(row, sk);
	memcpy(row->address, &sk->sk_v6_rcv_saddr, 16);
	memcpy(row->peer_address, &sk->sk_v6_daddr, 16);
	sockwatch_row_set(row, SOCKWATCH_FIELD_ADDRESS);
	if (memchr_inv(row->peer_address, 0, 16))
		sockwatch_row_set(row, SOCKWATCH_FIELD_PEER_ADDRESS);
}
#else
static void inet6_take(struct sockwatch_socket_row *row, const struct sock *sk)
{
}
#endif

/* The sock keeps its cgroup, which is that of its maker or its listener. */
#ifdef CONFIG_SOCK_CGROUP_DATA
static void cgroup_take(struct sockwatch_socket_row *row, struct sock *sk)
{
	row->cgroup = cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
	sockwatch_row_set(row, SOCKWATCH_FIELD_CGROUP);
}
#else
static void cgroup_take(struct sockwatch_socket_row *row, struct sock *sk)
{
}
#endif

/*
 * A number of the initial pid namespace is good for that one for ever; for
 * another one the process must still be there to say.  0: it is not.
 */
static pid_t pid_as_seen(u32 pid, struct pid_namespace *pid_ns)
{
	pid_t seen;

	if (pid_ns == &init_pid_ns)
		return pid;
	rcu_read_lock();
	seen = pid_nr_ns(find_pid_ns(pid, &init_pid_ns), pid_ns);
	rcu_read_unlock();
	return seen;
}

static void owner_take(struct sockwatch_socket_row *row,
		       const struct sockwatch_owner *owner,
		       struct pid_namespace *pid_ns)
{
	if (!owner->pid)
		return;
	row->pid = pid_as_seen(owner->pid, pid_ns);
	if (row->pid)
		sockwatch_row_set(row, SOCKWATCH_FIELD_PID);
	strscpy(row->comm, owner->comm, sizeof(row->comm));
	if (*row->comm)
		sockwatch_row_set(row, SOCKWATCH_FIELD_COMM);
}

static void origin_take(struct sockwatch_socket_row *row,
			const struct sockwatch_entry *entry,
			struct pid_namespace *pid_ns)
{
	/* The owner is there before an accepted child is open. */
	if (smp_load_acquire(&entry->state) == SOCKWATCH_CHILD) {
		row->origin = SOCKWATCH_SOCKET_ORIGIN_QUEUED;
		return;
	}
	row->origin = origins[entry->origin];
	owner_take(row, &entry->owner, pid_ns);
}

/* Everything that a filter may ask for. */
static void fields_take(struct sockwatch_socket_row *row,
			const struct sockwatch_list *list,
			const struct sockwatch_entry *entry, struct sock *sk)
{
	u64 now_ns = sockwatch_clock_ns();

	memset(row, 0, sizeof(*row));
	row->known = BIT(SOCKWATCH_FIELD_FAMILY) | BIT(SOCKWATCH_FIELD_TYPE) |
		     BIT(SOCKWATCH_FIELD_PROTOCOL) |
		     BIT(SOCKWATCH_FIELD_ORIGIN) | BIT(SOCKWATCH_FIELD_UID);
	row->family = READ_ONCE(sk->sk_family);
	row->type = sk->sk_type;
	row->protocol = sk->sk_protocol;
	row->uid = from_kuid_munged(list->user_ns, sk->sk_uid);
	origin_take(row, entry, list->pid_ns);
	if (entry->birth_ns) {
		row->age_ns = age(now_ns, entry->birth_ns);
		sockwatch_row_set(row, SOCKWATCH_FIELD_AGE_NS);
	}
	if (sockwatch_is_tcp(sk))
		state_take(row, entry, sk, now_ns);
	if (row->family == AF_INET)
		inet_take(row, sk);
	else if (row->family == AF_INET6)
		inet6_take(row, sk);
	cgroup_take(row, sk);
	row->id = atomic64_read(&sk->sk_cookie);
	if (row->id)
		sockwatch_row_set(row, SOCKWATCH_FIELD_ID);
}

/*
 * Set once, and freed with the sock (unix_sock_destructor(),
 * net/unix/af_unix.c).  The length of a path counts the NUL at its end, that
 * of an abstract name has none.
 */
static void path_take(struct sockwatch_socket_row *row, struct sock *sk)
{
	const struct unix_address *address;
	int len;

	/* Pairs with bind(), as in sk_diag_dump_name(), net/unix/diag.c. */
	address = smp_load_acquire(&unix_sk(sk)->addr);
	if (!address)
		return;
	len = address->len - offsetof(struct sockaddr_un, sun_path);
	if (len > 0 && *address->name->sun_path)
		len--;
	if (len <= 0 || len > sizeof(row->path))
		return;
	memcpy(row->path, address->name->sun_path, len);
	row->path_len = len;
}

/*
 * What gives the sock up clears sk_socket before the inode goes, which is
 * freed after a grace period.  AF_ALG and ATM do not (af_alg_release(),
 * crypto/af_alg.c; vcc_release(), net/atm/common.c).  A socket of the kernel
 * has an inode and no descriptor.
 */
static void inode_take(struct sockwatch_socket_row *row, const struct sock *sk)
{
	struct socket *sock = READ_ONCE(sk->sk_socket);

	if (!sock || sk->sk_kern_sock || row->family == AF_ALG ||
	    row->family == AF_ATMPVC || row->family == AF_ATMSVC)
		return;
	row->inode = SOCK_INODE(sock)->i_ino;
}

/* A cookie is made when somebody first asks for it. */
static void id_take(struct sockwatch_socket_row *row, struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie(sk, cookie);
	row->id = (u64)cookie[1] << 32 | cookie[0];
	sockwatch_row_set(row, SOCKWATCH_FIELD_ID);
}

static bool wanted(struct sockwatch_socket_row *row,
		   const struct sockwatch_list *list, struct sock *sk)
{
	fields_take(row, list, &sockwatch_track.entries[list->slot], sk);
	if (!sockwatch_filter_match(list->ops, list->nr_ops, row))
		return false;
	if (row->family == AF_UNIX)
		path_take(row, sk);
	inode_take(row, sk);
	id_take(row, sk);
	return true;
}

/* The RCU section began before the reference: see inode_take(). */
static bool slot_wanted(struct sockwatch_socket_row *row,
			const struct sockwatch_list *list)
{
	bool yes = false;
	struct sock *sk;

	rcu_read_lock();
	sk = sock_take(list->slot, list->snet);
	if (sk)
		yes = wanted(row, list, sk);
	rcu_read_unlock();
	if (sk)
		sock_put(sk);
	return yes;
}

/**
 * sockwatch_list_row() - the next socket that is wanted
 * @list: the walk; its slot is left at the socket's, so that the next call
 *	gives the same one, as it is then: whoever has done with it adds one
 * @row: filled
 *
 * Context: process, may sleep.
 * Return: false: there is no more.
 */
bool sockwatch_list_row(struct sockwatch_list *list,
			struct sockwatch_socket_row *row)
{
	for (; list->slot < sockwatch_track_max(); list->slot++) {
		if (READ_ONCE(sockwatch_track.keys[list->slot]) &&
		    slot_wanted(row, list))
			return true;
		if (!(list->slot % 256))
			cond_resched();
	}
	return false;
}
