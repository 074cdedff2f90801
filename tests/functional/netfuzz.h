/* SPDX-License-Identifier: GPL-2.0 */
/* Random netlink messages, the same ones for the same seed. */
#ifndef _NETFUZZ_H
#define _NETFUZZ_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_BYTES 4096

/*
 * A message: @bytes of @data, which @header begins.  The kernel leaves one
 * whose header is @broken alone, and whatever stands behind it.
 */
struct message {
	union {
		struct nlmsghdr header;
		unsigned char data[MESSAGE_BYTES];
	};
	size_t bytes;
	bool broken;
};

/* The descriptors that messages may name. */
struct descriptors {
	const int *fds;
	size_t count;
};

void random_seed(uint64_t seed);
uint32_t below(uint32_t limit);
void message_make(struct message *message, uint16_t family, uint32_t seq,
		  const struct descriptors *known);

#endif /* _NETFUZZ_H */
