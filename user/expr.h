/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which sockets the user wants: the filter of the command sockets, ss's; and
 * which events, of the command monitor.
 */
#ifndef _SOCKWATCH_EXPR_H
#define _SOCKWATCH_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/sockwatch.h>

#include "cgroups.h"
#include "client.h"
#include "error.h"

struct expr;

/**
 * enum expr_of - what a filter is of; a bit each
 *
 * @EXPR_OF_SOCKETS: of sockets
 * @EXPR_OF_EVENTS: of events
 */
enum expr_of {
	EXPR_OF_SOCKETS = 1,
	EXPR_OF_EVENTS = 2,
};

/**
 * expr_parse() - read a filter
 *
 * @exprp: where it goes, to be given to expr_free()
 * @of: what it is of; a test of what that does not have is refused
 * @words: its words, one argument or many: they are read as one text with
 *	spaces between them
 * @count: how many; without any it takes every socket
 * @error: filled on failure, with the place where the text does not parse
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int expr_parse(struct expr **exprp, enum expr_of of, char *const *words,
	       int count, struct error *error);

/**
 * expr_only_families() - leave of a filter only some families
 *
 * @expr: the filter; takes what it took and is of one of them
 * @families: a bit for each AF_*
 */
void expr_only_families(struct expr *expr, uint64_t families);

/**
 * expr_match() - whether a filter takes a socket
 *
 * @expr: the filter
 * @sock: the socket, also of an event; a test of what is not known is false
 * @cgroups: names its cgroup
 *
 * Return: whether it does.
 */
bool expr_match(const struct expr *expr, const struct client_socket *sock,
		struct cgroups *cgroups);

/**
 * expr_program() - a filter for the kernel
 *
 * @expr: the filter, of sockets
 * @ops: where the steps go
 *
 * The program takes at least what the filter takes: the kernel knows no paths,
 * and what does not fit is left out.
 *
 * Return: how many steps; 0 if it would take every socket.
 */
size_t expr_program(const struct expr *expr,
		    struct sockwatch_filter_op ops[SOCKWATCH_FILTER_MAX]);

/**
 * expr_free() - free a filter
 *
 * @expr: may be NULL
 */
void expr_free(struct expr *expr);

#endif /* _SOCKWATCH_EXPR_H */
