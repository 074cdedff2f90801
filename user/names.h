/* SPDX-License-Identifier: GPL-2.0 */
/* The text of every number that the command prints, and back again. */
#ifndef _SOCKWATCH_USER_NAMES_H
#define _SOCKWATCH_USER_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** NAMES_BYTES - enough room for any one name or number */
#define NAMES_BYTES 40

/** NAMES_LIST_BYTES - enough room for any list of names */
#define NAMES_LIST_BYTES 1024

/**
 * names_family() - an address family as text, the number if it has no name
 *
 * @buf: at least NAMES_BYTES
 * @family: AF_*
 */
void names_family(char *buf, uint64_t family);

/**
 * names_type() - a socket type as text, the number if it has no name
 *
 * @buf: at least NAMES_BYTES
 * @type: SOCK_*
 */
void names_type(char *buf, uint64_t type);

/**
 * names_protocol() - a protocol as text, the number if it has no name
 *
 * @buf: at least NAMES_BYTES
 * @family: the family it belongs to
 * @protocol: its number there
 *
 * For inet and inet6 the system's own list (getprotobynumber) names what the
 * table does not.
 */
void names_protocol(char *buf, uint64_t family, uint64_t protocol);

/**
 * names_errno() - an errno as text such as EAGAIN, else the number
 *
 * @buf: at least NAMES_BYTES
 * @error: positive
 */
void names_errno(char *buf, uint64_t error);

/**
 * names_operation() - what failed, the number if it has no name
 *
 * @buf: at least NAMES_BYTES
 * @operation: &enum sockwatch_operation
 */
void names_operation(char *buf, uint64_t operation);

/**
 * names_state() - a state of TCP as text, as ss prints it
 *
 * @buf: at least NAMES_BYTES
 * @state: 1 to 11
 */
void names_state(char *buf, uint64_t state);

/**
 * names_metric() - what a latency is of, the number if it has no name
 *
 * @buf: at least NAMES_BYTES
 * @metric: &enum sockwatch_metric
 */
void names_metric(char *buf, uint64_t metric);

/**
 * names_scope() - where the peer is, the number if it has no name
 *
 * @buf: at least NAMES_BYTES
 * @scope: &enum sockwatch_scope
 */
void names_scope(char *buf, uint64_t scope);

/**
 * names_option() - an option of a connection, the number if it has no name
 *
 * @buf: at least NAMES_BYTES
 * @option: &enum sockwatch_option
 */
void names_option(char *buf, uint64_t option);

/**
 * names_cookie() - the cookie of a socket, as ss -e prints it
 *
 * @buf: at least NAMES_BYTES
 * @cookie: the cookie
 */
void names_cookie(char *buf, uint64_t cookie);

/**
 * names_origin() - where a socket comes from, the number if it has no name
 *
 * @buf: at least NAMES_BYTES
 * @origin: &enum sockwatch_socket_origin
 */
void names_origin(char *buf, uint64_t origin);

/**
 * names_event() - what happened, the number if it has no name
 *
 * @buf: at least NAMES_BYTES
 * @event: &enum sockwatch_event_type
 */
void names_event(char *buf, uint64_t event);

/**
 * names_number() - a number as text
 *
 * @buf: at least NAMES_BYTES
 * @number: any
 */
void names_number(char *buf, uint64_t number);

/**
 * names_parse_number() - text that is a number
 *
 * @word: digits only, at most 65535
 * @number: where it goes
 *
 * Return: whether it is one.
 */
bool names_parse_number(const char *word, unsigned int *number);

/**
 * names_find_family() - an address family by name or number
 *
 * @word: such as "inet" or "2"
 * @family: where it goes
 *
 * Return: whether it is known.
 */
bool names_find_family(const char *word, unsigned int *family);

/**
 * names_find_type() - a socket type by name or number
 *
 * @word: such as "stream" or "1"
 * @type: where it goes
 *
 * Return: whether it is known.
 */
bool names_find_type(const char *word, unsigned int *type);

/**
 * names_find_state() - a state of TCP by name or number
 *
 * @word: such as "listen" or "10"
 * @state: where it goes
 *
 * Return: whether there is one.
 */
bool names_find_state(const char *word, unsigned int *state);

/**
 * names_find_metric() - a metric by name or number
 *
 * @word: such as "tcp_rtt" or "6"
 * @metric: where it goes
 *
 * Return: whether there is one.
 */
bool names_find_metric(const char *word, unsigned int *metric);

/**
 * names_find_scope() - a scope by name or number
 *
 * @word: such as "local" or "1"
 * @scope: where it goes
 *
 * Return: whether there is one.
 */
bool names_find_scope(const char *word, unsigned int *scope);

/**
 * names_find_origin() - where a socket comes from, by name or number
 *
 * @word: such as "accept" or "3"
 * @origin: where it goes
 *
 * Return: whether there is one.
 */
bool names_find_origin(const char *word, unsigned int *origin);

/**
 * names_find_event() - what happened, by name or number
 *
 * @word: such as "connect" or "3"
 * @event: where it goes
 *
 * Return: whether there is such an event.
 */
bool names_find_event(const char *word, unsigned int *event);

/**
 * names_knows_protocol() - whether any family has a protocol of that name
 *
 * @word: such as "tcp" or "6"
 *
 * Return: whether it does; any number is good.
 */
bool names_knows_protocol(const char *word);

/**
 * names_list_families() - all families as text, for an error message
 *
 * @buf: at least NAMES_LIST_BYTES
 */
void names_list_families(char *buf);

/**
 * names_list_types() - all types as text, for an error message
 *
 * @buf: at least NAMES_LIST_BYTES
 */
void names_list_types(char *buf);

/**
 * names_list_protocols() - all protocols as text, for an error message
 *
 * @buf: at least NAMES_LIST_BYTES
 */
void names_list_protocols(char *buf);

/**
 * names_list_states() - all states of TCP as text, for an error message
 *
 * @buf: at least NAMES_LIST_BYTES
 */
void names_list_states(char *buf);

/**
 * names_list_metrics() - all metrics as text, for an error message
 *
 * @buf: at least NAMES_LIST_BYTES
 */
void names_list_metrics(char *buf);

/**
 * names_list_scopes() - all scopes as text, for an error message
 *
 * @buf: at least NAMES_LIST_BYTES
 */
void names_list_scopes(char *buf);

/**
 * names_list_origins() - all origins as text, for an error message
 *
 * @buf: at least NAMES_LIST_BYTES
 */
void names_list_origins(char *buf);

/**
 * names_list_events() - all events as text, for an error message
 *
 * @buf: at least NAMES_LIST_BYTES
 */
void names_list_events(char *buf);

/**
 * struct names_entry - a row of a table of names
 *
 * @family: that it belongs to; 0 in tables where that does not matter
 * @number: the kernel's
 * @name: ours
 */
struct names_entry {
	unsigned int family;
	unsigned int number;
	const char *name;
};

/**
 * names_protocol_table() - the protocols with a name, family by family
 *
 * @count: how many there are
 *
 * Return: the first.
 */
const struct names_entry *names_protocol_table(size_t *count);

#endif /* _SOCKWATCH_USER_NAMES_H */
