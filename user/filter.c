// SPDX-License-Identifier: GPL-2.0
/* Reads FILTER words and picks and sorts rows by them. */
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/sockwatch.h>

#include "error.h"
#include "filter.h"
#include "names.h"

static int unknown(const char *what, const char *word, const char *list,
		   struct error *error)
{
	return error_set(error, -EINVAL,
			 "unknown %s '%.64s': use a number or one of %s",
			 what, word, list);
}

static int take_family(struct filter *filter, const char *word,
		       struct error *error)
{
	char list[NAMES_LIST_BYTES];
	unsigned int number;

	if (!names_find_family(word, &number)) {
		names_list_families(list);
		return unknown("family", word, list, error);
	}
	filter->family = (struct client_number) { true, number };
	return 0;
}

static int take_type(struct filter *filter, const char *word,
		     struct error *error)
{
	char list[NAMES_LIST_BYTES];
	unsigned int number;

	if (!names_find_type(word, &number)) {
		names_list_types(list);
		return unknown("type", word, list, error);
	}
	filter->type = (struct client_number) { true, number };
	return 0;
}

static int take_protocol(struct filter *filter, const char *word,
			 struct error *error)
{
	char list[NAMES_LIST_BYTES];

	if (!names_knows_protocol(word)) {
		names_list_protocols(list);
		return unknown("protocol", word, list, error);
	}
	filter->protocol = word;
	return 0;
}

static int take_state(struct filter *filter, const char *word,
		      struct error *error)
{
	char list[NAMES_LIST_BYTES];
	unsigned int number;

	if (!names_find_state(word, &number)) {
		names_list_states(list);
		return unknown("state", word, list, error);
	}
	filter->state = (struct client_number) { true, number };
	return 0;
}

static int take_scope(struct filter *filter, const char *word,
		      struct error *error)
{
	char list[NAMES_LIST_BYTES];
	unsigned int number;

	if (!names_find_scope(word, &number)) {
		names_list_scopes(list);
		return unknown("scope", word, list, error);
	}
	filter->scope = (struct client_number) { true, number };
	return 0;
}

static const struct filter_word {
	enum filter_key key;
	const char *text;
	int (*take)(struct filter *filter, const char *word,
		    struct error *error);
} filter_words[] = {
	{ FILTER_FAMILY, "family", take_family },
	{ FILTER_TYPE, "type", take_type },
	{ FILTER_PROTO, "proto", take_protocol },
	{ FILTER_SCOPE, "scope", take_scope },
	{ FILTER_STATE, "state", take_state },
};

#define WORDS (sizeof(filter_words) / sizeof(*filter_words))

static const struct filter_word *find_word(unsigned int keys, const char *text)
{
	size_t i;

	for (i = 0; i < WORDS; i++)
		if (filter_words[i].key & keys &&
		    !strcmp(filter_words[i].text, text))
			return &filter_words[i];
	return NULL;
}

static int no_such_key(unsigned int keys, const char *text, struct error *error)
{
	const char *comma = "";
	char list[64] = "";
	size_t i;

	for (i = 0; i < WORDS; i++) {
		if (!(filter_words[i].key & keys))
			continue;
		keys &= ~filter_words[i].key;
		if (*comma && !keys)
			comma = " or ";
		strcat(strcat(list, comma), filter_words[i].text);
		comma = ", ";
	}
	return error_set(error, -EINVAL, "unknown filter '%.64s': use %s",
			 text, list);
}

int filter_parse(struct filter *filter, unsigned int keys, char *const *words,
		 int count, struct error *error)
{
	const struct filter_word *word;
	unsigned int seen = 0;
	int i, rc;

	for (i = 0; i < count; i += 2) {
		word = find_word(keys, words[i]);
		if (!word)
			return no_such_key(keys, words[i], error);
		if (i + 1 == count)
			return error_set(error, -EINVAL,
					 "'%s' needs a name after it",
					 word->text);
		if (seen & word->key)
			return error_set(error, -EINVAL,
					 "'%s' is given twice, and no socket is of both",
					 word->text);
		seen |= word->key;
		rc = word->take(filter, words[i + 1], error);
		if (rc)
			return rc;
	}
	return 0;
}

bool filter_is_key(unsigned int keys, const char *word)
{
	return find_word(keys, word);
}

int filter_parse_metric(struct filter *filter, const char *word,
			struct error *error)
{
	char list[NAMES_LIST_BYTES];
	unsigned int number;

	if (!names_find_metric(word, &number)) {
		names_list_metrics(list);
		return unknown("metric", word, list, error);
	}
	filter->metric = (struct client_number) { true, number };
	return 0;
}

static bool is_number(const struct client_number *number, uint64_t wanted)
{
	return number->known && number->value == wanted;
}

static bool match_protocol(const char *wanted, const struct client_kind *kind)
{
	char name[NAMES_BYTES];
	unsigned int number;

	if (!kind->protocol.known)
		return false;
	if (names_parse_number(wanted, &number))
		return kind->protocol.value == number;
	names_protocol(name, kind->family.value, kind->protocol.value);
	return kind->family.known && !strcmp(name, wanted);
}

bool filter_match(const struct filter *filter, const struct client_kind *kind)
{
	bool inet = filter->ipv4 && is_number(&kind->family, AF_INET);
	bool inet6 = filter->ipv6 && is_number(&kind->family, AF_INET6);

	if ((filter->ipv4 || filter->ipv6) && !inet && !inet6)
		return false;
	if (filter->family.known &&
	    !is_number(&kind->family, filter->family.value))
		return false;
	if (filter->type.known &&
	    !is_number(&kind->sock_type, filter->type.value))
		return false;
	return !filter->protocol || match_protocol(filter->protocol, kind);
}

/* Whether a number of the row, if it is asked about, is what was asked for. */
static bool match_number(const struct client_number *wanted,
			 const struct client_layout *layout, const void *row,
			 uint16_t attr)
{
	struct client_number number = client_row_number(layout, row, attr);

	return !wanted->known || is_number(&number, wanted->value);
}

static bool match_state(const struct client_number *wanted,
			const struct client_layout *layout, const void *row)
{
	return match_number(wanted, layout, row, SOCKWATCH_A_STATE) ||
	       match_number(wanted, layout, row, SOCKWATCH_A_FROM) ||
	       match_number(wanted, layout, row, SOCKWATCH_A_TO);
}

static bool match_row(const struct filter *filter,
		      const struct client_layout *layout, const void *row)
{
	const struct client_kind kind = {
		.family = client_row_number(layout, row, SOCKWATCH_A_FAMILY),
		.sock_type = client_row_number(layout, row, SOCKWATCH_A_TYPE),
		.protocol = client_row_number(layout, row,
					      SOCKWATCH_A_PROTOCOL),
	};

	return filter_match(filter, &kind) &&
	       match_state(&filter->state, layout, row) &&
	       match_number(&filter->scope, layout, row, SOCKWATCH_A_SCOPE) &&
	       match_number(&filter->metric, layout, row, SOCKWATCH_A_METRIC);
}

static int compare_rows(const void *a, const void *b, void *layout)
{
	return client_row_compare(layout, a, b);
}

static void filter_netns(const struct filter *filter, struct client_dump *dump,
			 struct client_netns *netns)
{
	size_t bytes = dump->layout->row_bytes;
	char *rows = (char *)dump->rows + netns->first * bytes;
	size_t kept = 0, i;

	for (i = 0; i < netns->count; i++) {
		char *row = rows + i * bytes;

		if (!match_row(filter, dump->layout, row))
			continue;
		if (kept != i)
			memcpy(rows + kept * bytes, row, bytes);
		kept++;
	}
	netns->count = kept;
	if (kept)
		qsort_r(rows, kept, bytes, compare_rows,
			(void *)dump->layout);
}

void filter_dump(const struct filter *filter, struct client_dump *dump)
{
	size_t i;

	for (i = 0; i < dump->netns_count; i++)
		filter_netns(filter, dump, &dump->netns[i]);
}
