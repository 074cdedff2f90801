// SPDX-License-Identifier: GPL-2.0
/* Puts text together piece by piece, without printf. */
#include <stdbool.h>
#include <string.h>

#include "text.h"

/* Spaces between two columns. */
#define GAP 2

#define GROUPS 8

char *text_word(char *to, const char *word)
{
	size_t bytes = strlen(word);

	memcpy(to, word, bytes);
	return to + bytes;
}

char *text_number(char *to, uint64_t number)
{
	char digits[TEXT_NUMBER_BYTES];
	char *end = digits + sizeof(digits), *at = end;

	do {
		*--at = '0' + number % 10;
		number /= 10;
	} while (number);
	memcpy(to, at, end - at);
	return to + (end - at);
}

char *text_digits(char *to, size_t digits, uint64_t number)
{
	char *at;

	for (at = to + digits; at > to; number /= 10)
		*--at = '0' + number % 10;
	return to + digits;
}

char *text_hex(char *to, uint64_t number)
{
	unsigned int shift = 60;

	while (shift && !(number >> shift))
		shift -= 4;
	for (;; shift -= 4) {
		*to++ = "0123456789abcdef"[number >> shift & 15];
		if (!shift)
			return to;
	}
}

char *text_left(const char *from, char *to, size_t width)
{
	size_t bytes = to - from;
	size_t spaces = GAP + (bytes < width ? width - bytes : 0);

	memset(to, ' ', spaces);
	return to + spaces;
}

char *text_right(char *to, size_t width, const char *text, size_t bytes)
{
	size_t spaces = bytes < width ? width - bytes : 0;

	memset(to, ' ', spaces);
	to += spaces;
	memcpy(to, text, bytes);
	to += bytes;
	memset(to, ' ', GAP);
	return to + GAP;
}

static char *put_ipv4(char *to, const unsigned char *address)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = text_number(to, address[i]);
	}
	return to;
}

/* The longest row of at least two groups that are zero, the first of several. */
static size_t find_zeros(const uint16_t *group, size_t *count)
{
	size_t first = 0, run = 0, i;

	*count = 1;
	for (i = 0; i < GROUPS; i++) {
		run = group[i] ? 0 : run + 1;
		if (run <= *count)
			continue;
		*count = run;
		first = i + 1 - run;
	}
	if (*count == 1)
		*count = 0;
	return first;
}

static char *put_ipv6(char *to, const unsigned char *address)
{
	size_t first, count, i;
	uint16_t group[GROUPS];
	bool ipv4;

	for (i = 0; i < GROUPS; i++)
		group[i] = address[2 * i] << 8 | address[2 * i + 1];
	first = find_zeros(group, &count);
	ipv4 = !first && (count == 6 || (count == 5 && group[5] == 0xffff));
	for (i = 0; i < GROUPS; i++) {
		if (i || count == GROUPS)
			*to++ = ':';
		if (count && i == first) {
			i += count - 1;
			if (!first || i == GROUPS - 1)
				*to++ = ':';
			continue;
		}
		if (i == 6 && ipv4)
			return put_ipv4(to, address + 12);
		to = text_hex(to, group[i]);
	}
	return to;
}

char *text_endpoint(char *to, const unsigned char *address, size_t bytes,
		    uint64_t port)
{
	if (bytes == 4) {
		to = put_ipv4(to, address);
	} else {
		*to++ = '[';
		to = put_ipv6(to, address);
		*to++ = ']';
	}
	*to++ = ':';
	if (port)
		return text_number(to, port);
	*to++ = '*';
	return to;
}
