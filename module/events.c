// SPDX-License-Identifier: GPL-2.0
/* Events on their way: a bounded queue on each CPU, and one order again. */
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/time64.h>

#include "clock.h"
#include "event.h"
#include "events.h"
#include "netns.h"

/**
 * DOC: order
 *
 * What happens to one sock happens in an order, though on several CPUs: the
 * second event is made after the first one is in its queue.  Each gets its time
 * with interrupts off, so that a queue is in the order of its times.  Whoever
 * empties the queues looks at all their ends, and then once more: an event seen
 * by the first look has all that went before it within the second.  What the
 * second look has is merged by time until all that the first had is out; what
 * is left may have something before it that is not there yet.
 */

/**
 * struct record - an event in a queue
 * @snet: where it happened; it is emptied of these before it goes
 * @event: the event, with sockwatch_clock_ns() for its time
 */
struct record {
	struct sockwatch_net *snet;
	struct sockwatch_event event;
};

/**
 * struct queue - the events of one CPU
 * @records: so many as there may be
 * @head: the first one, as a number that only grows; written by the reader
 * @first: where the reader's first look saw the end
 * @second: where its second look did
 * @tail: behind the last one; written by this CPU with interrupts off
 * @lost: how many found no room, of all namespaces
 */
struct queue {
	struct record *records;
	unsigned int head;
	unsigned int first;
	unsigned int second;
	unsigned int tail ____cacheline_aligned;
	u64 lost;
};

static DEFINE_PER_CPU(struct queue, queues);
static unsigned int nr_records __read_mostly;
static const struct sockwatch_events_ops *ops __read_mostly;
static u64 lost_seen;
/* When the last one that was taken happened. */
static u64 taken_ns;

static void record_lose(struct queue *queue, const struct sockwatch_net *snet)
{
	queue->lost++;
	this_cpu_inc(*snet->events.lost);
}

/* Returns how many there are now.  @tsc: as sockwatch_clock_is_tsc() says. */
static __always_inline unsigned int
record_put(struct queue *queue, struct sockwatch_net *snet,
	   const struct sockwatch_event *event, bool tsc)
{
	unsigned int tail = queue->tail;
	struct record *record = &queue->records[tail & (nr_records - 1)];
	unsigned int used;

	/* What was read of the place was read: pairs with queue_take(). */
	used = tail - smp_load_acquire(&queue->head);
	if (unlikely(used >= nr_records)) {
		record_lose(queue, snet);
		return used;
	}
	record->snet = snet;
	record->event = *event;
	/* The clock is not read ahead of what this event follows from. */
	barrier_nospec();
	record->event.time_ns = tsc ? sockwatch_clock_tsc_ns() :
				      sockwatch_clock_ns();
	/* The event is there before it is seen: pairs with queues_look(). */
	smp_store_release(&queue->tail, tail + 1);
	return used + 1;
}

static __always_inline void put(struct sockwatch_net *snet,
				const struct sockwatch_event *event, bool tsc)
{
	unsigned long flags;
	unsigned int used;

	local_irq_save(flags);
	used = record_put(this_cpu_ptr(&queues), snet, event, tsc);
	local_irq_restore(flags);
	/* It is there before @wake looks whether the reader is awake. */
	smp_mb();
	ops->wake(used == nr_records / 4);
}

static noinline void event_put_slow(struct sockwatch_net *snet,
				    const struct sockwatch_event *event)
{
	put(snet, event, false);
}

/* Nothing but a call at the end, which needs no registers saved. */
static void event_put(struct sockwatch_net *snet,
		      const struct sockwatch_event *event)
{
	if (sockwatch_clock_is_tsc())
		put(snet, event, true);
	else
		event_put_slow(snet, event);
}

static const struct sockwatch_sink sink = {
	.event = event_put,
};

static void queues_free(void)
{
	struct queue *queue;
	int cpu;

	for_each_possible_cpu(cpu) {
		queue = &per_cpu(queues, cpu);
		kvfree(queue->records);
		queue->records = NULL;
	}
}

/**
 * sockwatch_events_init() - say how long the queues are
 * @max_events: events on each CPU, rounded up to a power of two
 *
 * Context: process.
 */
void sockwatch_events_init(unsigned int max_events)
{
	nr_records = roundup_pow_of_two(max_events);
}

/**
 * sockwatch_events_start() - from now on events are queued
 * @new_ops: who empties the queues
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sockwatch_events_start(const struct sockwatch_events_ops *new_ops)
{
	struct queue *queue;
	int cpu;

	for_each_possible_cpu(cpu) {
		queue = &per_cpu(queues, cpu);
		queue->head = queue->tail;
		queue->records = kvmalloc_node(array_size(nr_records,
							  sizeof(struct record)),
					       GFP_KERNEL_ACCOUNT,
					       cpu_to_node(cpu));
		if (!queue->records)
			goto err_queues;
	}
	ops = new_ops;
	sockwatch_event_set_sink(&sink);
	return 0;

err_queues:
	queues_free();
	return -ENOMEM;
}

/**
 * sockwatch_events_stop() - the opposite of sockwatch_events_start()
 *
 * What is still queued is dropped.  On return nobody calls @wake.
 *
 * Context: process, may sleep; not while sockwatch_events_drain() runs.
 */
void sockwatch_events_stop(void)
{
	sockwatch_event_set_sink(NULL);
	queues_free();
}

static unsigned int queues_look(void)
{
	unsigned int nr = 0;
	struct queue *queue;
	int cpu;

	for_each_possible_cpu(cpu) {
		queue = &per_cpu(queues, cpu);
		/* Before the second look: see above.  Pairs with record_put(). */
		queue->first = smp_load_acquire(&queue->tail);
		nr += queue->first - queue->head;
	}
	for_each_possible_cpu(cpu) {
		queue = &per_cpu(queues, cpu);
		/* Pairs with record_put(). */
		queue->second = smp_load_acquire(&queue->tail);
	}
	return nr;
}

static struct record *queue_head(const struct queue *queue)
{
	if (queue->head == queue->second)
		return NULL;
	return &queue->records[queue->head & (nr_records - 1)];
}

/*
 * There is one.  It remains the earliest up to @until_ns, when another queue's
 * first event comes.
 */
static struct queue *queue_earliest(u64 *until_ns)
{
	struct queue *queue, *earliest = NULL;
	const struct record *record;
	u64 time_ns = U64_MAX;
	int cpu;

	*until_ns = U64_MAX;
	for_each_possible_cpu(cpu) {
		queue = &per_cpu(queues, cpu);
		record = queue_head(queue);
		if (!record)
			continue;
		if (earliest && record->event.time_ns >= time_ns) {
			*until_ns = min(*until_ns, record->event.time_ns);
			continue;
		}
		*until_ns = time_ns;
		time_ns = record->event.time_ns;
		earliest = queue;
	}
	return earliest;
}

/*
 * The time of day.  The offset is taken for each drain, since the two clocks
 * drift, and may come out a little less than before: what happened later is not
 * earlier for that.  A clock that was set back is another thing.
 */
static u64 time_of_day(u64 time_ns, u64 offset_ns)
{
	u64 now_ns = time_ns + offset_ns;

	if (now_ns < taken_ns && taken_ns - now_ns < NSEC_PER_SEC)
		return taken_ns;
	taken_ns = now_ns;
	return now_ns;
}

static void queue_take(struct queue *queue, struct record *record,
		       u64 offset_ns)
{
	struct sockwatch_event *event = &record->event;

	event->time_ns = time_of_day(event->time_ns, offset_ns);
	ops->take(record->snet, event);
	/* Its place is free from here on: pairs with record_put(). */
	smp_store_release(&queue->head, queue->head + 1);
}

/*
 * At least one, and up to @until_ns, but none when all of @left that the first
 * looks saw are out.  Returns how many of these are left.
 */
static unsigned int queue_run(struct queue *queue, u64 until_ns, u64 offset_ns,
			      unsigned int left)
{
	struct record *record = queue_head(queue);

	do {
		if ((int)(queue->first - queue->head) > 0)
			left--;
		queue_take(queue, record, offset_ns);
		if (!(queue->head % 256))
			cond_resched();
		record = queue_head(queue);
	} while (left && record && record->event.time_ns < until_ns);
	return left;
}

/**
 * sockwatch_events_drain() - take what is in the queues
 *
 * Context: process, may sleep; between start and stop, by one at a time.
 */
void sockwatch_events_drain(void)
{
	u64 offset_ns = sockwatch_clock_real_offset_ns();
	unsigned int left = queues_look();
	struct queue *queue;
	u64 until_ns;

	while (left) {
		queue = queue_earliest(&until_ns);
		left = queue_run(queue, until_ns, offset_ns, left);
	}
}

/**
 * sockwatch_events_lost() - how many of a namespace found no room
 * @snet: the namespace
 *
 * Context: any.
 * Return: how many since the module was loaded.
 */
u64 sockwatch_events_lost(const struct sockwatch_net *snet)
{
	u64 lost = 0;
	int cpu;

	if (!snet->events.lost)
		return 0;
	for_each_possible_cpu(cpu)
		lost += READ_ONCE(*per_cpu_ptr(snet->events.lost, cpu));
	return lost;
}

/**
 * sockwatch_events_any_lost() - whether one found no room since the last call
 *
 * Context: that of sockwatch_events_drain().
 * Return: true: look at sockwatch_events_lost() of each namespace.
 */
bool sockwatch_events_any_lost(void)
{
	u64 lost = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		lost += READ_ONCE(per_cpu(queues, cpu).lost);
	if (lost == lost_seen)
		return false;
	lost_seen = lost;
	return true;
}
