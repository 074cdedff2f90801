/* SPDX-License-Identifier: GPL-2.0 */
/* Finds out by their numbers how many events of a namespace were lost. */
#ifndef _SOCKWATCH_SEQUENCE_H
#define _SOCKWATCH_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct sequence - how far a namespace is
 *
 * @netns: its inode
 * @next: the number that its next event has if none gets lost
 */
struct sequence {
	uint64_t netns;
	uint64_t next;
};

/**
 * struct sequences - how far the namespaces are, all zero at the beginning
 *
 * @list: sorted by inode; one stays in it when it has gone, for the inode is
 *	given out again
 * @count: how many
 * @capacity: how many there is room for
 */
struct sequences {
	struct sequence *list;
	size_t count;
	size_t capacity;
};

/**
 * sequence_has() - whether a namespace is known
 *
 * @sequences: those that are
 * @netns: its inode
 *
 * Return: whether it is.
 */
bool sequence_has(const struct sequences *sequences, uint64_t netns);

/**
 * sequence_begin() - begin with a namespace where it is now
 *
 * @sequences: those that are known
 * @netns: its inode
 * @seq: the number of its next event
 *
 * Return: 0, or -ENOMEM.
 */
int sequence_begin(struct sequences *sequences, uint64_t netns, uint64_t seq);

/**
 * sequence_take() - take some events, which may be none
 *
 * @sequences: those that are known; one that is not has begun with number 1
 * @netns: the inode of their namespace
 * @seq: the number of the first; without any that of the next one
 * @count: how many
 * @lost: how many are missing before them
 *
 * Return: 0, or -ENOMEM.
 */
int sequence_take(struct sequences *sequences, uint64_t netns, uint64_t seq,
		  size_t count, uint64_t *lost);

/**
 * sequence_free() - forget the namespaces
 *
 * @sequences: all zero afterwards
 */
void sequence_free(struct sequences *sequences);

#endif /* _SOCKWATCH_SEQUENCE_H */
