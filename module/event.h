/* SPDX-License-Identifier: GPL-2.0 */
/* What has happened, put together for whoever wants to be told. */
#ifndef _SOCKWATCH_EVENT_H
#define _SOCKWATCH_EVENT_H

#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/types.h>
#include <uapi/linux/sockwatch.h>

#include "netns.h"

struct sock;
struct sockwatch_entry;

/**
 * struct sockwatch_sink - where events go
 * @event: called after the counters moved, with preemption off, from process
 *	or softirq context.  The event has numbers as the kernel has them: no
 *	time, a pid of the initial pid namespace, a uid of the initial user
 *	namespace.
 */
struct sockwatch_sink {
	void (*event)(struct sockwatch_net *snet,
		      const struct sockwatch_event *event);
};

DECLARE_STATIC_KEY_FALSE(sockwatch_event_sunk);
DECLARE_STATIC_KEY_FALSE(sockwatch_event_detour);

/**
 * sockwatch_event_wanted() - whether somebody wants to be told anything
 *
 * Context: any.  The one check that is made where nobody does.
 * Return: true: look whether he wants it of this namespace.
 */
static __always_inline bool sockwatch_event_wanted(void)
{
	return static_branch_unlikely(&sockwatch_event_sunk);
}

/**
 * sockwatch_event_is_detour() - whether the hottest hook takes its long way
 *
 * Context: any.  One check for two: somebody wants to be told, or
 * sockwatch_event_take_detour() was called.
 * Return: false: it may go straight on.
 */
static __always_inline bool sockwatch_event_is_detour(void)
{
	return static_branch_unlikely(&sockwatch_event_detour);
}

/**
 * sockwatch_event_watched() - whether somebody wants to be told of a namespace
 * @snet: the namespace; NULL: it is gone or not there yet
 *
 * Context: any.
 * Return: true: make the event.
 */
static __always_inline bool
sockwatch_event_watched(const struct sockwatch_net *snet)
{
	if (!sockwatch_event_wanted() || !snet)
		return false;
	/* Before what is needed for it: pairs with watch_begin(). */
	return smp_load_acquire(&snet->watched);
}

void sockwatch_event_take_detour(void);
void sockwatch_event_set_sink(const struct sockwatch_sink *new_sink);
void sockwatch_event_tell(struct sockwatch_net *snet,
			  const struct sockwatch_event *event) __cold;

void sockwatch_event_begin(struct sockwatch_event *event,
			   enum sockwatch_event_type type) __cold;
void sockwatch_event_task(struct sockwatch_event *event) __cold;
void sockwatch_event_sock(struct sockwatch_event *event,
			  const struct sockwatch_entry *entry,
			  const struct sock *sk) __cold;
void sockwatch_event_cgroup(struct sockwatch_event *event,
			    const struct sock *sk) __cold;
void sockwatch_event_traffic(struct sockwatch_event *event,
			     const struct sock *sk) __cold;

/**
 * sockwatch_event_kind() - say of what kind of socket it is
 * @event: the event
 * @family: AF_*
 * @type: SOCK_*
 * @protocol: as for &struct sockwatch_event
 */
static inline void sockwatch_event_kind(struct sockwatch_event *event,
					unsigned int family, unsigned int type,
					unsigned int protocol)
{
	event->family = family;
	event->sock_type = type;
	event->protocol = protocol;
	event->known |= SOCKWATCH_KNOWN_KIND;
}

/**
 * sockwatch_event_took() - say how long it took
 * @event: the event
 * @duration_ns: nanoseconds
 */
static inline void sockwatch_event_took(struct sockwatch_event *event,
					u64 duration_ns)
{
	event->duration_ns = duration_ns;
	event->known |= SOCKWATCH_KNOWN_DURATION;
}

/**
 * sockwatch_event_failed() - say what failed, and why
 * @event: the event
 * @operation: what
 * @err: the negative errno; 0: not known
 */
static inline void
sockwatch_event_failed(struct sockwatch_event *event,
		       enum sockwatch_operation operation, int err)
{
	event->operation = operation;
	event->known |= SOCKWATCH_KNOWN_OPERATION;
	if (!err)
		return;
	event->errno_nr = -err;
	event->known |= SOCKWATCH_KNOWN_ERRNO;
}

#endif /* _SOCKWATCH_EVENT_H */
