// SPDX-License-Identifier: GPL-2.0
/* A kind of socket, (family, type, protocol), as one number and back. */
#include <linux/bits.h>
#include <linux/err.h>

#include "classify.h"

/* Bits 48-59 of a failure's key: MAX_ERRNO is 4095. */
#define FAILURE_ERRNO_SHIFT	48
#define FAILURE_ERRNO_MASK	((u64)MAX_ERRNO << FAILURE_ERRNO_SHIFT)
/* Bit 60: it was a connect. */
#define FAILURE_CONNECT		BIT_ULL(60)

/**
 * sockwatch_kind_unpack() - the kind that a key stands for
 * @key: what sockwatch_kind_pack() or sockwatch_failure_pack() returned
 *
 * Context: any.
 * Return: the kind; meaningless for SOCKWATCH_KIND_OTHER.
 */
struct sockwatch_kind sockwatch_kind_unpack(u64 key)
{
	return (struct sockwatch_kind) {
		.family = key >> 32,
		.type = key,
		.protocol = key >> 16,
	};
}

/**
 * sockwatch_failure_pack() - a failed attempt as one number
 * @kind: what sockwatch_kind_pack() said of the caller's wish
 * @err: the negative errno
 *
 * Context: any.
 * Return: the key, or SOCKWATCH_KIND_OTHER where @kind is that or @err is
 * not a negative errno.
 */
u64 sockwatch_failure_pack(u64 kind, int err)
{
	if (kind == SOCKWATCH_KIND_OTHER || err >= 0 || err < -MAX_ERRNO)
		return SOCKWATCH_KIND_OTHER;
	return kind | (u64)-err << FAILURE_ERRNO_SHIFT;
}

/**
 * sockwatch_failure_kind() - the kind of a failed attempt
 * @key: what sockwatch_failure_pack() returned
 *
 * Context: any.
 * Return: the key that sockwatch_kind_pack() had returned.
 */
u64 sockwatch_failure_kind(u64 key)
{
	if (key == SOCKWATCH_KIND_OTHER)
		return key;
	return key & ~(FAILURE_ERRNO_MASK | FAILURE_CONNECT);
}

/**
 * sockwatch_failure_errno() - the errno of a failed attempt
 * @key: what sockwatch_failure_pack() returned
 *
 * Context: any.
 * Return: the positive errno; meaningless for SOCKWATCH_KIND_OTHER.
 */
u16 sockwatch_failure_errno(u64 key)
{
	return (key & FAILURE_ERRNO_MASK) >> FAILURE_ERRNO_SHIFT;
}

/**
 * sockwatch_connect_pack() - a failed connect as one number
 * @kind: what sockwatch_kind_pack() said of the socket
 * @err: the negative errno, 0: not known
 *
 * Context: any.
 * Return: the key, for the calls above too; or SOCKWATCH_KIND_OTHER where
 * @kind is that or @err is no negative errno.
 */
u64 sockwatch_connect_pack(u64 kind, int err)
{
	u64 key = err ? sockwatch_failure_pack(kind, err) : kind;

	return key == SOCKWATCH_KIND_OTHER ? key : key | FAILURE_CONNECT;
}

/**
 * sockwatch_failure_is_connect() - what a failure was of
 * @key: what sockwatch_failure_pack() or sockwatch_connect_pack() returned
 *
 * Context: any.
 * Return: true for a connect; false for a creation and SOCKWATCH_KIND_OTHER.
 */
bool sockwatch_failure_is_connect(u64 key)
{
	return key != SOCKWATCH_KIND_OTHER && key & FAILURE_CONNECT;
}
