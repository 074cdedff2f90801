// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a filter:
 *
 *	any   = all { or all }
 *	all   = one { [ and ] one }
 *	one   = test | not one | ( any )
 *	test  = field [ comparison ] value
 *
 * A function that reads a part returns its node, or NULL after a failure, which
 * is explained then.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expr_field.h"
#include "expr_lex.h"
#include "expr_node.h"
#include "names.h"

/* Parentheses and negations inside each other. */
#define MAX_DEPTH 100

/* What an error shows of a long filter, before the place and behind it. */
#define SHOW_BEFORE 40
#define SHOW_AFTER 32

/* expr_only_families() needs them. */
#define SPARE_NODES 2

struct parser {
	struct expr *expr;
	enum expr_of of;
	struct expr_lex lex;
	struct expr_token token;
	unsigned int depth;
	struct error *error;
};

static void advance(struct parser *parser)
{
	parser->token = expr_lex_next(&parser->lex);
}

/* The text around a column as one line, safe for a terminal. */
static void show(char *to, const char *text, size_t from, size_t len)
{
	size_t i;

	for (i = 0; i < len && text[from + i]; i++)
		to[i] = text[from + i] >= ' ' && text[from + i] <= '~' ?
			text[from + i] : '?';
	to[i] = '\0';
}

static int explain(const struct parser *parser, size_t column,
		   const char *wanted, const char *list)
{
	char shown[SHOW_BEFORE + SHOW_AFTER + 1];
	size_t from = column > SHOW_BEFORE ? column - SHOW_BEFORE : 0;
	const char *dots = from ? "..." : "";

	show(shown, parser->expr->text, from, SHOW_BEFORE + SHOW_AFTER);
	return error_set(parser->error, -EINVAL,
			 "filter, column %zu: expected %s%s%s\n  %s%s\n  %*s^",
			 column + 1, wanted, *list ? " " : "", list, dots,
			 shown, (int)(strlen(dots) + column - from), "");
}

static struct expr_node *expected(const struct parser *parser,
				  const char *wanted)
{
	explain(parser, parser->token.column, wanted, "");
	return NULL;
}

/* The one that a test begins with, of whatever the filter is of or not. */
static const struct expr_field *find_field(const struct parser *parser,
					   bool here)
{
	const struct expr_field *field = expr_fields;

	if (parser->token.kind != EXPR_TOKEN_WORD)
		return NULL;
	for (; field->name; field++)
		if (!strcmp(field->name, parser->token.word) &&
		    !(field->of & parser->of) != here)
			return field;
	return NULL;
}

static struct expr_node *expected_test(const struct parser *parser)
{
	const struct expr_field *field = find_field(parser, false);
	char list[NAMES_LIST_BYTES] = "";

	if (field)
		return expected(parser, field->instead);
	for (field = expr_fields; field->name; field++)
		if (field->of & parser->of)
			strcat(strcat(list, *list ? " " : ""), field->name);
	explain(parser, parser->token.column,
		parser->token.kind == EXPR_TOKEN_WORD ?
		"one of" : "a test, which begins with one of", list);
	return NULL;
}

static struct expr_node *expected_value(const struct parser *parser,
					const struct expr_field *field,
					size_t column)
{
	char list[NAMES_LIST_BYTES] = "";

	if (field->list)
		field->list(list);
	explain(parser, column, field->wanted, list);
	return NULL;
}

/* At least and at most are no tests of the kernel. */
static struct expr_node *or_equal(struct expr *expr, uint8_t code, uint8_t id,
				  uint64_t number)
{
	return expr_new_both(expr, EXPR_OR,
			     expr_new_number(expr, code, id, number),
			     expr_new_number(expr, SOCKWATCH_FILTER_EQ, id,
					     number));
}

static struct expr_node *compare(struct expr *expr, enum expr_token_kind how,
				 uint8_t id, uint64_t number)
{
	switch (how) {
	case EXPR_TOKEN_LT:
		return expr_new_number(expr, SOCKWATCH_FILTER_LT, id, number);
	case EXPR_TOKEN_LE:
		return or_equal(expr, SOCKWATCH_FILTER_LT, id, number);
	case EXPR_TOKEN_GT:
		return expr_new_number(expr, SOCKWATCH_FILTER_GT, id, number);
	case EXPR_TOKEN_GE:
		return or_equal(expr, SOCKWATCH_FILTER_GT, id, number);
	default:
		return expr_new_number(expr, SOCKWATCH_FILTER_EQ, id, number);
	}
}

static struct expr_node *new_test(struct expr *expr,
				  const struct expr_field *field,
				  enum expr_token_kind how, const char *word)
{
	struct expr_node *node;
	uint64_t number;

	if (field->test)
		node = field->test(expr, word);
	else if (field->number(word, &number))
		node = compare(expr, how, field->id, number);
	else
		return NULL;
	return how == EXPR_TOKEN_NE ? expr_new_not(expr, node) : node;
}

static struct expr_node *parse_test(struct parser *parser)
{
	enum expr_token_kind how = EXPR_TOKEN_EQ;
	const struct expr_field *field;
	struct expr_token value;
	struct expr_node *node;

	field = find_field(parser, true);
	if (!field)
		return expected_test(parser);
	advance(parser);
	if (parser->token.kind >= EXPR_TOKEN_EQ) {
		how = parser->token.kind;
		if (field->test && how > EXPR_TOKEN_NE)
			return expected(parser, "= or !=");
		advance(parser);
	}
	value = parser->token;
	if (value.kind != EXPR_TOKEN_WORD)
		return expected_value(parser, field, value.column);
	node = new_test(parser->expr, field, how, value.word);
	if (!node && !parser->expr->full)
		return expected_value(parser, field, value.column);
	advance(parser);
	return node;
}

static struct expr_node *parse_one(struct parser *parser);
static struct expr_node *parse_any(struct parser *parser);

static struct expr_node *parse_inner(struct parser *parser)
{
	struct expr_node *node;

	if (parser->token.kind == EXPR_TOKEN_NOT) {
		advance(parser);
		return expr_new_not(parser->expr, parse_one(parser));
	}
	advance(parser);
	node = parse_any(parser);
	if (!node)
		return NULL;
	if (parser->token.kind != EXPR_TOKEN_CLOSE)
		return expected(parser, ") or another test");
	advance(parser);
	return node;
}

static struct expr_node *parse_one(struct parser *parser)
{
	struct expr_node *node;

	if (parser->token.kind != EXPR_TOKEN_NOT &&
	    parser->token.kind != EXPR_TOKEN_OPEN)
		return parse_test(parser);
	if (parser->depth == MAX_DEPTH)
		return expected(parser, "fewer things inside each other");
	parser->depth++;
	node = parse_inner(parser);
	parser->depth--;
	return node;
}

static bool is_states(const struct expr_node *node)
{
	return node->kind == EXPR_TEST &&
	       node->op.field == SOCKWATCH_FIELD_STATE;
}

static bool begins_one(enum expr_token_kind kind)
{
	return kind == EXPR_TOKEN_WORD || kind == EXPR_TOKEN_OPEN ||
	       kind == EXPR_TOKEN_NOT;
}

/*
 * As in ss, states that follow each other without a word between them add up:
 * no socket is in two of them.
 */
static struct expr_node *parse_all(struct parser *parser)
{
	struct expr_node *node = parse_one(parser), *last = node, *next;
	bool and;

	for (;;) {
		and = parser->token.kind == EXPR_TOKEN_AND;
		if (!node || (!and && !begins_one(parser->token.kind)))
			return node;
		if (and)
			advance(parser);
		next = parse_one(parser);
		if (next && !and && is_states(last) && is_states(next)) {
			last->op.number |= next->op.number;
			continue;
		}
		node = expr_new_both(parser->expr, EXPR_AND, node, next);
		last = next;
	}
}

static struct expr_node *parse_any(struct parser *parser)
{
	struct expr_node *node = parse_all(parser);

	while (node && parser->token.kind == EXPR_TOKEN_OR) {
		advance(parser);
		node = expr_new_both(parser->expr, EXPR_OR, node,
				     parse_all(parser));
	}
	return node;
}

static struct expr_node *parse_whole(struct parser *parser)
{
	struct expr_node *node;

	advance(parser);
	if (parser->token.kind == EXPR_TOKEN_END)
		return expr_new_constant(parser->expr, true);
	node = parse_any(parser);
	if (node && parser->token.kind != EXPR_TOKEN_END)
		return expected(parser, "another test or the end");
	return node;
}

/* All words as one text. */
static char *join(char *const *words, int count)
{
	size_t bytes = 1;
	char *text, *to;
	int i;

	for (i = 0; i < count; i++)
		bytes += strlen(words[i]) + 1;
	text = malloc(bytes);
	if (!text)
		return NULL;
	*text = '\0';
	to = text;
	for (i = 0; i < count; i++)
		to += sprintf(to, "%s%s", i ? " " : "", words[i]);
	return text;
}

static struct expr *new_expr(char *const *words, int count)
{
	struct expr *expr = calloc(1, sizeof(*expr));

	if (!expr)
		return NULL;
	expr->text = join(words, count);
	expr->words = expr->text ? malloc(strlen(expr->text) + 2) : NULL;
	if (expr->words)
		return expr;
	expr_free(expr);
	return NULL;
}

int expr_parse(struct expr **exprp, enum expr_of of, char *const *words,
	       int count, struct error *error)
{
	struct parser parser = {
		.expr = new_expr(words, count),
		.of = of,
		.error = error,
	};
	int rc = -EINVAL;

	if (!parser.expr)
		return error_set(error, -ENOMEM, "out of memory");
	parser.lex.text = parser.expr->text;
	parser.lex.words = parser.expr->words;
	parser.expr->root = parse_whole(&parser);
	if (parser.expr->full ||
	    parser.expr->count > EXPR_NODES - SPARE_NODES)
		rc = explain(&parser, parser.token.column,
			     "the end, for the filter is too long", "");
	else if (parser.expr->root)
		rc = 0;
	if (rc)
		expr_free(parser.expr);
	else
		*exprp = parser.expr;
	return rc;
}
