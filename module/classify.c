// SPDX-License-Identifier: GPL-2.0
/* A kind of socket, (family, type, protocol), as one number and back. */
#include <linux/bits.h>
#include <linux/err.h>

#include "classify.h"

/* Bits 48-59 of a failure's key: MAX_ERRNO is 4095. */
#define FAILURE_ERRNO_SHIFT	48
#define FAILURE_ERRNO_MASK	((u64)MAX_ERRNO << FAILURE_ERRNO_SHIFT)

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
		.type = key >> 16,
		.protocol = key,
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
	return key & ~FAILURE_ERRNO_MASK;
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
