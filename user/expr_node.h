/* SPDX-License-Identifier: GPL-2.0 */
/* The tree that a filter is; only what has to do with filters uses this. */
#ifndef _SOCKWATCH_EXPR_NODE_H
#define _SOCKWATCH_EXPR_NODE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/sockwatch.h>

#include "expr.h"

/**
 * EXPR_NODES - the most nodes that a tree has; this also bounds how deep the
 *	functions that walk over it call themselves
 */
#define EXPR_NODES 1024

/**
 * enum expr_kind - what a node is
 *
 * @EXPR_TRUE: true
 * @EXPR_FALSE: false
 * @EXPR_AND: both
 * @EXPR_OR: one of both
 * @EXPR_NOT: not the left one
 * @EXPR_TEST: a test that the kernel knows too
 * @EXPR_PATH: the path of a UNIX socket matches a pattern
 * @EXPR_CGROUP: the path of the cgroup does
 * @EXPR_EVENT: the event is the number of the test
 */
enum expr_kind {
	EXPR_TRUE,
	EXPR_FALSE,
	EXPR_AND,
	EXPR_OR,
	EXPR_NOT,
	EXPR_TEST,
	EXPR_PATH,
	EXPR_CGROUP,
	EXPR_EVENT,
};

/**
 * struct expr_node - a node
 *
 * @kind: what it is
 * @left: of AND, OR and NOT
 * @right: of AND and OR
 * @op: of TEST; of EVENT only its number
 * @pattern: of PATH and CGROUP
 */
struct expr_node {
	enum expr_kind kind;
	struct expr_node *left;
	struct expr_node *right;
	struct sockwatch_filter_op op;
	const char *pattern;
};

/**
 * struct expr - a filter
 *
 * @nodes: the nodes, as they were made
 * @count: how many
 * @full: there was one too many
 * @root: the whole
 * @text: what the user wrote
 * @words: its words, where patterns stand
 */
struct expr {
	struct expr_node nodes[EXPR_NODES];
	size_t count;
	bool full;
	struct expr_node *root;
	char *text;
	char *words;
};

/*
 * These make a node.  They return NULL when one of the nodes that it is made of
 * is NULL, or when the tree is full.
 */

/**
 * expr_new_constant() - TRUE or FALSE
 *
 * @expr: the filter
 * @value: which
 *
 * Return: the node or NULL.
 */
struct expr_node *expr_new_constant(struct expr *expr, bool value);

/**
 * expr_new_both() - AND or OR
 *
 * @expr: the filter
 * @kind: which
 * @left: one
 * @right: the other
 *
 * Return: the node or NULL.
 */
struct expr_node *expr_new_both(struct expr *expr, enum expr_kind kind,
				struct expr_node *left,
				struct expr_node *right);

/**
 * expr_new_not() - NOT
 *
 * @expr: the filter
 * @of: of what
 *
 * Return: the node or NULL.
 */
struct expr_node *expr_new_not(struct expr *expr, struct expr_node *of);

/**
 * expr_new_test() - a test that the kernel knows
 *
 * @expr: the filter
 * @op: the test
 *
 * Return: the node or NULL.
 */
struct expr_node *expr_new_test(struct expr *expr,
				const struct sockwatch_filter_op *op);

/**
 * expr_new_number() - a test of a number
 *
 * @expr: the filter
 * @code: EQ, LT, GT or IN
 * @field: of the number
 * @number: what it is held against
 *
 * Return: the node or NULL.
 */
struct expr_node *expr_new_number(struct expr *expr, uint8_t code,
				  uint8_t field, uint64_t number);

/**
 * expr_new_event() - a test of what happened, which the kernel does not know
 *
 * @expr: the filter
 * @event: &enum sockwatch_event_type
 *
 * Return: the node or NULL.
 */
struct expr_node *expr_new_event(struct expr *expr, uint64_t event);

/**
 * expr_new_pattern() - a test that the kernel does not know
 *
 * @expr: the filter
 * @kind: EXPR_PATH or EXPR_CGROUP
 * @pattern: as for fnmatch(), must live as long as @expr
 *
 * Return: the node or NULL.
 */
struct expr_node *expr_new_pattern(struct expr *expr, enum expr_kind kind,
				   const char *pattern);

#endif /* _SOCKWATCH_EXPR_NODE_H */
