/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Puts text together piece by piece, for lines that are printed by the million:
 * printf and inet_ntop would take longer than all else, and so would a call for
 * each copy of a few bytes.  So what is small is here, and copies as many bytes
 * as always do, which the next piece overwrites: the buffer needs TEXT_SLACK
 * bytes more.  Each call returns where the next piece goes; there is no NUL.
 */
#ifndef _SOCKWATCH_TEXT_H
#define _SOCKWATCH_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** TEXT_SLACK - what may be overwritten behind a piece */
#define TEXT_SLACK 64

/** TEXT_GAP - spaces between two columns */
#define TEXT_GAP 2

/** TEXT_COLUMN - the widest column */
#define TEXT_COLUMN 30

/** TEXT_NUMBER_BYTES - the longest number */
#define TEXT_NUMBER_BYTES 20

/** TEXT_ENDPOINT_BYTES - the longest address with its port */
#define TEXT_ENDPOINT_BYTES 62

/** TEXT_NAME_BYTES - the longest name that is kept with its length */
#define TEXT_NAME_BYTES 40

/**
 * struct text_name - a name and its length
 *
 * @bytes: the length
 * @data: the name, with a NUL behind it
 */
struct text_name {
	size_t bytes;
	char data[TEXT_NAME_BYTES];
};

/**
 * text_name() - put a name
 *
 * @to: where it goes
 * @name: the name
 *
 * Return: behind it.
 */
static inline char *text_name(char *to, const struct text_name *name)
{
	memcpy(to, name->data, sizeof(name->data));
	return to + name->bytes;
}

/**
 * text_word() - put a word, which is cheap if it is a constant
 *
 * @to: where it goes
 * @word: the word
 *
 * Return: behind it.
 */
static inline char *text_word(char *to, const char *word)
{
	size_t bytes = strlen(word);

	memcpy(to, word, bytes);
	return to + bytes;
}

/**
 * text_left() - end a column that is aligned to the left
 *
 * @from: where it begins
 * @to: where its text ends
 * @width: of the column, at most TEXT_COLUMN
 *
 * Return: behind the spaces, at least two, where the next column begins.
 */
static inline char *text_left(char *from, char *to, size_t width)
{
	char *next = from + width + TEXT_GAP;

	memset(to, ' ', TEXT_COLUMN + TEXT_GAP);
	to += TEXT_GAP;
	return to < next ? next : to;
}

/**
 * text_right() - put a column that is aligned to the right
 *
 * @to: where it goes
 * @width: of the column, at most TEXT_COLUMN
 * @name: what is in it
 *
 * Return: behind two spaces, where the next column begins.
 */
static inline char *text_right(char *to, size_t width,
			       const struct text_name *name)
{
	memset(to, ' ', TEXT_COLUMN);
	if (name->bytes < width)
		to += width - name->bytes;
	to = text_name(to, name);
	memset(to, ' ', TEXT_GAP);
	return to + TEXT_GAP;
}

/**
 * text_number() - put a number
 *
 * @to: where it goes
 * @number: the number
 *
 * Return: behind it.
 */
char *text_number(char *to, uint64_t number);

/**
 * text_name_number() - a number as a name
 *
 * @name: becomes it, without the NUL
 * @number: the number
 */
static inline void text_name_number(struct text_name *name, uint64_t number)
{
	name->bytes = text_number(name->data, number) - name->data;
}

/** text_pairs - the numbers below 100, two digits each */
extern const char text_pairs[];

/**
 * text_pair() - put two digits
 *
 * @to: where they go
 * @number: below 100
 *
 * Return: behind them.
 */
static inline char *text_pair(char *to, unsigned int number)
{
	memcpy(to, text_pairs + 2 * number, 2);
	return to + 2;
}

/**
 * text_digits() - put the last digits of a number, zeros too
 *
 * @to: where they go
 * @digits: how many
 * @number: the number
 *
 * Return: behind them.
 */
char *text_digits(char *to, size_t digits, unsigned int number);

/**
 * text_hex() - put a number in hexadecimal
 *
 * @to: where it goes
 * @number: the number
 *
 * Return: behind it.
 */
char *text_hex(char *to, uint64_t number);

/**
 * text_endpoint() - put an address and a port
 *
 * @to: where it goes
 * @address: in network order
 * @bytes: its length, 4 or 16
 * @port: 0 is none, and becomes `*`
 *
 * Such as 127.0.0.1:80 or [::1]:80; the address is as inet_ntop() has it.
 *
 * Return: behind it.
 */
char *text_endpoint(char *to, const unsigned char *address, size_t bytes,
		    uint64_t port);

#endif /* _SOCKWATCH_TEXT_H */
