// SPDX-License-Identifier: GPL-2.0
/* The command over the recording in the file named by SOCKWATCH_REPLAY. */
#include <stdio.h>
#include <stdlib.h>

#include "play.h"

/* More than any recording has. */
#define REPLAY_BYTES (64 << 20)

/* No exit status of the command. */
#define REPLAY_BROKEN 99

struct play *play_source(void)
{
	static unsigned char data[REPLAY_BYTES];
	static struct play play;
	const char *name;
	FILE *file;

	if (play.data)
		return &play;
	name = getenv("SOCKWATCH_REPLAY");
	file = name ? fopen(name, "rb") : NULL;
	if (!file) {
		fprintf(stderr, "SOCKWATCH_REPLAY names no recording\n");
		exit(REPLAY_BROKEN);
	}
	play.bytes = fread(data, 1, sizeof(data), file);
	play.data = data;
	fclose(file);
	return &play;
}
