/* SPDX-License-Identifier: GPL-2.0 */
/* The options of the command line, before or after the command. */
#ifndef _SOCKWATCH_OPTIONS_H
#define _SOCKWATCH_OPTIONS_H

#include <stdbool.h>
#include <time.h>

#include "error.h"

/** OPTIONS_WORDS - the most words a command line may have beside options */
#define OPTIONS_WORDS 1024

/**
 * enum options_color - when tables have color
 *
 * @OPTIONS_COLOR_AUTO: on a terminal
 * @OPTIONS_COLOR_ALWAYS: always
 * @OPTIONS_COLOR_NEVER: never
 */
enum options_color {
	OPTIONS_COLOR_AUTO,
	OPTIONS_COLOR_ALWAYS,
	OPTIONS_COLOR_NEVER,
};

/**
 * struct options - what the user said
 *
 * @json: JSON in place of tables
 * @pretty: JSON over many lines
 * @numeric: numbers in place of names
 * @no_header: tables without titles
 * @ipv4: only inet
 * @ipv6: only inet6
 * @netns: the network namespace, or NULL for the own one
 * @all_netns: every network namespace
 * @stats: more about states
 * @hist: draw histograms
 * @sort: what sockets are sorted by, or NULL
 * @group: what they are counted by, or NULL
 * @repeat: more than one round
 * @interval_given: the user said what @interval is
 * @interval: from round to round
 * @count: how many rounds; 0 is without end
 * @color: when tables have color
 * @version: print the version
 * @help: print the help text
 * @words: the command and its filter
 * @word_count: how many
 */
struct options {
	bool json;
	bool pretty;
	bool numeric;
	bool no_header;
	bool ipv4;
	bool ipv6;
	const char *netns;
	bool all_netns;
	bool stats;
	bool hist;
	const char *sort;
	const char *group;
	bool repeat;
	bool interval_given;
	struct timespec interval;
	unsigned long count;
	enum options_color color;
	bool version;
	bool help;
	char *words[OPTIONS_WORDS];
	int word_count;
};

/**
 * options_parse() - read the command line
 *
 * @options: all zero
 * @argc: as main() has it
 * @argv: as main() has it
 * @error: filled on failure
 *
 * Return: 0, or -EINVAL.
 */
int options_parse(struct options *options, int argc, char **argv,
		  struct error *error);

#endif /* _SOCKWATCH_OPTIONS_H */
