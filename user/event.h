/* SPDX-License-Identifier: GPL-2.0 */
/* What the module's struct of an event says, as structs of ours. */
#ifndef _SOCKWATCH_EVENT_H
#define _SOCKWATCH_EVENT_H

#include <sys/socket.h>

#include <linux/sockwatch.h>

#include "client.h"

/**
 * event_address_bytes() - the length of the addresses of an event
 *
 * @event: the event
 *
 * Return: 4 or 16, or 0 if it has none.
 */
static inline size_t event_address_bytes(const struct sockwatch_event *event)
{
	if (!(event->known & SOCKWATCH_KNOWN_KIND))
		return 0;
	return event->family == AF_INET ? 4 : event->family == AF_INET6 ? 16 : 0;
}

/**
 * event_socket() - the socket that an event is about
 *
 * @sock: what the event says of it; all else is not known
 * @event: the event
 */
void event_socket(struct client_socket *sock,
		  const struct sockwatch_event *event);

/**
 * event_comm() - put the name of the process of an event, made safe as
 *	decode_text() does it
 *
 * @to: at least as long as the name in the event
 * @event: the event
 *
 * Return: behind it; there is no NUL.
 */
char *event_comm(char *to, const struct sockwatch_event *event);

/**
 * event_sample() - read the event of a sample
 *
 * @sample: filled but for what the event does not say
 * @data: the &struct sockwatch_event, aligned or not
 * @bytes: its length
 *
 * Return: NULL, or what is wrong with it.
 */
const char *event_sample(struct client_sample *sample, const void *data,
			 size_t bytes);

#endif /* _SOCKWATCH_EVENT_H */
