/* SPDX-License-Identifier: GPL-2.0 */
/* Collects what a command prints and writes it in one piece. */
#ifndef _SOCKWATCH_OUTPUT_H
#define _SOCKWATCH_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

/**
 * struct output - text on its way to stdout
 *
 * @stream: print here between output_begin() and the end
 * @text: what was printed
 * @bytes: how much
 */
struct output {
	FILE *stream;
	char *text;
	size_t bytes;
};

/**
 * output_begin() - start collecting
 *
 * @output: to be ended by output_write() or output_discard()
 *
 * Return: 0, or -ENOMEM.
 */
int output_begin(struct output *output);

/**
 * output_write() - write what was collected to stdout
 *
 * @output: from output_begin(); is empty afterwards
 *
 * Return: 0, -EPIPE when nobody reads, -EINTR when repeat_stopped(), or
 * another negative errno.
 */
int output_write(struct output *output);

/**
 * output_discard() - forget what was collected
 *
 * @output: from output_begin()
 */
void output_discard(struct output *output);

#endif /* _SOCKWATCH_OUTPUT_H */
