// SPDX-License-Identifier: GPL-2.0
/* Where a namespace keeps single latencies: the slowest and the latest ones. */
#include <linux/limits.h>
#include <linux/mm.h>

#include "samples.h"

/**
 * sockwatch_samples_new() - make room for the samples of a namespace
 * @gfp: how to allocate
 *
 * Context: as @gfp says.
 * Return: the samples, none yet; or NULL: no memory.
 */
struct sockwatch_samples *sockwatch_samples_new(gfp_t gfp)
{
	struct sockwatch_samples *samples = kvzalloc(sizeof(*samples), gfp);
	unsigned int i;

	for (i = 0; samples && i < SOCKWATCH_NR_SAMPLES; i++)
		raw_spin_lock_init(&samples->list[i].lock);
	return samples;
}

/**
 * sockwatch_samples_free() - the opposite of sockwatch_samples_new()
 * @samples: the samples, or NULL
 *
 * Context: process.
 */
void sockwatch_samples_free(struct sockwatch_samples *samples)
{
	kvfree(samples);
}

/**
 * sockwatch_samples_limit() - which durations are none of the slowest
 * @samples: the samples, or NULL
 * @kind: &enum sockwatch_sample_kind
 *
 * Context: any.
 * Return: nanoseconds less one, as for sockwatch_hist_settle().
 */
u64 sockwatch_samples_limit(const struct sockwatch_samples *samples,
			    unsigned int kind)
{
	return samples ? READ_ONCE(samples->list[kind].limit) : U64_MAX;
}

static void slowest_add(struct sockwatch_sample_list *list,
			const struct sockwatch_event *event)
{
	unsigned int i = list->nr_slowest;

	if (i == SOCKWATCH_SAMPLES_MAX &&
	    list->slowest[--i].duration_ns >= event->duration_ns)
		return;
	for (; i && list->slowest[i - 1].duration_ns < event->duration_ns; i--)
		list->slowest[i] = list->slowest[i - 1];
	list->slowest[i] = *event;
	if (list->nr_slowest < SOCKWATCH_SAMPLES_MAX)
		list->nr_slowest++;
	if (list->nr_slowest == SOCKWATCH_SAMPLES_MAX)
		WRITE_ONCE(list->limit,
			   list->slowest[SOCKWATCH_SAMPLES_MAX - 1].duration_ns -
				   1);
}

/**
 * sockwatch_samples_add() - keep a sample
 * @samples: where
 * @kind: &enum sockwatch_sample_kind
 * @event: whose it is, and its duration
 *
 * Context: any but NMI.
 */
void sockwatch_samples_add(struct sockwatch_samples *samples,
			   unsigned int kind,
			   const struct sockwatch_event *event)
{
	struct sockwatch_sample_list *list = &samples->list[kind];
	unsigned long flags;

	raw_spin_lock_irqsave(&list->lock, flags);
	list->latest[list->nr_latest++ % SOCKWATCH_SAMPLES_MAX] = *event;
	slowest_add(list, event);
	raw_spin_unlock_irqrestore(&list->lock, flags);
}

/**
 * sockwatch_samples_reset() - forget all samples
 * @samples: the samples
 *
 * Context: process.
 */
void sockwatch_samples_reset(struct sockwatch_samples *samples)
{
	struct sockwatch_sample_list *list;
	unsigned int i;

	for (i = 0; i < SOCKWATCH_NR_SAMPLES; i++) {
		list = &samples->list[i];
		raw_spin_lock_irq(&list->lock);
		list->nr_slowest = 0;
		list->nr_latest = 0;
		WRITE_ONCE(list->limit, 0);
		raw_spin_unlock_irq(&list->lock);
	}
}
