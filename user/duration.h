/* SPDX-License-Identifier: GPL-2.0 */
/* Durations as people read them. */
#ifndef _SOCKWATCH_DURATION_H
#define _SOCKWATCH_DURATION_H

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

#endif /* _SOCKWATCH_DURATION_H */
