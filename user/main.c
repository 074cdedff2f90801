// SPDX-License-Identifier: GPL-2.0
/* Chooses the command, repeats it, reports how it went. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "netns.h"
#include "options.h"
#include "output.h"
#include "repeat.h"
#include "version.h"

enum status {
	STATUS_OK = 0,
	STATUS_USAGE = 1,
	STATUS_KERNEL = 2,
};

static const struct command *const commands[] = {
	&cmd_show, &cmd_failures, &cmd_states, &cmd_latency, &cmd_options,
	&cmd_samples, &cmd_listeners, &cmd_sockets, &cmd_monitor, &cmd_info,
	&cmd_reset, &cmd_kinds,
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static const char options_help[] =
"\n"
"OPTIONS, before or after COMMAND:\n"
"  -j, --json                JSON, one object a line\n"
"  -p, --pretty              with --json: over many lines\n"
"  -n, --numeric             numbers in place of names\n"
"  -H, --no-header           tables without titles\n"
"  -4, -6                    only inet, only inet6\n"
"  -N, --netns NAME|PID      another network namespace: by name or path, or\n"
"                            that of a process\n"
"  -A, --all-netns           every network namespace (not info, kinds)\n"
"  -s, --stats               states: transitions, times, retransmits too\n"
"      --hist                latency: draw the histograms\n"
"      --sort KEY            sockets: by age or state-age, oldest first\n"
"      --group KEY           sockets: how many by pid, comm, cgroup, uid, state\n"
"  -i, --interval SECONDS    again and again, until Ctrl-C (not monitor)\n"
"  -c, --count N             N times, a second apart unless -i says otherwise;\n"
"                            monitor: N events\n"
"      --color[=WHEN]        auto, always or never\n"
"  -V, --version             print the version\n"
"  -h, --help                print this, or the help of COMMAND\n"
"\n"
"Exit status: 0 ok, 1 usage, 2 the kernel said no.\n";

static int complain(enum status status, const char *text)
{
	fprintf(stderr, "sockwatch: %s\n", text);
	return status;
}

/* A reader that has seen enough is no error, nor is Ctrl-C. */
static int written(int rc)
{
	char text[128];

	if (!rc || rc == -EPIPE || rc == -EINTR)
		return STATUS_OK;
	snprintf(text, sizeof(text), "cannot write the output: %s",
		 strerror(-rc));
	return complain(STATUS_KERNEL, text);
}

static int print_help(const struct command *command)
{
	struct output output;
	size_t i;

	if (output_begin(&output))
		return complain(STATUS_KERNEL, "out of memory");
	if (command) {
		fputs(command->help, output.stream);
	} else {
		fputs("Usage: sockwatch [OPTIONS] [COMMAND] [FILTER]\n"
		      "       sockwatch COMMAND --help\n\n"
		      "COMMAND:\n", output.stream);
		for (i = 0; i < COMMANDS; i++)
			fprintf(output.stream, "  %-10s%s\n", commands[i]->name,
				commands[i]->summary);
	}
	fputs(options_help, output.stream);
	return written(output_write(&output));
}

static int print_version(void)
{
	struct output output;

	if (output_begin(&output))
		return complain(STATUS_KERNEL, "out of memory");
	fputs("sockwatch " SOCKWATCH_VERSION "\n", output.stream);
	return written(output_write(&output));
}

/* By name, or by a beginning that only one has. */
static const struct command *find_command(const char *word)
{
	const struct command *found = NULL;
	size_t matches = 0, i;

	for (i = 0; i < COMMANDS; i++) {
		if (!strcmp(commands[i]->name, word))
			return commands[i];
		if (!strncmp(commands[i]->name, word, strlen(word))) {
			found = commands[i];
			matches++;
		}
	}
	return matches == 1 ? found : NULL;
}

static int no_such_command(const char *word)
{
	char text[256];
	size_t used, i;

	used = snprintf(text, sizeof(text), "unknown command '%.64s': use",
			word);
	for (i = 0; i < COMMANDS; i++)
		used += snprintf(text + used, sizeof(text) - used, "%s%s",
				 !i ? " " : i + 1 < COMMANDS ? ", " : " or ",
				 commands[i]->name);
	return complain(STATUS_USAGE, text);
}

static bool want_color(enum options_color when)
{
	const char *no_color = getenv("NO_COLOR");

	if (when == OPTIONS_COLOR_AUTO)
		return isatty(STDOUT_FILENO) && !(no_color && *no_color);
	return when == OPTIONS_COLOR_ALWAYS;
}

/* An option that is not for every command. */
static int check_option(bool given, bool taken, const struct command *command,
			const char *option, struct error *error)
{
	if (!given || taken)
		return 0;
	return error_set(error, -EINVAL, "%s cannot take %s", command->name,
			 option);
}

static int check_options(const struct options *options,
			 const struct command *command, struct error *error)
{
	int rc;

	rc = check_option(options->all_netns, command->all_netns, command,
			  "--all-netns", error);
	if (!rc)
		rc = check_option(options->stats, command->stats, command,
				  "--stats", error);
	if (!rc)
		rc = check_option(options->hist, command->hist, command,
				  "--hist", error);
	if (!rc)
		rc = check_option(options->sort, command->order, command,
				  "--sort", error);
	if (!rc)
		rc = check_option(options->group, command->order, command,
				  "--group", error);
	if (!rc)
		rc = check_option(options->interval_given, !command->endless,
				  command, "--interval", error);
	if (!rc)
		rc = check_option(options->pretty, !command->endless, command,
				  "--pretty", error);
	return rc;
}

static int fill_ctx(struct ctx *ctx, const struct options *options,
		    const struct command *command, struct error *error)
{
	ctx->json = options->json;
	ctx->style.numeric = options->numeric;
	ctx->style.header = !options->no_header;
	ctx->style.color = want_color(options->color);
	ctx->style.pretty = options->pretty;
	ctx->style.by_netns = options->all_netns;
	ctx->style.hist = options->hist;
	ctx->stats = options->stats;
	ctx->count = options->count;
	ctx->sort = options->sort;
	ctx->group = options->group;
	ctx->filter.ipv4 = options->ipv4;
	ctx->filter.ipv6 = options->ipv6;
	if (check_options(options, command, error))
		return -EINVAL;
	if (options->all_netns)
		ctx->scope.which = CLIENT_ALL_NETNS;
	if (options->netns)
		return netns_find(options->netns, &ctx->scope, error);
	return 0;
}

/*
 * One answer, complete or (unless it is too long to be held) not at all; false
 * when it is to be the last.
 */
static bool run_once(struct ctx *ctx, const struct command *command, bool gap,
		     int *status)
{
	struct output output;
	struct error error;
	int rc;

	if (output_begin(&output)) {
		*status = complain(STATUS_KERNEL, "out of memory");
		return false;
	}
	ctx->output = &output;
	ctx->out = output.stream;
	if (gap && !ctx->json)
		fputc('\n', ctx->out);
	rc = command->run(ctx, &error);
	if (rc && !output_error(&output)) {
		output_discard(&output);
		*status = complain(STATUS_KERNEL, error.text);
		return false;
	}
	rc = output_write(&output);
	*status = written(rc);
	return !rc;
}

static int run_command(struct ctx *ctx, const struct command *command,
		       const struct options *options)
{
	bool repeat = options->repeat && !command->endless;
	struct timespec due = { 0 };
	unsigned long round = 1;
	int status;

	if (repeat || command->endless)
		repeat_catch();
	while (run_once(ctx, command, round > 1, &status)) {
		if (!repeat || round++ == options->count)
			break;
		repeat_wait(&due, &options->interval);
		if (repeat_stopped())
			break;
	}
	return status;
}

/*
 * A descriptor that is free among the first three would become the netlink
 * socket, and tables would be written into it.
 */
static int check_streams(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (fd == STDOUT_FILENO)
			return complain(STATUS_KERNEL,
					"cannot write the output: stdout is closed");
		if (open("/dev/null", O_RDWR) != fd)
			return STATUS_KERNEL;
	}
	return STATUS_OK;
}

static int start(const struct options *options)
{
	const struct command *command = commands[0];
	char *const *words = options->words;
	int count = options->word_count;
	struct ctx ctx = { 0 };
	struct error error;
	int rc;

	if (count) {
		command = find_command(words[0]);
		if (!command)
			return no_such_command(words[0]);
		words++;
		count--;
	}
	if (options->help)
		return print_help(options->word_count ? command : NULL);
	/* The parser may want to know the options. */
	rc = fill_ctx(&ctx, options, command, &error);
	if (!rc)
		rc = command->parse(&ctx, words, count, &error);
	if (rc)
		return complain(STATUS_USAGE, error.text);
	rc = run_command(&ctx, command, options);
	expr_free(ctx.expr);
	client_dump_free(&ctx.before);
	client_close(ctx.client);
	return rc;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct error error;
	int status;

	signal(SIGPIPE, SIG_IGN);
	status = check_streams();
	if (status)
		return status;
	if (options_parse(&options, argc, argv, &error))
		return complain(STATUS_USAGE, error.text);
	if (options.version)
		return print_version();
	return start(&options);
}
