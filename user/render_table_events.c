// SPDX-License-Identifier: GPL-2.0
/*
 * Prints events as a table for people.  Its columns have widths that fit most
 * of what comes, since nobody can wait for the rest; the last one has words, as
 * that of ss -i.
 */
#include <string.h>

#include "duration.h"
#include "event.h"
#include "render_events.h"
#include "text.h"

/* Of the columns; those of numbers are aligned to the right. */
enum width {
	TIME = 15,
	NETNS = 10,
	EVENT = 11,
	ID = 8,
	FAMILY = 7,
	TYPE = 6,
	PROTOCOL = 8,
	ENDPOINT = 21,
	PID = 7,
	COMM = 15,
	UID = 5,
};

static inline char *left(char *to, enum width width, const char *text)
{
	return text_left(to, text_word(to, text), width);
}

static inline char *left_name(char *to, enum width width,
			      const struct text_name *name)
{
	return text_left(to, text_name(to, name), width);
}

static char *right(char *to, enum width width, const char *text)
{
	struct text_name name = { .bytes = strlen(text) };

	memcpy(name.data, text, name.bytes);
	return text_right(to, width, &name);
}

static char *right_number(char *to, enum width width, bool known,
			  uint64_t number)
{
	struct text_name name = { 1, "-" };

	if (known)
		text_name_number(&name, number);
	return text_right(to, width, &name);
}

/* The columns are over: no spaces at the end of a line. */
static void end_line(struct render_events *list, char *at)
{
	while (at[-1] == ' ')
		at--;
	*at++ = '\n';
	list->at = at;
}

static void begin(struct render_events *list)
{
	char *at = render_events_line(list);

	if (!list->style->header)
		return;
	if (list->style->color)
		at = text_word(at, "\033[1m");
	at = left(at, TIME, "time");
	if (list->style->by_netns)
		at = right(at, NETNS, "netns");
	at = left(at, EVENT, "event");
	at = left(at, ID, "id");
	at = left(at, FAMILY, "family");
	at = left(at, TYPE, "type");
	at = left(at, PROTOCOL, "protocol");
	at = left(at, ENDPOINT, "local");
	at = left(at, ENDPOINT, "peer");
	at = right(at, PID, "pid");
	at = left(at, COMM, "comm");
	at = right(at, UID, "uid");
	at = text_word(at, "details");
	if (list->style->color)
		at = text_word(at, "\033[0m");
	end_line(list, at);
}

static char *time_column(struct render_events *list, char *at, uint64_t time_ns)
{
	return text_left(at, clock_time(&list->clock, at, time_ns), TIME);
}

static char *id_column(struct render_events *list, char *at,
		       const struct sockwatch_event *event)
{
	char *to = at;

	if (!(event->known & SOCKWATCH_KNOWN_ID))
		return left(at, ID, "-");
	if (list->style->numeric)
		return text_left(at, text_number(at, event->id), ID);
	to = text_word(to, "sk:");
	return text_left(at, text_hex(to, event->id), ID);
}

static char *kind_columns(struct render_events *list, char *at,
			  const struct sockwatch_event *event)
{
	const struct render_kind *kind;

	if (!(event->known & SOCKWATCH_KNOWN_KIND)) {
		at = left(at, FAMILY, "-");
		at = left(at, TYPE, "-");
		return left(at, PROTOCOL, "-");
	}
	kind = render_kind(list, event);
	at = left_name(at, FAMILY, &kind->names[0]);
	at = left_name(at, TYPE, &kind->names[1]);
	return left_name(at, PROTOCOL, &kind->names[2]);
}

static char *endpoint_column(char *at, bool known, size_t bytes,
			     const unsigned char *address, uint16_t port)
{
	if (!known || !bytes)
		return left(at, ENDPOINT, "-");
	return text_left(at, text_endpoint(at, address, bytes, port), ENDPOINT);
}

static char *address_columns(char *at, const struct sockwatch_event *event)
{
	size_t bytes = event_address_bytes(event);

	at = endpoint_column(at, event->known & SOCKWATCH_KNOWN_ADDRESS, bytes,
			     event->address, event->port);
	return endpoint_column(at,
			       event->known & SOCKWATCH_KNOWN_PEER_ADDRESS,
			       bytes, event->peer_address, event->peer_port);
}

static char *comm_column(char *at, const struct sockwatch_event *event)
{
	char *to = at;

	if (event->known & SOCKWATCH_KNOWN_COMM)
		to = event_comm(to, event);
	if (to == at)
		*to++ = '-';
	return text_left(at, to, COMM);
}

static char *owner_columns(char *at, const struct sockwatch_event *event)
{
	at = right_number(at, PID, event->known & SOCKWATCH_KNOWN_PID,
			  event->pid);
	at = comm_column(at, event);
	return right_number(at, UID, event->known & SOCKWATCH_KNOWN_UID,
			    event->uid);
}

/* A detail: a word of KEY(), what it is, and a space. */
#define KEY(name) name ":"

static inline char *word(char *at, const char *text)
{
	at = text_word(at, text);
	*at++ = ' ';
	return at;
}

static inline char *name_word(char *at, const struct text_name *name)
{
	at = text_name(at, name);
	*at++ = ' ';
	return at;
}

static inline char *number(char *at, uint64_t value)
{
	at = text_number(at, value);
	*at++ = ' ';
	return at;
}

static char *duration(struct render_events *list, char *at, uint64_t ns)
{
	if (list->style->numeric)
		return number(at, ns);
	at = duration_age_put(at, ns);
	*at++ = ' ';
	return at;
}

static char *state_words(struct render_events *list, char *at,
			 const struct sockwatch_event *event)
{
	if (event->known & SOCKWATCH_KNOWN_ORIGIN &&
	    event->origin != SOCKWATCH_SOCKET_ORIGIN_SOCKET)
		at = name_word(text_word(at, KEY("origin")),
			       render_word(&list->origins, event->origin));
	if (event->known & SOCKWATCH_KNOWN_FROM)
		at = name_word(text_word(at, KEY("from")),
			       render_word(&list->states, event->from));
	if (!(event->known & SOCKWATCH_KNOWN_STATE))
		return at;
	at = event->known & SOCKWATCH_KNOWN_FROM ?
	     text_word(at, KEY("to")) : text_word(at, KEY("state"));
	return name_word(at, render_word(&list->states, event->state));
}

static char *cause_words(struct render_events *list, char *at,
			 const struct sockwatch_event *event)
{
	char text[NAMES_BYTES];

	if (event->known & SOCKWATCH_KNOWN_ERRNO) {
		(list->style->numeric ? names_number : names_errno)(text,
							event->errno_nr);
		at = word(text_word(at, KEY("errno")), text);
	}
	if (event->known & SOCKWATCH_KNOWN_OPERATION)
		at = name_word(text_word(at, KEY("operation")),
			       render_word(&list->operations,
					   event->operation));
	if (event->event != SOCKWATCH_EVENT_RESET)
		return at;
	return event->known & SOCKWATCH_KNOWN_RECEIVED ?
	       text_word(at, "direction:received ") :
	       text_word(at, "direction:sent ");
}

static char *time_words(struct render_events *list, char *at,
			const struct sockwatch_event *event)
{
	if (event->known & SOCKWATCH_KNOWN_DURATION) {
		at = text_name(at, render_duration(event));
		*at++ = ':';
		at = duration(list, at, event->duration_ns);
	}
	if (event->known & SOCKWATCH_KNOWN_SCOPE)
		at = name_word(text_word(at, KEY("scope")),
			       render_word(&list->scopes, event->scope));
	return at;
}

static char *traffic_words(struct render_events *list, char *at,
			   const struct sockwatch_event *event)
{
	if (event->known & SOCKWATCH_KNOWN_RETRANSMITS)
		at = number(text_word(at, KEY("retransmits")),
			    event->retransmits);
	if (event->known & SOCKWATCH_KNOWN_TRAFFIC) {
		at = number(text_word(at, KEY("bytes_sent")),
			    event->bytes_sent);
		at = number(text_word(at, KEY("bytes_received")),
			    event->bytes_received);
		at = number(text_word(at, KEY("segs_out")), event->segs_out);
		at = number(text_word(at, KEY("segs_in")), event->segs_in);
	}
	if (event->known & SOCKWATCH_KNOWN_SRTT)
		at = duration(list, text_word(at, KEY("srtt")),
			      UINT64_C(1000) * event->srtt_us);
	return at;
}

static char *detail_words(struct render_events *list, char *at,
			  const struct sockwatch_event *event)
{
	at = state_words(list, at, event);
	at = cause_words(list, at, event);
	at = time_words(list, at, event);
	return traffic_words(list, at, event);
}

static void print_event(struct render_events *list, uint64_t netns,
			uint64_t seq, const struct sockwatch_event *event)
{
	char *at = render_events_line(list);

	(void)seq;
	at = time_column(list, at, event->time_ns);
	if (list->style->by_netns)
		at = right_number(at, NETNS, true, netns);
	at = left_name(at, EVENT, render_word(&list->events, event->event));
	at = id_column(list, at, event);
	at = kind_columns(list, at, event);
	at = address_columns(at, event);
	at = owner_columns(at, event);
	end_line(list, detail_words(list, at, event));
}

static void print_lost(struct render_events *list, uint64_t netns,
		       uint64_t count, uint64_t time_ns)
{
	char *at = render_events_line(list);

	at = time_column(list, at, time_ns);
	if (list->style->by_netns)
		at = right_number(at, NETNS, true, netns);
	if (list->style->color)
		at = text_word(at, "\033[31m");
	at = text_word(at, "lost ");
	at = text_number(at, count);
	at = text_word(at, " events");
	if (list->style->color)
		at = text_word(at, "\033[0m");
	end_line(list, at);
}

const struct render_events_form render_events_table = {
	.begin = begin,
	.event = print_event,
	.lost = print_lost,
};
