/* SPDX-License-Identifier: GPL-2.0 */
/* Events on their way: a bounded queue on each CPU, and one order again. */
#ifndef _SOCKWATCH_EVENTS_H
#define _SOCKWATCH_EVENTS_H

#include <linux/types.h>
#include <uapi/linux/sockwatch.h>

struct sockwatch_net;

#define SOCKWATCH_EVENTS_MIN	256
#define SOCKWATCH_EVENTS_LIMIT	1048576

/**
 * struct sockwatch_events_ops - what the queues need of whoever empties them
 * @wake: something waits, and @soon is set when much does; from any context
 *	but NMI
 * @take: takes an event, in order, with its time as CLOCK_REALTIME
 */
struct sockwatch_events_ops {
	void (*wake)(bool soon);
	void (*take)(struct sockwatch_net *snet,
		     const struct sockwatch_event *event);
};

void sockwatch_events_init(unsigned int max_events);
int sockwatch_events_start(const struct sockwatch_events_ops *new_ops);
void sockwatch_events_stop(void);
void sockwatch_events_drain(void);
u64 sockwatch_events_lost(const struct sockwatch_net *snet);
bool sockwatch_events_any_lost(void);

#endif /* _SOCKWATCH_EVENTS_H */
