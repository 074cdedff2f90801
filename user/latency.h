/* SPDX-License-Identifier: GPL-2.0 */
/* What has come to latencies from one round of --interval to the next. */
#ifndef _SOCKWATCH_LATENCY_H
#define _SOCKWATCH_LATENCY_H

#include "client.h"

/**
 * latency_since() - leave what has come since the round before
 *
 * @now: of &struct client_latency; becomes the difference
 * @before: the same earlier
 *
 * The longest time of the difference is not known, only a limit: the bound of
 * the last bucket, or the longest time ever if that is less.  What has become
 * less was counted anew, so all of it has come since.
 */
void latency_since(struct client_dump *now, const struct client_dump *before);

#endif /* _SOCKWATCH_LATENCY_H */
