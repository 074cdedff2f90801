/* SPDX-License-Identifier: GPL-2.0 */
/* Draws a histogram with bars. */
#ifndef _SOCKWATCH_BARS_H
#define _SOCKWATCH_BARS_H

#include <stdio.h>

#include "client.h"
#include "render.h"

/**
 * bars_print() - draw a histogram, a line a bucket, in 80 columns
 *
 * @out: where to
 * @style: how
 * @hist: the histogram; from its first bucket with samples to its last
 *
 * Return: 0, or -ENOMEM.
 */
int bars_print(FILE *out, const struct render_style *style,
	       const struct hist *hist);

#endif /* _SOCKWATCH_BARS_H */
