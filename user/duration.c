// SPDX-License-Identifier: GPL-2.0
/* Durations as people read them. */
#include <stdio.h>

#include "duration.h"

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
