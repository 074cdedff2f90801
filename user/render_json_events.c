// SPDX-License-Identifier: GPL-2.0
/*
 * Prints events as JSON for programs, an object on each line.  As in
 * render_json.c, the keys are an ABI.  Those up to cgroup are always there,
 * null if they are not known; the others only if they are.
 */
#include "event.h"
#include "render_events.h"
#include "text.h"

/* The next member of an object, to be put before its value. */
#define KEY(name) ",\"" name "\":"

static char *put_number(char *at, bool known, uint64_t number)
{
	return known ? text_number(at, number) : text_word(at, "null");
}

/* A name of ours, which needs no escapes; with --numeric it is a number. */
static char *put_name(const struct render_events *list, char *at,
		      const struct text_name *name)
{
	if (!name)
		return text_word(at, "null");
	if (list->style->numeric)
		return text_name(at, name);
	*at++ = '"';
	at = text_name(at, name);
	*at++ = '"';
	return at;
}

/* At most six bytes for each. */
static char *put_escaped(char *at, unsigned char c)
{
	if (c == '"' || c == '\\') {
		*at++ = '\\';
	} else if (c < ' ') {
		at = text_word(at, "\\u00");
		*at++ = '0' + (c >> 4);
		return text_hex(at, c & 15);
	}
	*at++ = c;
	return at;
}

static char *put_text(char *at, const char *text)
{
	if (!*text)
		return text_word(at, "null");
	*at++ = '"';
	for (; *text; text++)
		at = put_escaped(at, *text);
	*at++ = '"';
	return at;
}

static char *put_kind(struct render_events *list, char *at,
		      const struct sockwatch_event *event)
{
	const struct text_name *names = NULL;

	if (event->known & SOCKWATCH_KNOWN_KIND)
		names = render_kind(list, event)->names;
	at = text_word(at, KEY("family"));
	at = put_name(list, at, names);
	at = text_word(at, KEY("sock_type"));
	at = put_name(list, at, names ? names + 1 : NULL);
	at = text_word(at, KEY("protocol"));
	return put_name(list, at, names ? names + 2 : NULL);
}

static char *put_names(struct render_events *list, char *at,
		       const struct sockwatch_event *event)
{
	uint32_t known = event->known;

	at = text_word(at, KEY("origin"));
	at = put_name(list, at, known & SOCKWATCH_KNOWN_ORIGIN ?
		      render_word(&list->origins, event->origin) : NULL);
	at = text_word(at, KEY("state"));
	at = put_name(list, at, known & SOCKWATCH_KNOWN_STATE ?
		      render_word(&list->states, event->state) : NULL);
	at = text_word(at, KEY("from"));
	at = put_name(list, at, known & SOCKWATCH_KNOWN_FROM ?
		      render_word(&list->states, event->from) : NULL);
	at = text_word(at, KEY("scope"));
	return put_name(list, at, known & SOCKWATCH_KNOWN_SCOPE ?
			render_word(&list->scopes, event->scope) : NULL);
}

static char *put_endpoint(char *at, bool known, size_t bytes,
			  const unsigned char *address, uint16_t port)
{
	if (!known || !bytes)
		return text_word(at, "null");
	*at++ = '"';
	at = text_endpoint(at, address, bytes, port);
	*at++ = '"';
	return at;
}

static char *put_addresses(char *at, const struct sockwatch_event *event)
{
	size_t bytes = event_address_bytes(event);

	at = text_word(at, KEY("local"));
	at = put_endpoint(at, event->known & SOCKWATCH_KNOWN_ADDRESS, bytes,
			  event->address, event->port);
	at = text_word(at, KEY("remote"));
	return put_endpoint(at, event->known & SOCKWATCH_KNOWN_PEER_ADDRESS,
			    bytes, event->peer_address, event->peer_port);
}

static char *put_cgroup(struct render_events *list, char *at,
			const struct sockwatch_event *event)
{
	bool known = event->known & SOCKWATCH_KNOWN_CGROUP;
	const char *path = NULL;

	if (known && !list->style->numeric)
		path = cgroups_path(list->cgroups, event->cgroup);
	at = text_word(at, KEY("cgroup"));
	return path ? put_text(at, path) :
		      put_number(at, known, event->cgroup);
}

static char *put_owner(struct render_events *list, char *at,
		       const struct sockwatch_event *event)
{
	char comm[sizeof(event->comm) + 1], *end = comm;

	if (event->known & SOCKWATCH_KNOWN_COMM)
		end = event_comm(comm, event);
	*end = '\0';
	at = text_word(at, KEY("pid"));
	at = put_number(at, event->known & SOCKWATCH_KNOWN_PID, event->pid);
	at = text_word(at, KEY("comm"));
	at = put_text(at, comm);
	at = text_word(at, KEY("uid"));
	at = put_number(at, event->known & SOCKWATCH_KNOWN_UID, event->uid);
	return put_cgroup(list, at, event);
}

static char *put_errno(struct render_events *list, char *at,
		       const struct sockwatch_event *event)
{
	struct text_name name;

	(list->style->numeric ? names_number : names_errno)(name.data,
							event->errno_nr);
	name.bytes = strlen(name.data);
	at = text_word(at, KEY("errno"));
	at = put_name(list, at, &name);
	at = text_word(at, KEY("errno_number"));
	return text_number(at, event->errno_nr);
}

static char *put_cause(struct render_events *list, char *at,
		       const struct sockwatch_event *event)
{
	if (event->known & SOCKWATCH_KNOWN_OPERATION) {
		at = text_word(at, KEY("operation"));
		at = put_name(list, at, render_word(&list->operations,
						    event->operation));
	}
	if (event->known & SOCKWATCH_KNOWN_ERRNO)
		at = put_errno(list, at, event);
	if (event->event != SOCKWATCH_EVENT_RESET)
		return at;
	at = text_word(at, KEY("direction"));
	return event->known & SOCKWATCH_KNOWN_RECEIVED ?
	       text_word(at, "\"received\"") : text_word(at, "\"sent\"");
}

static char *put_duration(char *at, const struct sockwatch_event *event)
{
	if (!(event->known & SOCKWATCH_KNOWN_DURATION))
		return at;
	at = text_word(at, ",\"");
	at = text_name(at, render_duration(event));
	at = text_word(at, "_ns\":");
	return text_number(at, event->duration_ns);
}

static char *put_traffic(char *at, const struct sockwatch_event *event)
{
	if (event->known & SOCKWATCH_KNOWN_TRAFFIC) {
		at = text_number(text_word(at, KEY("bytes_sent")),
				 event->bytes_sent);
		at = text_number(text_word(at, KEY("bytes_received")),
				 event->bytes_received);
		at = text_number(text_word(at, KEY("segs_out")),
				 event->segs_out);
		at = text_number(text_word(at, KEY("segs_in")),
				 event->segs_in);
	}
	if (event->known & SOCKWATCH_KNOWN_RETRANSMITS)
		at = text_number(text_word(at, KEY("retransmits")),
				 event->retransmits);
	if (event->known & SOCKWATCH_KNOWN_SRTT)
		at = text_number(text_word(at, KEY("srtt_ns")),
				 UINT64_C(1000) * event->srtt_us);
	return at;
}

static void end_line(struct render_events *list, char *at)
{
	*at++ = '}';
	*at++ = '\n';
	list->at = at;
}

static void begin(struct render_events *list)
{
	(void)list;
}

/* The event itself is a word with --numeric too. */
static void print_event(struct render_events *list, uint64_t netns,
			uint64_t seq, const struct sockwatch_event *event)
{
	char *at = render_events_line(list);

	at = text_word(at, "{\"event\":\"");
	at = text_name(at, render_word(&list->events, event->event));
	at = text_word(at, "\"" KEY("netns"));
	at = text_number(at, netns);
	at = text_word(at, KEY("seq"));
	at = text_number(at, seq);
	at = text_word(at, KEY("time_ns"));
	at = text_number(at, event->time_ns);
	at = text_word(at, KEY("id"));
	at = put_number(at, event->known & SOCKWATCH_KNOWN_ID, event->id);
	at = put_kind(list, at, event);
	at = put_names(list, at, event);
	at = put_addresses(at, event);
	at = put_owner(list, at, event);
	at = put_cause(list, at, event);
	at = put_duration(at, event);
	end_line(list, put_traffic(at, event));
}

static void print_lost(struct render_events *list, uint64_t netns,
		       uint64_t count, uint64_t time_ns)
{
	char *at = render_events_line(list);

	at = text_word(at, "{\"event\":\"lost\"" KEY("netns"));
	at = text_number(at, netns);
	at = text_word(at, KEY("count"));
	at = text_number(at, count);
	at = text_word(at, KEY("time_ns"));
	end_line(list, text_number(at, time_ns));
}

const struct render_events_form render_events_json = {
	.begin = begin,
	.event = print_event,
	.lost = print_lost,
};
