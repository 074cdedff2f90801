/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets counted by what they have in common: who leaks them. */
#ifndef _SOCKWATCH_GROUPS_H
#define _SOCKWATCH_GROUPS_H

#include <stdint.h>

#include "cgroups.h"
#include "client.h"
#include "error.h"

/**
 * enum group_key - what the sockets of a group have in common
 *
 * @GROUP_PID: the process
 * @GROUP_COMM: its name
 * @GROUP_CGROUP: the cgroup
 * @GROUP_UID: the user
 * @GROUP_STATE: the state
 */
enum group_key {
	GROUP_PID,
	GROUP_COMM,
	GROUP_CGROUP,
	GROUP_UID,
	GROUP_STATE,
};

/**
 * struct group - sockets that have something in common
 *
 * @key: what
 * @number: a process, a cgroup, a user or a state; not known for the sockets
 *	where it is not
 * @comm: a name, empty for the sockets where it is not known
 * @path: of a cgroup, NULL if it is not known
 * @sockets: how many
 * @oldest_age_ns: the greatest known age
 * @oldest_state_age_ns: the greatest known time in a state
 */
struct group {
	enum group_key key;
	struct client_number number;
	char comm[CLIENT_TEXT_BYTES];
	const char *path;
	uint64_t sockets;
	struct client_number oldest_age_ns;
	struct client_number oldest_state_age_ns;
};

struct groups;

/**
 * groups_parse_key() - read what sockets are to be counted by
 *
 * @word: such as "comm"
 * @key: where it goes
 * @error: filled on failure
 *
 * Return: 0, or -EINVAL.
 */
int groups_parse_key(const char *word, enum group_key *key,
		     struct error *error);

/**
 * groups_key_name() - a key as the user types it
 *
 * @key: the key
 *
 * Return: its name, which is also the one in JSON.
 */
const char *groups_key_name(enum group_key key);

/**
 * groups_new() - begin to count
 *
 * @key: what by
 * @cgroups: names cgroups, must live as long as the groups
 *
 * Return: no groups, or NULL without memory.
 */
struct groups *groups_new(enum group_key key, struct cgroups *cgroups);

/**
 * groups_netns() - count the sockets of another network namespace from here on
 *
 * @groups: from groups_new()
 * @netns: the namespace
 *
 * Return: 0, or -ENOMEM.
 */
int groups_netns(struct groups *groups, const struct client_netns *netns);

/**
 * groups_add() - count a socket
 *
 * @groups: from groups_new(), in a namespace
 * @sock: the socket
 *
 * Return: 0, or -ENOMEM.
 */
int groups_add(struct groups *groups, const struct client_socket *sock);

/**
 * groups_sorted() - the groups, the largest first
 *
 * @groups: from groups_new()
 *
 * Return: the rows of each namespace, &struct group, which belong to @groups;
 * NULL without memory.
 */
const struct client_dump *groups_sorted(struct groups *groups);

/**
 * groups_free() - forget the groups
 *
 * @groups: may be NULL
 */
void groups_free(struct groups *groups);

#endif /* _SOCKWATCH_GROUPS_H */
