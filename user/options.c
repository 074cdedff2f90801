// SPDX-License-Identifier: GPL-2.0
/* Reads the command line with getopt_long. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

/* About 31 years: more than a time_t of 32 bits is asked to hold. */
#define MAX_INTERVAL_S 1e9

/* Longest count that a user can mean; keeps strtoul away from overflow. */
#define MAX_COUNT_DIGITS 9

enum {
	OPTION_COLOR = 256,
	OPTION_HIST,
	OPTION_SORT,
	OPTION_GROUP,
};

/* "-" hands out words in their place, whatever POSIXLY_CORRECT says. */
static const char short_options[] = "-:jpnH46N:Asi:c:Vh";

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "no-header", no_argument, NULL, 'H' },
	{ "netns", required_argument, NULL, 'N' },
	{ "all-netns", no_argument, NULL, 'A' },
	{ "stats", no_argument, NULL, 's' },
	{ "hist", no_argument, NULL, OPTION_HIST },
	{ "sort", required_argument, NULL, OPTION_SORT },
	{ "group", required_argument, NULL, OPTION_GROUP },
	{ "interval", required_argument, NULL, 'i' },
	{ "count", required_argument, NULL, 'c' },
	{ "color", optional_argument, NULL, OPTION_COLOR },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 }
};

static int take_interval(struct options *options, const char *text,
			 struct error *error)
{
	double seconds;
	char *end;

	seconds = strtod(text, &end);
	if (end == text || *end || !isfinite(seconds) ||
	    seconds > MAX_INTERVAL_S || seconds < 1e-9)
		return error_set(error, -EINVAL,
				 "'%.64s' is not an interval: use seconds, more than 0",
				 text);
	options->interval.tv_sec = seconds;
	options->interval.tv_nsec = (seconds - options->interval.tv_sec) * 1e9;
	options->interval_given = true;
	return 0;
}

static int take_count(struct options *options, const char *text,
		      struct error *error)
{
	size_t len = strlen(text);

	if (len && len <= MAX_COUNT_DIGITS &&
	    strspn(text, "0123456789") == len)
		options->count = strtoul(text, NULL, 10);
	if (!options->count)
		return error_set(error, -EINVAL,
				 "'%.64s' is not a count: use a number from 1 to 999999999",
				 text);
	return 0;
}

static int take_color(struct options *options, const char *text,
		      struct error *error)
{
	if (!text || !strcmp(text, "always"))
		options->color = OPTIONS_COLOR_ALWAYS;
	else if (!strcmp(text, "auto"))
		options->color = OPTIONS_COLOR_AUTO;
	else if (!strcmp(text, "never"))
		options->color = OPTIONS_COLOR_NEVER;
	else
		return error_set(error, -EINVAL,
				 "unknown color '%.64s': use auto, always or never",
				 text);
	return 0;
}

static int take_word(struct options *options, char *word, struct error *error)
{
	if (options->word_count == OPTIONS_WORDS)
		return error_set(error, -EINVAL, "too many words");
	options->words[options->word_count++] = word;
	return 0;
}

/* getopt names a short option by its letter, a long one by its place. */
static int refuse(int c, char **argv, struct error *error)
{
	const char *what = c == ':' ? "needs an argument" : "is not known";
	const char *word = argv[optind - 1];

	if (c == '?' && optopt >= OPTION_COLOR)
		what = "takes other arguments";
	if (strncmp(word, "--", 2) && optopt && optopt < OPTION_COLOR)
		return error_set(error, -EINVAL,
				 "option '-%c' %s: see sockwatch --help",
				 optopt, what);
	return error_set(error, -EINVAL,
			 "option '%.64s' %s: see sockwatch --help", word, what);
}

static bool take_flag(struct options *options, int c)
{
	switch (c) {
	case 'j':
		options->json = true;
		return true;
	case 'p':
		options->pretty = true;
		return true;
	case 'n':
		options->numeric = true;
		return true;
	case 'H':
		options->no_header = true;
		return true;
	case '4':
		options->ipv4 = true;
		return true;
	case '6':
		options->ipv6 = true;
		return true;
	case 'A':
		options->all_netns = true;
		return true;
	case 's':
		options->stats = true;
		return true;
	case OPTION_HIST:
		options->hist = true;
		return true;
	case 'V':
		options->version = true;
		return true;
	case 'h':
		options->help = true;
		return true;
	default:
		return false;
	}
}

static int take(struct options *options, int c, char **argv,
		struct error *error)
{
	if (take_flag(options, c))
		return 0;
	switch (c) {
	case 1:
		return take_word(options, optarg, error);
	case 'N':
		options->netns = optarg;
		return 0;
	case OPTION_SORT:
		options->sort = optarg;
		return 0;
	case OPTION_GROUP:
		options->group = optarg;
		return 0;
	case 'i':
		return take_interval(options, optarg, error);
	case 'c':
		return take_count(options, optarg, error);
	case OPTION_COLOR:
		return take_color(options, optarg, error);
	default:
		return refuse(c, argv, error);
	}
}

/* What the options mean together. */
static int settle(struct options *options, struct error *error)
{
	if (options->netns && options->all_netns)
		return error_set(error, -EINVAL,
				 "--netns and --all-netns exclude each other");
	if (options->sort && options->group)
		return error_set(error, -EINVAL,
				 "--sort and --group exclude each other");
	options->repeat = options->interval_given || options->count;
	if (!options->interval_given)
		options->interval.tv_sec = 1;
	return 0;
}

int options_parse(struct options *options, int argc, char **argv,
		  struct error *error)
{
	int c, rc = 0;

	opterr = 0;
	while (!rc) {
		c = getopt_long(argc, argv, short_options, long_options, NULL);
		if (c < 0)
			break;
		rc = take(options, c, argv, error);
	}
	/* What stands behind "--". */
	for (; !rc && optind < argc; optind++)
		rc = take_word(options, argv[optind], error);
	if (!rc)
		rc = settle(options, error);
	return rc;
}
