// SPDX-License-Identifier: GPL-2.0
/* Durations as people read them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"

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

/* Digits behind the point so that three count after rounding. */
static int digits_of(double value)
{
	if (value < 0.9995)
		return 3;
	if (value < 9.995)
		return 2;
	return value < 99.95 ? 1 : 0;
}

void duration_text(char *buf, uint64_t ns)
{
	const char *unit = "us";
	double value = ns / 1e3;

	if (value >= 999.5) {
		value = ns / 1e6;
		unit = "ms";
	}
	if (value >= 999.5) {
		value = ns / 1e9;
		unit = "s";
	}
	snprintf(buf, DURATION_BYTES, "%.*f%s", digits_of(value), value, unit);
}

void duration_age_text(char *buf, uint64_t ns)
{
	size_t i = UNITS - 1;
	uint64_t rest;

	if (ns < units[MINUTES].ns) {
		duration_text(buf, ns);
		return;
	}
	while (ns < units[i].ns)
		i--;
	rest = ns % units[i].ns / units[i - 1].ns;
	snprintf(buf, DURATION_BYTES, "%" PRIu64 "%s%02" PRIu64 "%s",
		 ns / units[i].ns, units[i].name, rest, units[i - 1].name);
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
