/* SPDX-License-Identifier: GPL-2.0 */
/* Which rows the user wants: FILTER words and the options -4 and -6. */
#ifndef _SOCKWATCH_FILTER_H
#define _SOCKWATCH_FILTER_H

#include <stdbool.h>

#include "client.h"
#include "error.h"

/**
 * struct filter - conditions that a row must meet, all of them
 *
 * @ipv4: the family is inet, or inet6 if @ipv6 is set too
 * @ipv6: the family is inet6, or inet if @ipv4 is set too
 * @family: the family, if known
 * @type: the type, if known
 * @protocol: name or number of the protocol, or NULL
 */
struct filter {
	bool ipv4;
	bool ipv6;
	struct client_number family;
	struct client_number type;
	const char *protocol;
};

/**
 * filter_parse() - read FILTER words
 *
 * @filter: where the conditions go
 * @words: such as "family", "inet"
 * @count: how many
 * @error: filled on failure
 *
 * Return: 0, or -EINVAL.
 */
int filter_parse(struct filter *filter, char *const *words, int count,
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
 * @dump: loses rows in place, then each namespace is sorted by family, type,
 *	protocol and what follows, with the row `other` last
 */
void filter_dump(const struct filter *filter, struct client_dump *dump);

#endif /* _SOCKWATCH_FILTER_H */
