/* SPDX-License-Identifier: GPL-2.0 */
/* Which rows the user wants: FILTER words and the options -4 and -6. */
#ifndef _SOCKWATCH_FILTER_H
#define _SOCKWATCH_FILTER_H

#include <stdbool.h>

#include "client.h"
#include "error.h"

/**
 * enum filter_key - the words that a condition begins with
 *
 * @FILTER_FAMILY: family
 * @FILTER_TYPE: type
 * @FILTER_PROTO: proto
 * @FILTER_STATE: state, of TCP
 * @FILTER_SCOPE: scope
 */
enum filter_key {
	FILTER_FAMILY = 1,
	FILTER_TYPE = 2,
	FILTER_PROTO = 4,
	FILTER_STATE = 8,
	FILTER_SCOPE = 16,
};

/** FILTER_KIND - the conditions on a kind of socket */
#define FILTER_KIND (FILTER_FAMILY | FILTER_TYPE | FILTER_PROTO)

/**
 * struct filter - conditions that a row must meet, all of them
 *
 * @ipv4: the family is inet, or inet6 if @ipv6 is set too
 * @ipv6: the family is inet6, or inet if @ipv4 is set too
 * @family: the family, if known
 * @type: the type, if known
 * @protocol: name or number of the protocol, or NULL
 * @state: the state, one of a transition's two, if known
 * @scope: the scope, if known
 * @metric: the metric, if known
 */
struct filter {
	bool ipv4;
	bool ipv6;
	struct client_number family;
	struct client_number type;
	const char *protocol;
	struct client_number state;
	struct client_number scope;
	struct client_number metric;
};

/**
 * filter_parse() - read FILTER words
 *
 * @filter: where the conditions go
 * @keys: the &enum filter_key that there may be
 * @words: such as "family", "inet"
 * @count: how many
 * @error: filled on failure
 *
 * Return: 0, or -EINVAL.
 */
int filter_parse(struct filter *filter, unsigned int keys, char *const *words,
		 int count, struct error *error);

/**
 * filter_is_key() - whether a word begins a condition
 *
 * @keys: the &enum filter_key that there may be
 * @word: the word
 *
 * Return: whether it does.
 */
bool filter_is_key(unsigned int keys, const char *word);

/**
 * filter_parse_metric() - read the name of a metric
 *
 * @filter: where the condition goes
 * @word: the name
 * @error: filled on failure
 *
 * Return: 0, or -EINVAL.
 */
int filter_parse_metric(struct filter *filter, const char *word,
			struct error *error);

/**
 * filter_match() - whether a kind is wanted
 *
 * @filter: the conditions
 * @kind: what to test; a part that is not known matches no condition
 *
 * Return: whether it is.
 */
bool filter_match(const struct filter *filter, const struct client_kind *kind);

/**
 * filter_dump() - leave only what is wanted, sorted
 *
 * @filter: the conditions
 * @dump: loses rows in place, then each namespace is sorted as its layout
 *	says, with the row `other` last
 */
void filter_dump(const struct filter *filter, struct client_dump *dump);

#endif /* _SOCKWATCH_FILTER_H */
