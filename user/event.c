// SPDX-License-Identifier: GPL-2.0
/* Takes the module's struct of an event apart. */
#include <string.h>

#include "event.h"

static struct client_number number(const struct sockwatch_event *event,
				   uint32_t known, uint64_t value)
{
	return (struct client_number) {
		.known = event->known & known,
		.value = event->known & known ? value : 0,
	};
}

char *event_comm(char *to, const struct sockwatch_event *event)
{
	char *end = to + strnlen(event->comm, sizeof(event->comm));

	memcpy(to, event->comm, sizeof(event->comm));
	for (; to < end; to++)
		if (*to < ' ' || *to > '~')
			*to = '?';
	return to;
}

static void get_addresses(struct client_socket *sock,
			  const struct sockwatch_event *event)
{
	size_t bytes = event_address_bytes(event);

	if (event->known & SOCKWATCH_KNOWN_ADDRESS)
		sock->address.bytes = bytes;
	if (event->known & SOCKWATCH_KNOWN_PEER_ADDRESS)
		sock->peer_address.bytes = bytes;
	memcpy(sock->address.data, event->address, sizeof(event->address));
	memcpy(sock->peer_address.data, event->peer_address,
	       sizeof(event->peer_address));
	sock->port = number(event, SOCKWATCH_KNOWN_PORT, event->port);
	sock->peer_port = number(event, SOCKWATCH_KNOWN_PEER_PORT,
				 event->peer_port);
}

void event_socket(struct client_socket *sock,
		  const struct sockwatch_event *event)
{
	*sock = (struct client_socket) {
		.event = { event->event, event->event },
		.kind = {
			number(event, SOCKWATCH_KNOWN_KIND, event->family),
			number(event, SOCKWATCH_KNOWN_KIND, event->sock_type),
			number(event, SOCKWATCH_KNOWN_KIND, event->protocol),
		},
		.origin = number(event, SOCKWATCH_KNOWN_ORIGIN, event->origin),
		.state = number(event, SOCKWATCH_KNOWN_STATE, event->state),
		.pid = number(event, SOCKWATCH_KNOWN_PID, event->pid),
		.uid = number(event, SOCKWATCH_KNOWN_UID, event->uid),
		.cgroup = number(event, SOCKWATCH_KNOWN_CGROUP, event->cgroup),
		.id = number(event, SOCKWATCH_KNOWN_ID, event->id),
	};
	get_addresses(sock, event);
	if (event->known & SOCKWATCH_KNOWN_COMM)
		event_comm(sock->comm, event);
}

const char *event_sample(struct client_sample *sample, const void *data,
			 size_t bytes)
{
	struct sockwatch_event event;

	if (bytes != sizeof(event))
		return "a sample of an odd size";
	memcpy(&event, data, sizeof(event));
	sample->time_ns = (struct client_number) { true, event.time_ns };
	sample->duration_ns = number(&event, SOCKWATCH_KNOWN_DURATION,
				     event.duration_ns);
	sample->scope = number(&event, SOCKWATCH_KNOWN_SCOPE, event.scope);
	event_socket(&sample->sock, &event);
	return NULL;
}
