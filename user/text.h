/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Puts text together piece by piece, for lines that are printed by the million:
 * printf and inet_ntop would take longer than all else.  Each call returns
 * where the next piece goes, and writes no NUL.
 */
#ifndef _SOCKWATCH_TEXT_H
#define _SOCKWATCH_TEXT_H

#include <stddef.h>
#include <stdint.h>

/** TEXT_NUMBER_BYTES - the longest number */
#define TEXT_NUMBER_BYTES 20

/** TEXT_ENDPOINT_BYTES - the longest address with its port */
#define TEXT_ENDPOINT_BYTES 62

/**
 * text_word() - put a word
 *
 * @to: where it goes
 * @word: the word
 *
 * Return: behind it.
 */
char *text_word(char *to, const char *word);

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
 * text_digits() - put the last digits of a number, zeros too
 *
 * @to: where they go
 * @digits: how many
 * @number: the number
 *
 * Return: behind them.
 */
char *text_digits(char *to, size_t digits, uint64_t number);

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
 * text_left() - end a column that is aligned to the left
 *
 * @from: where it begins
 * @to: where its text ends
 * @width: of the column
 *
 * Return: behind the spaces, at least two, where the next column begins.
 */
char *text_left(const char *from, char *to, size_t width);

/**
 * text_right() - put a column that is aligned to the right
 *
 * @to: where it goes
 * @width: of the column
 * @text: what is in it
 * @bytes: the length of @text
 *
 * Return: behind two spaces, where the next column begins.
 */
char *text_right(char *to, size_t width, const char *text, size_t bytes);

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
