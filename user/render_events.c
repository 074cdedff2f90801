// SPDX-License-Identifier: GPL-2.0
/* What events have in common as a table and as JSON: lines, words, names. */
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "render_events.h"

static void read_name(struct text_name *name, uint64_t number,
		      void (*read)(char *buf, uint64_t number))
{
	read(name->data, number);
	name->bytes = strlen(name->data);
}

static void read_words(struct render_words *words, bool numeric,
		       void (*name)(char *buf, uint64_t number))
{
	unsigned int i;

	words->name = numeric ? names_number : name;
	for (i = 0; i < RENDER_WORDS; i++)
		read_name(&words->words[i], i, words->name);
}

struct render_events *render_events_new(FILE *out,
					const struct render_style *style,
					struct cgroups *cgroups)
{
	struct render_events *list = calloc(1, sizeof(*list));

	if (!list)
		return NULL;
	list->out = out;
	list->style = style;
	list->cgroups = cgroups;
	list->at = list->text;
	/* There is none for what was lost: so these are words in any case. */
	read_words(&list->events, false, names_event);
	read_words(&list->origins, style->numeric, names_origin);
	read_words(&list->states, style->numeric, names_state);
	read_words(&list->scopes, style->numeric, names_scope);
	read_words(&list->operations, style->numeric, names_operation);
	return list;
}

char *render_events_line(struct render_events *list)
{
	if (list->at > list->text + sizeof(list->text) - RENDER_LINE_BYTES) {
		fwrite(list->text, 1, list->at - list->text, list->out);
		list->at = list->text;
	}
	return list->at;
}

const struct text_name *render_other_word(struct render_words *words,
					  uint8_t number)
{
	read_name(&words->words[RENDER_WORDS], number, words->name);
	return &words->words[RENDER_WORDS];
}

static void read_kind(struct render_kind *kind, bool numeric)
{
	struct text_name *protocol = &kind->names[2];

	read_name(&kind->names[0], kind->family,
		  numeric ? names_number : names_family);
	read_name(&kind->names[1], kind->sock_type,
		  numeric ? names_number : names_type);
	if (numeric)
		names_number(protocol->data, kind->protocol);
	else
		names_protocol(protocol->data, kind->family, kind->protocol);
	protocol->bytes = strlen(protocol->data);
}

static bool is_kind(const struct render_kind *kind,
		    const struct sockwatch_event *event)
{
	return kind->names[0].bytes && kind->family == event->family &&
	       kind->sock_type == event->sock_type &&
	       kind->protocol == event->protocol;
}

const struct render_kind *render_kind(struct render_events *list,
				      const struct sockwatch_event *event)
{
	unsigned int place = event->family + 3 * event->sock_type +
			     7 * event->protocol;
	struct render_kind *kind = &list->kinds[place % RENDER_KINDS];

	if (is_kind(kind, event))
		return kind;
	kind->family = event->family;
	kind->sock_type = event->sock_type;
	kind->protocol = event->protocol;
	read_kind(kind, list->style->numeric);
	return kind;
}

/* Of a connection that came in; one that accept handed out may go out again. */
static bool is_passive(const struct sockwatch_event *event)
{
	return (event->origin == SOCKWATCH_SOCKET_ORIGIN_QUEUED ||
		event->origin == SOCKWATCH_SOCKET_ORIGIN_ACCEPT) &&
	       event->from != TCP_SYN_SENT;
}

const struct text_name *render_duration(const struct sockwatch_event *event)
{
	static const struct text_name create = { 6, "create" };
	static const struct text_name accept_wait = { 11, "accept_wait" };
	static const struct text_name connect = { 7, "connect" };
	static const struct text_name handshake = { 9, "handshake" };
	static const struct text_name lifetime = { 8, "lifetime" };
	static const struct text_name age = { 3, "age" };
	static const struct text_name other = { 8, "duration" };

	switch (event->event) {
	case SOCKWATCH_EVENT_CREATE:
		return &create;
	case SOCKWATCH_EVENT_ACCEPT:
		return &accept_wait;
	case SOCKWATCH_EVENT_ESTABLISHED:
		return is_passive(event) ? &handshake : &connect;
	case SOCKWATCH_EVENT_STATE:
		return &lifetime;
	case SOCKWATCH_EVENT_CLOSE:
		return &age;
	default:
		return &other;
	}
}
