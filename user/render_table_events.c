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

/* What is not among the words that are known already is rare. */
static inline char *event_column(struct render_events *list, char *at,
				 uint8_t event)
{
	if (event < RENDER_WORDS)
		return text_name(at, &list->events.words[event]);
	return left_name(at, EVENT, render_word(&list->events, event));
}

/* None is wider than the column, and they are printed nowhere else. */
static void pad_events(struct render_words *events)
{
	struct text_name *name;
	unsigned int i;

	for (i = 0; i < RENDER_WORDS; i++) {
		name = &events->words[i];
		for (; name->bytes < EVENT + TEXT_GAP; name->bytes++)
			name->data[name->bytes] = ' ';
	}
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

	pad_events(&list->events);
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

/* It is as wide as its column. */
static char *time_column(struct render_events *list, char *at, uint64_t time_ns)
{
	return text_word(clock_time(&list->clock, at, time_ns), "  ");
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

/* Texts are made away from where they are only copied, which is the rule. */
#define MAKES __attribute__((noinline))

static inline struct memo_key kind_key(const struct sockwatch_event *event)
{
	uint64_t known = event->known & SOCKWATCH_KNOWN_KIND;

	return (struct memo_key) { {
		[3] = event->family | (uint64_t)event->sock_type << 16 |
		      (uint64_t)event->protocol << 32 | known << 48 | MEMO_USED,
	} };
}

static MAKES char *make_kind(struct render_events *list, struct memo *memo,
			     char *at, const struct sockwatch_event *event)
{
	const struct render_kind *kind;
	char *to = at;

	if (event->known & SOCKWATCH_KNOWN_KIND) {
		kind = render_kind(list, event);
		to = left_name(to, FAMILY, &kind->names[0]);
		to = left_name(to, TYPE, &kind->names[1]);
		to = left_name(to, PROTOCOL, &kind->names[2]);
	} else {
		to = left(to, FAMILY, "-");
		to = left(to, TYPE, "-");
		to = left(to, PROTOCOL, "-");
	}
	return memo_keep(memo, kind_key(event), at, to);
}

static inline char *kind_columns(struct render_events *list, char *at,
				 const struct sockwatch_event *event)
{
	const struct memo_key key = kind_key(event);
	struct memo *memo = memo_find(list->kind_memos, key);

	return memo_has_last(memo, key) ? memo_put(memo, at, 32) :
					  make_kind(list, memo, at, event);
}

static inline struct memo_key endpoint_key(size_t bytes,
					   const unsigned char *address,
					   uint16_t port)
{
	struct memo_key key = { { [3] = port | bytes << 16 | MEMO_USED } };

	memcpy(key.word, address, 2 * sizeof(key.word[0]));
	return key;
}

static MAKES char *make_endpoint(struct memo *memo, char *at, size_t bytes,
				 const unsigned char *address, uint16_t port)
{
	char *to;

	if (bytes)
		to = text_left(at, text_endpoint(at, address, bytes, port),
			       ENDPOINT);
	else
		to = left(at, ENDPOINT, "-");
	return memo_keep(memo, endpoint_key(bytes, address, port), at, to);
}

/* Without an address there are no bytes. */
static inline char *endpoint_column(struct render_events *list, char *at,
				    size_t bytes, const unsigned char *address,
				    uint16_t port)
{
	const struct memo_key key = endpoint_key(bytes, address, port);
	struct memo *memo = memo_find(list->endpoint_memos, key);

	return memo_has(memo, key) ?
	       memo_put(memo, at, 32) :
	       make_endpoint(memo, at, bytes, address, port);
}

static inline char *address_columns(struct render_events *list, char *at,
				    const struct sockwatch_event *event)
{
	size_t bytes = event_address_bytes(event);

	at = endpoint_column(list, at,
			     event->known & SOCKWATCH_KNOWN_ADDRESS ? bytes : 0,
			     event->address, event->port);
	return endpoint_column(list, at,
			       event->known & SOCKWATCH_KNOWN_PEER_ADDRESS ?
			       bytes : 0,
			       event->peer_address, event->peer_port);
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

static inline struct memo_key owner_key(const struct sockwatch_event *event)
{
	struct memo_key key = { {
		[2] = event->pid | (uint64_t)event->uid << 32,
		[3] = (event->known & (SOCKWATCH_KNOWN_PID |
				       SOCKWATCH_KNOWN_COMM |
				       SOCKWATCH_KNOWN_UID)) | MEMO_USED,
	} };

	memcpy(key.word, event->comm, sizeof(event->comm));
	return key;
}

static MAKES char *make_owner(struct memo *memo, char *at,
			      const struct sockwatch_event *event)
{
	char *to = at;

	to = right_number(to, PID, event->known & SOCKWATCH_KNOWN_PID,
			  event->pid);
	to = comm_column(to, event);
	to = right_number(to, UID, event->known & SOCKWATCH_KNOWN_UID,
			  event->uid);
	return memo_keep(memo, owner_key(event), at, to);
}

static inline char *owner_columns(struct render_events *list, char *at,
				  const struct sockwatch_event *event)
{
	const struct memo_key key = owner_key(event);
	struct memo *memo = memo_find(list->owner_memos, key);

	return memo_has(memo, key) ? memo_put(memo, at, 48) :
				     make_owner(memo, at, event);
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

/* Most have one digit. */
static inline char *number(char *at, uint64_t value)
{
	if (value < 10)
		*at++ = '0' + value;
	else
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

static inline struct memo_key state_key(const struct sockwatch_event *event)
{
	return (struct memo_key) { {
		[3] = (event->known & (SOCKWATCH_KNOWN_ORIGIN |
				       SOCKWATCH_KNOWN_FROM |
				       SOCKWATCH_KNOWN_STATE)) |
		      (uint64_t)event->origin << 32 |
		      (uint64_t)event->state << 40 |
		      (uint64_t)event->from << 48 | MEMO_USED,
	} };
}

static MAKES char *make_state(struct render_events *list, struct memo *memo,
			      char *at, const struct sockwatch_event *event)
{
	char *to = at;

	if (event->known & SOCKWATCH_KNOWN_ORIGIN &&
	    event->origin != SOCKWATCH_SOCKET_ORIGIN_SOCKET)
		to = name_word(text_word(to, KEY("origin")),
			       render_word(&list->origins, event->origin));
	if (event->known & SOCKWATCH_KNOWN_FROM)
		to = name_word(text_word(to, KEY("from")),
			       render_word(&list->states, event->from));
	if (event->known & SOCKWATCH_KNOWN_STATE) {
		to = event->known & SOCKWATCH_KNOWN_FROM ?
		     text_word(to, KEY("to")) : text_word(to, KEY("state"));
		to = name_word(to, render_word(&list->states, event->state));
	}
	return memo_keep(memo, state_key(event), at, to);
}

static inline char *state_words(struct render_events *list, char *at,
				const struct sockwatch_event *event)
{
	const struct memo_key key = state_key(event);
	struct memo *memo = memo_find(list->state_memos, key);

	return memo_has_last(memo, key) ? memo_put(memo, at, 48) :
					  make_state(list, memo, at, event);
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
	at = event_column(list, at, event->event);
	at = id_column(list, at, event);
	at = kind_columns(list, at, event);
	at = address_columns(list, at, event);
	at = owner_columns(list, at, event);
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
