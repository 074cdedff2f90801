// SPDX-License-Identifier: GPL-2.0
/* Writes an answer to stdout and notices when that fails. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "repeat.h"

/* Whether to go on after a write that did not go through. */
static bool write_again(int error)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	if (error == EAGAIN) {
		poll(&out, 1, -1);
		return !repeat_stopped();
	}
	return error == EINTR && !repeat_stopped();
}

static int write_all(const char *text, size_t bytes)
{
	ssize_t written;

	while (bytes) {
		written = write(STDOUT_FILENO, text, bytes);
		if (written < 0) {
			if (write_again(errno))
				continue;
			return repeat_stopped() ? -EINTR : -errno;
		}
		text += written;
		bytes -= written;
	}
	return 0;
}

static void write_held(struct output *output)
{
	if (!output->error)
		output->error = write_all(output->text, output->bytes);
	output->begun |= output->bytes;
	output->bytes = 0;
}

static bool make_room(struct output *output, size_t bytes)
{
	size_t capacity = output->capacity ? output->capacity : BUFSIZ;
	char *text;

	while (capacity < output->bytes + bytes)
		capacity *= 2;
	if (capacity == output->capacity)
		return true;
	text = realloc(output->text, capacity);
	if (!text) {
		output->error = -ENOMEM;
		return false;
	}
	output->text = text;
	output->capacity = capacity;
	return true;
}

/* Takes what was printed from the stream; 0 is a failure. */
static ssize_t take(void *cookie, const char *text, size_t bytes)
{
	struct output *output = cookie;

	if (output->bytes + bytes > OUTPUT_HELD_BYTES)
		write_held(output);
	if (output->error || !make_room(output, bytes))
		return 0;
	memcpy(output->text + output->bytes, text, bytes);
	output->bytes += bytes;
	return bytes;
}

int output_begin(struct output *output)
{
	const cookie_io_functions_t functions = { .write = take };

	*output = (struct output) { 0 };
	output->stream = fopencookie(output, "w", functions);
	return output->stream ? 0 : -ENOMEM;
}

size_t output_mark(struct output *output)
{
	fflush(output->stream);
	return output->bytes;
}

bool output_rewind(struct output *output, size_t mark)
{
	if (fflush(output->stream) || output->begun)
		return false;
	output->bytes = mark;
	return true;
}

int output_error(const struct output *output)
{
	return output->error;
}

int output_put(struct output *output, const char *text, size_t bytes)
{
	fflush(output->stream);
	write_held(output);
	if (!output->error)
		output->error = write_all(text, bytes);
	output->begun |= bytes;
	return output->error;
}

int output_write(struct output *output)
{
	int rc = output_put(output, NULL, 0);

	output_discard(output);
	return rc;
}

void output_discard(struct output *output)
{
	/* What is left in the stream goes nowhere. */
	output->error = -ECANCELED;
	fclose(output->stream);
	free(output->text);
	*output = (struct output) { 0 };
}
