// SPDX-License-Identifier: GPL-2.0
/* Turns a filter's tree into the postfix program that the kernel runs. */
#include "expr_node.h"

struct program {
	struct sockwatch_filter_op *ops;
	size_t count;
};

static bool is_leaf(const struct expr_node *node)
{
	return !node->left;
}

/* What only the command can test. */
static bool is_pattern(const struct expr_node *node)
{
	return node->kind == EXPR_PATH || node->kind == EXPR_CGROUP ||
	       node->kind == EXPR_EVENT;
}

static size_t steps_of(const struct expr_node *node)
{
	size_t steps = 1;

	if (node->left)
		steps += steps_of(node->left);
	if (node->right)
		steps += steps_of(node->right);
	return steps;
}

/* How many values stand on the stack while a node is worked out. */
static unsigned int depth_of(const struct expr_node *node)
{
	unsigned int left, right;

	if (is_leaf(node))
		return 1;
	left = depth_of(node->left);
	if (!node->right)
		return left;
	right = depth_of(node->right);
	return left == right ? left + 1 : left > right ? left : right;
}

static void put(struct program *program, uint8_t code)
{
	program->ops[program->count++] = (struct sockwatch_filter_op) {
		.code = code,
	};
}

static void put_leaf(struct program *program, const struct expr_node *node,
		     bool negated)
{
	/* Below a "not" the kernel lets more through when this is false. */
	bool value = is_pattern(node) ? !negated : node->kind == EXPR_TRUE;

	if (node->kind == EXPR_TEST)
		program->ops[program->count++] = node->op;
	else
		put(program, value ? SOCKWATCH_FILTER_TRUE :
				     SOCKWATCH_FILTER_FALSE);
}

static void put_node(struct program *program, const struct expr_node *node,
		     bool negated)
{
	const struct expr_node *first = node->left, *second = node->right;

	if (is_leaf(node)) {
		put_leaf(program, node, negated);
		return;
	}
	if (node->kind == EXPR_NOT) {
		put_node(program, first, !negated);
		put(program, SOCKWATCH_FILTER_NOT);
		return;
	}
	/*
	 * The deeper one comes first, which keeps the stack low: 64 steps need
	 * 7 values at most.
	 */
	if (depth_of(first) < depth_of(second)) {
		first = node->right;
		second = node->left;
	}
	put_node(program, first, negated);
	put_node(program, second, negated);
	put(program, node->kind == EXPR_AND ? SOCKWATCH_FILTER_AND :
					      SOCKWATCH_FILTER_OR);
}

/*
 * Conditions that must all hold, one by one: without one that does not fit, or
 * that is true for the kernel, more is let through.
 */
static void put_all(struct program *program, const struct expr_node *node)
{
	size_t had = program->count;

	if (node->kind == EXPR_AND) {
		put_all(program, node->left);
		put_all(program, node->right);
		return;
	}
	if (node->kind == EXPR_TRUE || is_pattern(node) ||
	    had + steps_of(node) + !!had > SOCKWATCH_FILTER_MAX)
		return;
	put_node(program, node, false);
	if (had)
		put(program, SOCKWATCH_FILTER_AND);
}

size_t expr_program(const struct expr *expr,
		    struct sockwatch_filter_op ops[SOCKWATCH_FILTER_MAX])
{
	struct program program = { .ops = ops };

	put_all(&program, expr->root);
	return program.count;
}
