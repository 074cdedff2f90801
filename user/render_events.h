/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prints events as they come, a line each, as a table and as JSON: without
 * printf, without an allocation, and names are looked up once.
 */
#ifndef _SOCKWATCH_RENDER_EVENTS_H
#define _SOCKWATCH_RENDER_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/sockwatch.h>

#include "cgroups.h"
#include "clock.h"
#include "memo.h"
#include "names.h"
#include "render.h"
#include "text.h"

/** RENDER_LINE_BYTES - the longest line, with the path of a cgroup escaped */
#define RENDER_LINE_BYTES 32768

/** RENDER_EVENTS_BYTES - room for the lines of a few messages of the module */
#define RENDER_EVENTS_BYTES (8 * RENDER_LINE_BYTES)

/** RENDER_WORDS - numbers below this have their words looked up before */
#define RENDER_WORDS 16

/** RENDER_KINDS - kinds of socket whose names are kept */
#define RENDER_KINDS 32

/**
 * struct render_words - the words of small numbers
 *
 * @name: names one
 * @words: those that are known already, and room for another one
 */
struct render_words {
	void (*name)(char *buf, uint64_t number);
	struct text_name words[RENDER_WORDS + 1];
};

/**
 * struct render_kind - the names of a kind of socket
 *
 * @family: AF_*
 * @sock_type: SOCK_*
 * @protocol: of @family
 * @names: the three names, empty if nothing is kept here
 */
struct render_kind {
	uint16_t family;
	uint16_t sock_type;
	uint16_t protocol;
	struct text_name names[3];
};

/**
 * struct render_events - events while they are printed
 *
 * @out: where to, if there is no room for more lines
 * @style: how
 * @cgroups: names cgroups
 * @clock: names seconds
 * @events: words of &enum sockwatch_event_type
 * @origins: of &enum sockwatch_socket_origin
 * @states: of TCP's states
 * @scopes: of &enum sockwatch_scope
 * @operations: of &enum sockwatch_operation
 * @kinds: names that were needed, each where its numbers say
 * @kind_memos: columns of the table: family, type and protocol
 * @endpoint_memos: an endpoint
 * @owner_memos: pid, comm and uid
 * @state_memos: what the last one says about the state
 * @at: where the next line goes in @text
 * @text: the lines, to be printed by the caller
 */
struct render_events {
	FILE *out;
	const struct render_style *style;
	struct cgroups *cgroups;
	struct clock clock;
	struct render_words events;
	struct render_words origins;
	struct render_words states;
	struct render_words scopes;
	struct render_words operations;
	struct render_kind kinds[RENDER_KINDS];
	struct memo kind_memos[MEMO_COUNT];
	struct memo endpoint_memos[MEMO_COUNT];
	struct memo owner_memos[MEMO_COUNT];
	struct memo state_memos[MEMO_COUNT];
	char *at;
	char text[RENDER_EVENTS_BYTES];
};

/**
 * struct render_events_form - a form that events are printed in
 *
 * @begin: before all others
 * @event: prints an event of a namespace, by its inode and the event's number
 * @lost: says that so many were lost, and when that was noticed
 */
struct render_events_form {
	void (*begin)(struct render_events *list);
	void (*event)(struct render_events *list, uint64_t netns, uint64_t seq,
		      const struct sockwatch_event *event);
	void (*lost)(struct render_events *list, uint64_t netns, uint64_t count,
		     uint64_t time_ns);
};

/** render_events_table - a table with columns of fixed width */
extern const struct render_events_form render_events_table;

/** render_events_json - an object on each line */
extern const struct render_events_form render_events_json;

/**
 * render_events_new() - no events yet
 *
 * @out: where to print lines before there are too many
 * @style: how
 * @cgroups: names cgroups, or NULL
 *
 * Return: to be given to free(), or NULL without memory.
 */
struct render_events *render_events_new(FILE *out,
					const struct render_style *style,
					struct cgroups *cgroups);

/**
 * render_events_line() - begin a line
 *
 * @list: the events
 *
 * Return: where RENDER_LINE_BYTES may be put; what is put there is a line when
 * the list's @at is moved behind it.
 */
char *render_events_line(struct render_events *list);

/**
 * render_events_are_many() - whether the next message may not find room
 *
 * @list: the events
 *
 * Return: true: it is time to print these.
 */
static inline bool render_events_are_many(const struct render_events *list)
{
	return list->at - list->text > RENDER_EVENTS_BYTES / 2;
}

/**
 * render_other_word() - the word of a number that was not looked up before
 *
 * @words: the words
 * @number: the number
 *
 * Return: the word, until this is called again.
 */
const struct text_name *render_other_word(struct render_words *words,
					  uint8_t number);

/**
 * render_word() - the word of a number
 *
 * @words: the words
 * @number: the number
 *
 * Return: the word, until this is called again.
 */
static inline const struct text_name *render_word(struct render_words *words,
						  uint8_t number)
{
	return number < RENDER_WORDS ? &words->words[number] :
				       render_other_word(words, number);
}

/**
 * render_kind() - the names of a kind of socket
 *
 * @list: the events
 * @event: its kind is known
 *
 * Return: the names, until this is called again.
 */
const struct render_kind *render_kind(struct render_events *list,
				      const struct sockwatch_event *event);

/**
 * render_duration() - what the duration of an event is of
 *
 * @event: the event
 *
 * Return: such as "connect" or "lifetime".
 */
const struct text_name *render_duration(const struct sockwatch_event *event);

#endif /* _SOCKWATCH_RENDER_EVENTS_H */
