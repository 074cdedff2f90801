// SPDX-License-Identifier: GPL-2.0
/* Numbers to names and back, from the one table shared with the module. */
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/sockwatch.h>

#include "names.h"
#include "sockwatch_names.h"
#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PLAIN(n, text) { .number = (n), .name = (text) },
#define OF_FAMILY(f, n, text) { .family = (f), .number = (n), .name = (text) },

static const struct names_entry families[] = { SOCKWATCH_FAMILIES(PLAIN) };
static const struct names_entry types[] = { SOCKWATCH_TYPES(PLAIN) };
static const struct names_entry protocols[] = {
	SOCKWATCH_PROTOCOLS(OF_FAMILY)
};

static const struct names_entry states[] = { SOCKWATCH_TCP_STATES(PLAIN) };
static const struct names_entry metrics[] = { SOCKWATCH_METRICS(PLAIN) };
static const struct names_entry scopes[] = { SOCKWATCH_SCOPES(PLAIN) };
static const struct names_entry options[] = { SOCKWATCH_OPTIONS(PLAIN) };
static const struct names_entry origins[] = { SOCKWATCH_ORIGINS(PLAIN) };

static const struct names_entry operations[] = {
	{ .number = SOCKWATCH_OPERATION_CREATE, .name = "create" },
	{ .number = SOCKWATCH_OPERATION_CONNECT, .name = "connect" },
};

static const struct names_entry events[] = {
	{ .number = SOCKWATCH_EVENT_CREATE, .name = "create" },
	{ .number = SOCKWATCH_EVENT_FAIL, .name = "fail" },
	{ .number = SOCKWATCH_EVENT_CONNECT, .name = "connect" },
	{ .number = SOCKWATCH_EVENT_ACCEPT, .name = "accept" },
	{ .number = SOCKWATCH_EVENT_ESTABLISHED, .name = "established" },
	{ .number = SOCKWATCH_EVENT_STATE, .name = "state" },
	{ .number = SOCKWATCH_EVENT_RETRANSMIT, .name = "retransmit" },
	{ .number = SOCKWATCH_EVENT_RESET, .name = "reset" },
	{ .number = SOCKWATCH_EVENT_CLOSE, .name = "close" },
};

static const char *find_name(const struct names_entry *table, size_t count,
			     uint64_t family, uint64_t number)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (table[i].number == number && table[i].family == family)
			return table[i].name;
	return NULL;
}

static bool find_number(const struct names_entry *table, size_t count,
			const char *word, unsigned int *number)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(table[i].name, word))
			continue;
		*number = table[i].number;
		return true;
	}
	return names_parse_number(word, number);
}

/* Of a list that is complete: a number must stand in it. */
static bool find_listed(const struct names_entry *table, size_t count,
			const char *word, unsigned int *number)
{
	return find_number(table, count, word, number) &&
	       find_name(table, count, 0, *number);
}

static void put(char *buf, const char *name, uint64_t number)
{
	if (name)
		snprintf(buf, NAMES_BYTES, "%s", name);
	else
		names_number(buf, number);
}

void names_number(char *buf, uint64_t number)
{
	*text_number(buf, number) = '\0';
}

void names_family(char *buf, uint64_t family)
{
	put(buf, find_name(families, COUNT(families), 0, family), family);
}

void names_type(char *buf, uint64_t type)
{
	put(buf, find_name(types, COUNT(types), 0, type), type);
}

void names_protocol(char *buf, uint64_t family, uint64_t protocol)
{
	const char *name = find_name(protocols, COUNT(protocols), family,
				     protocol);
	const struct protoent *entry = NULL;

	if (!name && (family == AF_INET || family == AF_INET6) &&
	    protocol <= UINT16_MAX)
		entry = getprotobynumber(protocol);
	put(buf, entry ? entry->p_name : name, protocol);
}

void names_errno(char *buf, uint64_t error)
{
	put(buf, error <= UINT16_MAX ? strerrorname_np(error) : NULL, error);
}

void names_operation(char *buf, uint64_t operation)
{
	put(buf, find_name(operations, COUNT(operations), 0, operation),
	    operation);
}

void names_state(char *buf, uint64_t state)
{
	put(buf, find_name(states, COUNT(states), 0, state), state);
}

void names_metric(char *buf, uint64_t metric)
{
	put(buf, find_name(metrics, COUNT(metrics), 0, metric), metric);
}

void names_scope(char *buf, uint64_t scope)
{
	put(buf, find_name(scopes, COUNT(scopes), 0, scope), scope);
}

void names_option(char *buf, uint64_t option)
{
	put(buf, find_name(options, COUNT(options), 0, option), option);
}

void names_cookie(char *buf, uint64_t cookie)
{
	snprintf(buf, NAMES_BYTES, "sk:%" PRIx64, cookie);
}

void names_origin(char *buf, uint64_t origin)
{
	put(buf, find_name(origins, COUNT(origins), 0, origin), origin);
}

void names_event(char *buf, uint64_t event)
{
	put(buf, find_name(events, COUNT(events), 0, event), event);
}

bool names_parse_number(const char *word, unsigned int *number)
{
	unsigned long value;

	if (!*word || strspn(word, "0123456789") != strlen(word) ||
	    strlen(word) > 5)
		return false;
	value = strtoul(word, NULL, 10);
	if (value > UINT16_MAX)
		return false;
	*number = value;
	return true;
}

bool names_find_family(const char *word, unsigned int *family)
{
	return find_number(families, COUNT(families), word, family);
}

bool names_find_type(const char *word, unsigned int *type)
{
	return find_number(types, COUNT(types), word, type);
}

bool names_find_state(const char *word, unsigned int *state)
{
	return find_listed(states, COUNT(states), word, state);
}

bool names_find_metric(const char *word, unsigned int *metric)
{
	return find_listed(metrics, COUNT(metrics), word, metric);
}

bool names_find_scope(const char *word, unsigned int *scope)
{
	return find_listed(scopes, COUNT(scopes), word, scope);
}

bool names_find_origin(const char *word, unsigned int *origin)
{
	return find_listed(origins, COUNT(origins), word, origin);
}

bool names_find_event(const char *word, unsigned int *event)
{
	return find_listed(events, COUNT(events), word, event);
}

bool names_knows_protocol(const char *word)
{
	unsigned int number;

	return find_number(protocols, COUNT(protocols), word, &number) ||
	       getprotobyname(word);
}

static bool listed_before(const struct names_entry *table, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (!strcmp(table[j].name, table[i].name))
			return true;
	return false;
}

static void list_names(const struct names_entry *table, size_t count, char *buf)
{
	size_t used = 0, i;

	buf[0] = '\0';
	for (i = 0; i < count && used < NAMES_LIST_BYTES; i++) {
		if (listed_before(table, i))
			continue;
		used += snprintf(buf + used, NAMES_LIST_BYTES - used, "%s%s",
				 used ? " " : "", table[i].name);
	}
}

void names_list_families(char *buf)
{
	list_names(families, COUNT(families), buf);
}

void names_list_types(char *buf)
{
	list_names(types, COUNT(types), buf);
}

void names_list_protocols(char *buf)
{
	list_names(protocols, COUNT(protocols), buf);
}

void names_list_states(char *buf)
{
	list_names(states, COUNT(states), buf);
}

void names_list_metrics(char *buf)
{
	list_names(metrics, COUNT(metrics), buf);
}

void names_list_scopes(char *buf)
{
	list_names(scopes, COUNT(scopes), buf);
}

void names_list_origins(char *buf)
{
	list_names(origins, COUNT(origins), buf);
}

void names_list_events(char *buf)
{
	list_names(events, COUNT(events), buf);
}

const struct names_entry *names_protocol_table(size_t *count)
{
	*count = COUNT(protocols);
	return protocols;
}
