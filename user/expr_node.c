// SPDX-License-Identifier: GPL-2.0
/* Makes the nodes of a filter's tree. */
#include <stdlib.h>

#include "expr_node.h"

static struct expr_node *new_node(struct expr *expr, enum expr_kind kind)
{
	struct expr_node *node;

	if (expr->count == EXPR_NODES) {
		expr->full = true;
		return NULL;
	}
	node = &expr->nodes[expr->count++];
	node->kind = kind;
	return node;
}

struct expr_node *expr_new_constant(struct expr *expr, bool value)
{
	return new_node(expr, value ? EXPR_TRUE : EXPR_FALSE);
}

struct expr_node *expr_new_both(struct expr *expr, enum expr_kind kind,
				struct expr_node *left,
				struct expr_node *right)
{
	struct expr_node *node = left && right ? new_node(expr, kind) : NULL;

	if (node) {
		node->left = left;
		node->right = right;
	}
	return node;
}

struct expr_node *expr_new_not(struct expr *expr, struct expr_node *of)
{
	struct expr_node *node = of ? new_node(expr, EXPR_NOT) : NULL;

	if (node)
		node->left = of;
	return node;
}

struct expr_node *expr_new_test(struct expr *expr,
				const struct sockwatch_filter_op *op)
{
	struct expr_node *node = new_node(expr, EXPR_TEST);

	if (node)
		node->op = *op;
	return node;
}

struct expr_node *expr_new_number(struct expr *expr, uint8_t code,
				  uint8_t field, uint64_t number)
{
	const struct sockwatch_filter_op op = {
		.code = code,
		.field = field,
		.number = number,
	};

	return expr_new_test(expr, &op);
}

struct expr_node *expr_new_event(struct expr *expr, uint64_t event)
{
	struct expr_node *node = new_node(expr, EXPR_EVENT);

	if (node)
		node->op.number = event;
	return node;
}

struct expr_node *expr_new_pattern(struct expr *expr, enum expr_kind kind,
				   const char *pattern)
{
	struct expr_node *node = new_node(expr, kind);

	if (node)
		node->pattern = pattern;
	return node;
}

void expr_only_families(struct expr *expr, uint64_t families)
{
	struct expr_node *only;

	/* The parser leaves room for these two. */
	only = expr_new_number(expr, SOCKWATCH_FILTER_IN,
			       SOCKWATCH_FIELD_FAMILY, families);
	expr->root = expr_new_both(expr, EXPR_AND, only, expr->root);
}

void expr_free(struct expr *expr)
{
	if (!expr)
		return;
	free(expr->text);
	free(expr->words);
	free(expr);
}
