/* SPDX-License-Identifier: GPL-2.0 */
/* Durations as people read them. */
#ifndef _SOCKWATCH_DURATION_H
#define _SOCKWATCH_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/** DURATION_BYTES - enough room for any duration */
#define DURATION_BYTES 24

/**
 * duration_text() - a duration with three digits that count
 *
 * @buf: at least DURATION_BYTES
 * @ns: nanoseconds
 *
 * Such as 0.512us, 1.28us, 12.8ms or 137s; whole seconds from 1000 on.
 */
void duration_text(char *buf, uint64_t ns);

/**
 * duration_age_text() - a duration that may be days, with its two largest units
 *
 * @buf: at least DURATION_BYTES
 * @ns: nanoseconds
 *
 * Such as 1m05s, 2h13m or 41d07h; below a minute as duration_text().
 */
void duration_age_text(char *buf, uint64_t ns);

/**
 * duration_age_put() - as duration_age_text(), but without the NUL
 *
 * @to: at least DURATION_BYTES
 * @ns: nanoseconds
 *
 * Return: behind it.
 */
char *duration_age_put(char *to, uint64_t ns);

/**
 * duration_parse() - read a duration
 *
 * @text: a number and a unit, such as 10m or 1.5h; units are ns, us, ms, s, m,
 *	h and d
 * @ns: where the nanoseconds go
 *
 * Return: whether it is one.
 */
bool duration_parse(const char *text, uint64_t *ns);

#endif /* _SOCKWATCH_DURATION_H */
