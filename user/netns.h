/* SPDX-License-Identifier: GPL-2.0 */
/* Finds the network namespace that the user named. */
#ifndef _SOCKWATCH_NETNS_H
#define _SOCKWATCH_NETNS_H

#include "client.h"
#include "error.h"

/**
 * netns_find() - turn the argument of --netns into something to ask for
 *
 * @word: the id of a process if it is digits only, a path if it has a slash,
 *	else a name below /run/netns
 * @scope: where it goes; a descriptor stays open until the command ends
 * @error: filled on failure
 *
 * Return: 0, or a negative errno.
 */
int netns_find(const char *word, struct client_scope *scope,
	       struct error *error);

/**
 * netns_enter() - move this process into a network namespace
 *
 * @scope: from netns_find(), or CLIENT_OWN_NETNS, which does nothing
 * @error: filled on failure
 *
 * Return: 0, or a negative errno.
 */
int netns_enter(const struct client_scope *scope, struct error *error);

/**
 * netns_inode() - the number of the network namespace this process is in
 *
 * Return: the number, not known without /proc.
 */
struct client_number netns_inode(void);

#endif /* _SOCKWATCH_NETNS_H */
