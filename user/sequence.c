// SPDX-License-Identifier: GPL-2.0
/* The numbers of events, namespace by namespace. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sequence.h"

/* Where a namespace is in the list, or belongs. */
static size_t find(const struct sequences *sequences, uint64_t netns)
{
	size_t from = 0, to = sequences->count, middle;

	while (from < to) {
		middle = from + (to - from) / 2;
		if (sequences->list[middle].netns < netns)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool is_at(const struct sequences *sequences, size_t i, uint64_t netns)
{
	return i < sequences->count && sequences->list[i].netns == netns;
}

static bool make_room(struct sequences *sequences)
{
	size_t capacity = sequences->capacity ? 2 * sequences->capacity : 16;
	struct sequence *list;

	if (sequences->count < sequences->capacity)
		return true;
	list = reallocarray(sequences->list, capacity, sizeof(*list));
	if (!list)
		return false;
	sequences->list = list;
	sequences->capacity = capacity;
	return true;
}

/* The one of a namespace, which begins with number 1 if it is not known. */
static struct sequence *get(struct sequences *sequences, uint64_t netns)
{
	size_t i = find(sequences, netns);
	struct sequence *at;

	if (is_at(sequences, i, netns))
		return &sequences->list[i];
	if (!make_room(sequences))
		return NULL;
	at = &sequences->list[i];
	memmove(at + 1, at, (sequences->count++ - i) * sizeof(*at));
	*at = (struct sequence) { netns, 1 };
	return at;
}

bool sequence_has(const struct sequences *sequences, uint64_t netns)
{
	return is_at(sequences, find(sequences, netns), netns);
}

int sequence_begin(struct sequences *sequences, uint64_t netns, uint64_t seq)
{
	struct sequence *sequence = get(sequences, netns);

	if (!sequence)
		return -ENOMEM;
	sequence->next = seq;
	return 0;
}

int sequence_take(struct sequences *sequences, uint64_t netns, uint64_t seq,
		  size_t count, uint64_t *lost)
{
	struct sequence *sequence = get(sequences, netns);

	if (!sequence)
		return -ENOMEM;
	/* Another namespace, with the inode of one that has gone. */
	if (seq < sequence->next)
		sequence->next = 1;
	*lost = seq > sequence->next ? seq - sequence->next : 0;
	sequence->next = seq + count;
	return 0;
}

void sequence_free(struct sequences *sequences)
{
	free(sequences->list);
	*sequences = (struct sequences) { 0 };
}
