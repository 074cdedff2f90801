/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Collects what a command prints and writes it in one piece; only an answer
 * that is too long for that is written as it comes.
 */
#ifndef _SOCKWATCH_OUTPUT_H
#define _SOCKWATCH_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** OUTPUT_HELD_BYTES - the longest answer that is written in one piece */
#define OUTPUT_HELD_BYTES (1024 * 1024)

/**
 * struct output - text on its way to stdout
 *
 * @stream: print here between output_begin() and the end
 * @text: what was printed and is not written yet
 * @bytes: how much
 * @capacity: room for that
 * @begun: something has been written
 * @error: why writing failed, a negative errno, or 0
 */
struct output {
	FILE *stream;
	char *text;
	size_t bytes;
	size_t capacity;
	bool begun;
	int error;
};

/**
 * output_begin() - start collecting
 *
 * @output: to be ended by output_write() or output_discard(); stays where it is
 *	until then
 *
 * Return: 0, or -ENOMEM.
 */
int output_begin(struct output *output);

/**
 * output_mark() - how far an answer has come
 *
 * @output: from output_begin()
 *
 * Return: something for output_rewind().
 */
size_t output_mark(struct output *output);

/**
 * output_rewind() - take back what was printed since a mark
 *
 * @output: from output_begin()
 * @mark: from output_mark()
 *
 * Return: whether that could be: nothing has been written yet.
 */
bool output_rewind(struct output *output, size_t mark);

/**
 * output_error() - why there is no use in printing more
 *
 * @output: from output_begin()
 *
 * Return: 0, or a negative errno as of output_write().
 */
int output_error(const struct output *output);

/**
 * output_put() - write to stdout what was collected so far, and some more
 *
 * @output: from output_begin(); goes on
 * @text: more, which is not copied for that
 * @bytes: how much
 *
 * Return: 0, or a negative errno as of output_write().
 */
int output_put(struct output *output, const char *text, size_t bytes);

/**
 * output_write() - write to stdout what was collected
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
