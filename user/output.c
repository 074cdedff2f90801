// SPDX-License-Identifier: GPL-2.0
/* Writes a finished answer to stdout and notices when that fails. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "output.h"
#include "repeat.h"

int output_begin(struct output *output)
{
	*output = (struct output) { 0 };
	output->stream = open_memstream(&output->text, &output->bytes);
	return output->stream ? 0 : -ENOMEM;
}

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

int output_write(struct output *output)
{
	int rc = -ENOMEM;

	if (!ferror(output->stream) && !fflush(output->stream))
		rc = write_all(output->text, output->bytes);
	output_discard(output);
	return rc;
}

void output_discard(struct output *output)
{
	fclose(output->stream);
	free(output->text);
	*output = (struct output) { 0 };
}
