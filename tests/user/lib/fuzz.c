// SPDX-License-Identifier: GPL-2.0
/*
 * Plays broken copies of a recording to the command: cut at every STEP-th byte,
 * and FLIPS times with random bits turned over.  However broken it is, the exit
 * status is 0 with a complete answer or 2 with a line on stderr and nothing on
 * stdout.  Of monitor every line is complete, and with 2 there may be some.
 *
 * Usage: fuzz RECORDING STEP FLIPS SEED WORD...
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#include "play.h"

#define FUZZ_BYTES (1 << 20)

/* A case that takes longer hangs. */
#define FUZZ_TIMEOUT_S 10

/**
 * struct fuzz - all about this run; shared, so that the parent sees how far
 *	the child came
 *
 * @whole: the recording
 * @bytes: its length
 * @json: whether the command is to print JSON
 * @lines: whether each line is an answer
 * @words: the command line
 * @word_count: how many
 * @out: stdout of the command
 * @err: stderr of the command
 * @report: our own stdout
 * @what: how the recording is broken just now
 * @number: and where, or the how manieth time
 * @cases: how many there were
 * @answered: how many of them had exit status 0
 */
struct fuzz {
	unsigned char whole[FUZZ_BYTES];
	size_t bytes;
	bool json;
	bool lines;
	char **words;
	int word_count;
	int out, err, report;
	const char *what;
	unsigned long number;
	unsigned long cases, answered;
};

static struct play play;
static struct fuzz *fuzz;

/* main() of the command, under another name. */
int sockwatch_main(int argc, char **argv);

struct play *play_source(void)
{
	return &play;
}

/* Called again and again in one process: getopt has to start anew. */
static int run_case(void)
{
	if (ftruncate(fuzz->out, 0) || ftruncate(fuzz->err, 0))
		return -1;
	lseek(fuzz->out, 0, SEEK_SET);
	lseek(fuzz->err, 0, SEEK_SET);
	optind = 0;
	alarm(FUZZ_TIMEOUT_S);
	return sockwatch_main(fuzz->word_count, fuzz->words);
}

static char *read_back(int fd)
{
	off_t bytes = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, bytes + 1);

	if (!text || pread(fd, text, bytes, 0) != bytes)
		exit(EXIT_FAILURE);
	return text;
}

static bool one_line(const char *text)
{
	const char *end = strchr(text, '\n');

	return !strncmp(text, "sockwatch: ", 11) && end && !end[1];
}

/* One object, nothing else. */
static bool whole_object(const char *text, size_t bytes)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;
	bool whole;

	/* Strict takes no character behind the object, not even the newline. */
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
					JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, bytes);
	whole = object && json_object_is_type(object, json_type_object);
	json_object_put(object);
	json_tokener_free(tokener);
	return whole;
}

/* One object and the end of the line. */
static bool whole_json(const char *text)
{
	size_t bytes = strcspn(text, "\n");

	return whole_object(text, bytes) && !strcmp(text + bytes, "\n");
}

static bool whole_table(const char *text)
{
	size_t len = strlen(text);

	return len && text[len - 1] == '\n';
}

/* Perhaps none at all. */
static bool whole_lines(const char *text)
{
	size_t bytes;

	for (; *text; text += bytes + 1) {
		bytes = strcspn(text, "\n");
		if (!text[bytes] || (fuzz->json && !whole_object(text, bytes)))
			return false;
	}
	return true;
}

static const char *judge(int status, const char *out, const char *err)
{
	if (fuzz->lines && !whole_lines(out))
		return "a line that is not whole";
	if (status == 2) {
		if (*out && !fuzz->lines)
			return "something on stdout beside the error";
		return one_line(err) ? NULL : "not one line on stderr";
	}
	if (status)
		return "a bad exit status";
	if (*err)
		return "something on stderr beside the answer";
	if (fuzz->lines)
		return NULL;
	if (fuzz->json)
		return whole_json(out) ? NULL : "not one whole JSON object";
	return whole_table(out) ? NULL : "not a whole table";
}

static void check(const unsigned char *data, size_t bytes, const char *what,
		  unsigned long number)
{
	char *out, *err;
	const char *wrong;
	int status;

	play = (struct play) { .data = data, .bytes = bytes };
	fuzz->what = what;
	fuzz->number = number;
	status = run_case();
	out = read_back(fuzz->out);
	err = read_back(fuzz->err);
	wrong = judge(status, out, err);
	fuzz->cases++;
	fuzz->answered += !status;
	if (wrong) {
		dprintf(fuzz->report,
			"# %s %lu: %s, exit status %d\n# stdout: %s\n# stderr: %s\n",
			what, number, wrong, status, out, err);
		exit(EXIT_FAILURE);
	}
	free(out);
	free(err);
}

/* The same numbers everywhere for one seed (xorshift). */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/*
 * Each cut copy stands right before the end of its allocation, so that the
 * sanitizer sees every byte read beyond it.
 */
static void cut_everywhere(size_t step)
{
	unsigned char *copy;
	size_t n;

	for (n = 0; n < fuzz->bytes; n += step) {
		copy = malloc(n ? n : 1);
		memcpy(copy, fuzz->whole, n);
		check(copy, n, "cut at byte", n);
		free(copy);
	}
}

static void flip_bits(unsigned long flips, uint32_t seed)
{
	unsigned char *copy = malloc(fuzz->bytes);
	unsigned long n;
	uint32_t bits;

	for (n = 0; n < flips; n++) {
		memcpy(copy, fuzz->whole, fuzz->bytes);
		for (bits = 1 + next_random(&seed) % 4; bits; bits--)
			copy[next_random(&seed) % fuzz->bytes] ^=
				1 << next_random(&seed) % 8;
		check(copy, fuzz->bytes, "bits turned over, case", n);
	}
	free(copy);
}

/* In the child: its stdout and stderr are the command's. */
static int run_all(size_t step, unsigned long flips, uint32_t seed)
{
	dup2(fuzz->out, STDOUT_FILENO);
	dup2(fuzz->err, STDERR_FILENO);
	check(fuzz->whole, fuzz->bytes, "whole", 0);
	if (fuzz->answered != 1) {
		dprintf(fuzz->report, "# the whole recording is not answered\n");
		return EXIT_FAILURE;
	}
	cut_everywhere(step);
	flip_bits(flips, seed);
	dprintf(fuzz->report, "# %lu cases, %lu answered\n", fuzz->cases,
		fuzz->answered);
	/* What the sanitizers say at the end is not part of a case. */
	if (ftruncate(fuzz->err, 0))
		return EXIT_FAILURE;
	fuzz->what = "after all cases";
	return EXIT_SUCCESS;
}

static bool prepare(int argc, char **argv)
{
	FILE *file;
	int i;

	fuzz = mmap(NULL, sizeof(*fuzz), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fuzz == MAP_FAILED || argc < 6 || atoi(argv[2]) < 1)
		return false;
	file = fopen(argv[1], "rb");
	if (!file)
		return false;
	fuzz->bytes = fread(fuzz->whole, 1, sizeof(fuzz->whole), file);
	fclose(file);
	fuzz->words = argv + 4;
	fuzz->word_count = argc - 4;
	for (i = 5; i < argc; i++) {
		fuzz->json |= !strcmp(argv[i], "-j");
		fuzz->lines |= !strcmp(argv[i], "monitor");
	}
	fuzz->out = memfd_create("out", MFD_CLOEXEC);
	fuzz->err = memfd_create("err", MFD_CLOEXEC);
	fuzz->report = dup(STDOUT_FILENO);
	return fuzz->bytes && fuzz->out >= 0 && fuzz->err >= 0;
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (!prepare(argc, argv))
		return EXIT_FAILURE;
	pid = fork();
	if (!pid)
		exit(run_all(atoi(argv[2]), strtoul(argv[3], NULL, 10),
			     strtoul(argv[4], NULL, 10)));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return EXIT_FAILURE;
	if (status)
		dprintf(fuzz->report, "# %s %lu: ended with %s %d\n%s\n",
			fuzz->what, fuzz->number,
			WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) :
					      WEXITSTATUS(status),
			read_back(fuzz->err));
	return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
