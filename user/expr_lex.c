// SPDX-License-Identifier: GPL-2.0
/* Takes a filter apart into words and signs. */
#include <stdbool.h>
#include <string.h>

#include "expr_lex.h"

struct spelling {
	const char *text;
	enum expr_token_kind kind;
};

/* A longer sign stands before its own beginning. */
static const struct spelling signs[] = {
	{ "(", EXPR_TOKEN_OPEN },
	{ ")", EXPR_TOKEN_CLOSE },
	{ "&&", EXPR_TOKEN_AND },
	{ "&", EXPR_TOKEN_AND },
	{ "||", EXPR_TOKEN_OR },
	{ "|", EXPR_TOKEN_OR },
	{ "!=", EXPR_TOKEN_NE },
	{ "!", EXPR_TOKEN_NOT },
	{ "==", EXPR_TOKEN_EQ },
	{ "=", EXPR_TOKEN_EQ },
	{ "<=", EXPR_TOKEN_LE },
	{ "<", EXPR_TOKEN_LT },
	{ ">=", EXPR_TOKEN_GE },
	{ ">", EXPR_TOKEN_GT },
	{ 0 }
};

static const struct spelling names[] = {
	{ "and", EXPR_TOKEN_AND },
	{ "or", EXPR_TOKEN_OR },
	{ "not", EXPR_TOKEN_NOT },
	{ "eq", EXPR_TOKEN_EQ },
	{ "ne", EXPR_TOKEN_NE },
	{ "neq", EXPR_TOKEN_NE },
	{ "lt", EXPR_TOKEN_LT },
	{ "le", EXPR_TOKEN_LE },
	{ "leq", EXPR_TOKEN_LE },
	{ "gt", EXPR_TOKEN_GT },
	{ "ge", EXPR_TOKEN_GE },
	{ "geq", EXPR_TOKEN_GE },
	{ 0 }
};

/* As isspace(), whatever the locale. */
static const char spaces[] = " \t\n\v\f\r";

static bool find_sign(const char *at, struct expr_token *token, size_t *len)
{
	const struct spelling *sign;

	for (sign = signs; sign->text; sign++) {
		*len = strlen(sign->text);
		if (strncmp(at, sign->text, *len))
			continue;
		token->kind = sign->kind;
		return true;
	}
	return false;
}

/* A single ! in the middle of a word is a part of it, as in [!a]. */
static bool ends_word(const char *at)
{
	return !*at || strchr(spaces, *at) || strchr("()&|<>=", *at) ||
	       !strncmp(at, "!=", 2);
}

static void take_word(struct expr_lex *lex, struct expr_token *token)
{
	const struct spelling *name;
	char *to = lex->words;
	bool plain = true;

	token->kind = EXPR_TOKEN_WORD;
	token->word = to;
	while (!ends_word(lex->text + lex->at)) {
		if (lex->text[lex->at] == '\\' && lex->text[lex->at + 1]) {
			plain = false;
			lex->at++;
		}
		*to++ = lex->text[lex->at++];
	}
	*to++ = '\0';
	lex->words = to;
	for (name = names; plain && name->text; name++)
		if (!strcmp(name->text, token->word))
			token->kind = name->kind;
}

struct expr_token expr_lex_next(struct expr_lex *lex)
{
	struct expr_token token = { .kind = EXPR_TOKEN_END };
	size_t len;

	lex->at += strspn(lex->text + lex->at, spaces);
	token.column = lex->at;
	if (!lex->text[lex->at])
		return token;
	if (find_sign(lex->text + lex->at, &token, &len))
		lex->at += len;
	else
		take_word(lex, &token);
	return token;
}
