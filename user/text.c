// SPDX-License-Identifier: GPL-2.0
/* Puts text together piece by piece, without printf. */
#include <stdbool.h>

#include "text.h"

#define GROUPS 8

/* The numbers below 100, two digits each. */
#define TEN(t) t "0" t "1" t "2" t "3" t "4" t "5" t "6" t "7" t "8" t "9"
static const char pairs[] =
	TEN("0") TEN("1") TEN("2") TEN("3") TEN("4")
	TEN("5") TEN("6") TEN("7") TEN("8") TEN("9");

static inline char *put_pair(char *to, unsigned int number)
{
	memcpy(to, pairs + 2 * number, 2);
	return to + 2;
}

/* Without zeros before it. */
static inline char *put_small(char *to, unsigned int number)
{
	if (number >= 10)
		return put_pair(to, number);
	*to++ = '0' + number;
	return to;
}

/* Four digits at a time: five times for the longest. */
char *text_number(char *to, uint64_t number)
{
	unsigned int rest = number;

	if (number < 100)
		return put_small(to, rest);
	if (number < 10000) {
		to = put_small(to, rest / 100);
		return put_pair(to, rest % 100);
	}
	rest = number % 10000;
	to = text_number(to, number / 10000);
	to = put_pair(to, rest / 100);
	return put_pair(to, rest % 100);
}

char *text_digits(char *to, size_t digits, unsigned int number)
{
	char *at = to + digits;

	for (; at - to >= 2; number /= 100)
		put_pair(at -= 2, number % 100);
	if (at > to)
		*to = '0' + number % 10;
	return to + digits;
}

char *text_hex(char *to, uint64_t number)
{
	int shift = (63 - __builtin_clzll(number | 1)) & ~3;

	for (; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[number >> shift & 15];
	return to;
}

static inline char *put_octet(char *to, unsigned int octet)
{
	if (octet < 100)
		return put_small(to, octet);
	*to++ = '0' + octet / 100;
	return put_pair(to, octet % 100);
}

static char *put_ipv4(char *to, const unsigned char *address)
{
	to = put_octet(to, address[0]);
	*to++ = '.';
	to = put_octet(to, address[1]);
	*to++ = '.';
	to = put_octet(to, address[2]);
	*to++ = '.';
	return put_octet(to, address[3]);
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
