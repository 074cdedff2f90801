/* SPDX-License-Identifier: GPL-2.0 */
/* What a filter can ask about; only the parser uses this. */
#ifndef _SOCKWATCH_EXPR_FIELD_H
#define _SOCKWATCH_EXPR_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "expr_node.h"

/**
 * struct expr_field - a word that a test begins with
 *
 * @name: the word; there may be one for sockets and another for events
 * @of: the &enum expr_of that it is for
 * @instead: said where it is for something else; NULL if there is another one
 * @wanted: what has to stand behind it, for an error message
 * @list: names that are good there, or NULL
 * @number: reads a number; the field can be more or less than it
 * @id: &enum sockwatch_filter_field of the number
 * @test: reads anything else; NULL with @number.  Returns NULL for a word that
 *	is not understood, and when the tree is full
 */
struct expr_field {
	const char *name;
	unsigned int of;
	const char *instead;
	const char *wanted;
	void (*list)(char *buf);
	bool (*number)(const char *word, uint64_t *number);
	uint8_t id;
	struct expr_node *(*test)(struct expr *expr, const char *word);
};

/** expr_fields - all of them; ends with a NULL name */
extern const struct expr_field expr_fields[];

/**
 * expr_parse_port() - read a port
 *
 * @word: a number or the name of a service, perhaps behind a colon
 * @port: where it goes
 *
 * Return: whether it is one.
 */
bool expr_parse_port(const char *word, uint64_t *port);

/**
 * expr_parse_local() - read the argument of src
 *
 * @expr: the filter
 * @word: the argument
 *
 * Return: a node; NULL if the word is not understood or the tree full.
 */
struct expr_node *expr_parse_local(struct expr *expr, const char *word);

/**
 * expr_parse_inet() - read the argument of src where no paths are known
 *
 * @expr: the filter
 * @word: the argument
 *
 * Return: a node; NULL if the word is not understood or the tree full.
 */
struct expr_node *expr_parse_inet(struct expr *expr, const char *word);

/**
 * expr_parse_peer() - read the argument of dst
 *
 * @expr: the filter
 * @word: the argument
 *
 * Return: a node; NULL if the word is not understood or the tree full.
 */
struct expr_node *expr_parse_peer(struct expr *expr, const char *word);

#endif /* _SOCKWATCH_EXPR_FIELD_H */
