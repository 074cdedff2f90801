/* SPDX-License-Identifier: GPL-2.0 */
/* The words of a filter, one after the other; only the parser uses this. */
#ifndef _SOCKWATCH_EXPR_LEX_H
#define _SOCKWATCH_EXPR_LEX_H

#include <stddef.h>

/**
 * enum expr_token_kind - what a token is
 *
 * @EXPR_TOKEN_END: the end of the text
 * @EXPR_TOKEN_WORD: any word that is none of these
 * @EXPR_TOKEN_OPEN: (
 * @EXPR_TOKEN_CLOSE: )
 * @EXPR_TOKEN_AND: and & &&
 * @EXPR_TOKEN_OR: or | ||
 * @EXPR_TOKEN_NOT: not !
 * @EXPR_TOKEN_EQ: = == eq, the first of those that compare
 * @EXPR_TOKEN_NE: != ne neq
 * @EXPR_TOKEN_LT: < lt
 * @EXPR_TOKEN_LE: <= le leq
 * @EXPR_TOKEN_GT: > gt
 * @EXPR_TOKEN_GE: >= ge geq
 */
enum expr_token_kind {
	EXPR_TOKEN_END,
	EXPR_TOKEN_WORD,
	EXPR_TOKEN_OPEN,
	EXPR_TOKEN_CLOSE,
	EXPR_TOKEN_AND,
	EXPR_TOKEN_OR,
	EXPR_TOKEN_NOT,
	EXPR_TOKEN_EQ,
	EXPR_TOKEN_NE,
	EXPR_TOKEN_LT,
	EXPR_TOKEN_LE,
	EXPR_TOKEN_GT,
	EXPR_TOKEN_GE,
};

/**
 * struct expr_token - a token
 *
 * @kind: what it is
 * @column: where it begins in the text, from 0
 * @word: of a word, without its backslashes
 */
struct expr_token {
	enum expr_token_kind kind;
	size_t column;
	const char *word;
};

/**
 * struct expr_lex - a text while it is read
 *
 * @text: the text
 * @at: how far it has been read
 * @words: where the next word goes; there is room for the text and two more
 */
struct expr_lex {
	const char *text;
	size_t at;
	char *words;
};

/**
 * expr_lex_next() - read the next token
 *
 * @lex: the text
 *
 * A backslash takes the next character as it is.
 *
 * Return: the token; END again and again at the end.
 */
struct expr_token expr_lex_next(struct expr_lex *lex);

#endif /* _SOCKWATCH_EXPR_LEX_H */
