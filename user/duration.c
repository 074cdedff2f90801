// SPDX-License-Identifier: GPL-2.0
/* Durations as people read them. */
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "text.h"

#define NSEC_PER_USEC UINT64_C(1000)
#define NSEC_PER_MSEC UINT64_C(1000000)
#define NSEC_PER_SEC UINT64_C(1000000000)

/* By rising length, from nanoseconds on. */
static const struct unit {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", NSEC_PER_SEC },
	{ "m", 60 * NSEC_PER_SEC },
	{ "h", 3600 * NSEC_PER_SEC },
	{ "d", 86400 * NSEC_PER_SEC },
};

#define UNITS (sizeof(units) / sizeof(*units))
#define MINUTES 4

/* The nearest number of @unit; not ns + unit / 2, which may not fit. */
static uint64_t rounded(uint64_t ns, uint64_t unit)
{
	return ns / unit + (ns % unit >= unit / 2);
}

/*
 * Three digits that count, as many of them behind the point as leave it below
 * 1000 of the last.  @unit is a constant where this is called, and at least
 * microseconds.
 */
static inline char *put_rounded(char *to, uint64_t ns, uint64_t unit)
{
	if (ns >= 100 * unit - unit / 20)
		return text_number(to, rounded(ns, unit));
	if (ns >= 10 * unit - unit / 200) {
		ns = rounded(10 * ns, unit);
		to = text_pair(to, ns / 10);
		*to++ = '.';
		*to++ = '0' + ns % 10;
		return to;
	}
	if (ns >= unit - unit / 2000) {
		ns = rounded(100 * ns, unit);
		*to++ = '0' + ns / 100;
		*to++ = '.';
		return text_pair(to, ns % 100);
	}
	to = text_word(to, "0.");
	return text_digits(to, 3, rounded(1000 * ns, unit));
}

static char *put_unit(char *to, const struct unit *unit)
{
	*to++ = unit->name[0];
	if (unit->name[1])
		*to++ = unit->name[1];
	return to;
}

/* What would be rounded to 1000 is 1 of the next unit. */
static char *put_short(char *to, uint64_t ns)
{
	if (ns < 1000 * NSEC_PER_USEC - NSEC_PER_USEC / 2)
		return text_word(put_rounded(to, ns, NSEC_PER_USEC), "us");
	if (ns < 1000 * NSEC_PER_MSEC - NSEC_PER_MSEC / 2)
		return text_word(put_rounded(to, ns, NSEC_PER_MSEC), "ms");
	return text_word(put_rounded(to, ns, NSEC_PER_SEC), "s");
}

void duration_text(char *buf, uint64_t ns)
{
	*put_short(buf, ns) = '\0';
}

char *duration_age_put(char *to, uint64_t ns)
{
	const struct unit *unit = &units[UNITS - 1];

	if (ns < units[MINUTES].ns)
		return put_short(to, ns);
	while (ns < unit->ns)
		unit--;
	to = put_unit(text_number(to, ns / unit->ns), unit);
	to = text_digits(to, 2, ns % unit->ns / unit[-1].ns);
	return put_unit(to, unit - 1);
}

void duration_age_text(char *buf, uint64_t ns)
{
	*duration_age_put(buf, ns) = '\0';
}

bool duration_parse(const char *text, uint64_t *ns)
{
	size_t digits = strspn(text, "0123456789.");
	const char *unit = text + digits;
	double value;
	char *end;
	size_t i;

	value = strtod(text, &end);
	if (!digits || end != unit)
		return false;
	for (i = 0; i < UNITS && strcmp(units[i].name, unit); i++)
		;
	if (i == UNITS)
		return false;
	value *= units[i].ns;
	/* 2^64, the least that does not fit. */
	if (value >= 0x1p64)
		return false;
	*ns = value;
	return true;
}
