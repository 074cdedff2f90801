// SPDX-License-Identifier: GPL-2.0
/* Reads FILTER words and picks and sorts rows by them. */
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

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

static const struct filter_word {
	const char *key;
	int (*take)(struct filter *filter, const char *word,
		    struct error *error);
} filter_words[] = {
	{ "family", take_family },
	{ "type", take_type },
	{ "proto", take_protocol },
};

static const struct filter_word *find_word(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(filter_words) / sizeof(*filter_words); i++)
		if (!strcmp(filter_words[i].key, key))
			return &filter_words[i];
	return NULL;
}

int filter_parse(struct filter *filter, char *const *words, int count,
		 struct error *error)
{
	bool seen[sizeof(filter_words) / sizeof(*filter_words)] = { false };
	const struct filter_word *word;
	int i, rc;

	for (i = 0; i < count; i += 2) {
		word = find_word(words[i]);
		if (!word)
			return error_set(error, -EINVAL,
					 "unknown filter '%.64s': use family, type or proto",
					 words[i]);
		if (i + 1 == count)
			return error_set(error, -EINVAL,
					 "'%s' needs a name after it",
					 word->key);
		if (seen[word - filter_words])
			return error_set(error, -EINVAL,
					 "'%s' is given twice, and no socket is of both",
					 word->key);
		seen[word - filter_words] = true;
		rc = word->take(filter, words[i + 1], error);
		if (rc)
			return rc;
	}
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

static int compare_numbers(const struct client_number *a,
			   const struct client_number *b)
{
	if (a->known != b->known)
		return a->known ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

/* A row is numbers from end to end, the kind first: compare one by one. */
static int compare_rows(const void *a, const void *b, void *row_bytes)
{
	size_t count = *(size_t *)row_bytes / sizeof(struct client_number);
	const struct client_number *x = a, *y = b;
	int order = 0;

	for (; !order && count; count--)
		order = compare_numbers(x++, y++);
	return order;
}

static void filter_netns(const struct filter *filter, struct client_dump *dump,
			 struct client_netns *netns)
{
	char *rows = (char *)dump->rows + netns->first * dump->row_bytes;
	size_t kept = 0, i;

	for (i = 0; i < netns->count; i++) {
		char *row = rows + i * dump->row_bytes;

		if (!filter_match(filter, (const struct client_kind *)row))
			continue;
		if (kept != i)
			memcpy(rows + kept * dump->row_bytes, row,
			       dump->row_bytes);
		kept++;
	}
	netns->count = kept;
	if (kept)
		qsort_r(rows, kept, dump->row_bytes, compare_rows,
			&dump->row_bytes);
}

void filter_dump(const struct filter *filter, struct client_dump *dump)
{
	size_t i;

	for (i = 0; i < dump->netns_count; i++)
		filter_netns(filter, dump, &dump->netns[i]);
}
