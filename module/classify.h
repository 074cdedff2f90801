/* SPDX-License-Identifier: GPL-2.0 */
/* A kind of socket, (family, type, protocol), as one number and back. */
#ifndef _SOCKWATCH_CLASSIFY_H
#define _SOCKWATCH_CLASSIFY_H

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/types.h>

/**
 * SOCKWATCH_KIND_OTHER - the key of what no row of its own can hold
 *
 * No (family, type, protocol) packs to it, with or without an errno, and its
 * sockwatch_kind_order() is the largest.
 */
#define SOCKWATCH_KIND_OTHER	(~0ULL)

#define SOCKWATCH_KIND_VALID	BIT_ULL(63)

/**
 * struct sockwatch_kind - what a counter row counts
 * @family: AF_*
 * @type: SOCK_*
 * @protocol: as sk_protocol, or as a failed call asked for it
 */
struct sockwatch_kind {
	u16 family;
	u16 type;
	u16 protocol;
};

/**
 * sockwatch_kind_of() - the kind of a sock as one number
 * @family: its family
 * @type: its type
 * @protocol: its protocol
 *
 * Type and protocol lie in the key as sk_type and sk_protocol do in memory,
 * where they come from (include/net/sock.h): one load for both.
 *
 * Context: any.
 * Return: the key, never SOCKWATCH_KIND_OTHER.
 */
static inline u64 sockwatch_kind_of(u16 family, u16 type, u16 protocol)
{
	return SOCKWATCH_KIND_VALID | (u64)family << 32 |
	       ((u32)protocol << 16 | type);
}

/**
 * sockwatch_kind_pack() - a kind as one number
 * @family: AF_*
 * @type: SOCK_*
 * @protocol: protocol number
 *
 * The three come straight from a system call, so any int is possible; what
 * does not fit into 16 bits each is nothing that a socket can have (NPROTO is
 * 46, SOCK_MAX 11, sk_protocol a u16: include/net/sock.h).
 *
 * Context: any.
 * Return: the key, or SOCKWATCH_KIND_OTHER.
 */
static inline u64 sockwatch_kind_pack(int family, int type, int protocol)
{
	if (((unsigned int)family | (unsigned int)type |
	     (unsigned int)protocol) >> 16)
		return SOCKWATCH_KIND_OTHER;
	return sockwatch_kind_of(family, type, protocol);
}

/**
 * sockwatch_kind_order() - what rows are sorted by
 * @key: of a kind or a failure
 *
 * Context: any.
 * Return: a number by which connects come behind all else, then what has a
 * larger errno behind what has a smaller one or none; then the family counts,
 * then the type, then the protocol.
 */
static inline u64 sockwatch_kind_order(u64 key)
{
	return (u64)upper_32_bits(key) << 32 | ror32(lower_32_bits(key), 16);
}

struct sockwatch_kind sockwatch_kind_unpack(u64 key);
u64 sockwatch_failure_pack(u64 kind, int err);
u64 sockwatch_failure_kind(u64 key);
u16 sockwatch_failure_errno(u64 key);
u64 sockwatch_connect_pack(u64 kind, int err);
bool sockwatch_failure_is_connect(u64 key);

/**
 * sockwatch_congestion_pack() - a congestion control as one number
 * @family: AF_*
 * @key: of its struct tcp_congestion_ops
 *
 * Context: any.
 * Return: the key; its lower 32 bits are @key, the 16 above @family.
 */
static inline u64 sockwatch_congestion_pack(u16 family, u32 key)
{
	return SOCKWATCH_KIND_VALID | (u64)family << 32 | key;
}

#endif /* _SOCKWATCH_CLASSIFY_H */
