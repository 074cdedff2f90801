// SPDX-License-Identifier: GPL-2.0
/* Counts sockets in a tree of groups, one tree a namespace. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "groups.h"
#include "rows.h"

struct groups {
	enum group_key key;
	struct cgroups *cgroups;
	void *tree;
	struct rows rows;
	bool failed;
};

static const char *const key_names[] = {
	[GROUP_PID] = "pid",
	[GROUP_COMM] = "comm",
	[GROUP_CGROUP] = "cgroup",
	[GROUP_UID] = "uid",
	[GROUP_STATE] = "state",
};

#define KEYS (sizeof(key_names) / sizeof(*key_names))

/* As rows of a dump, for the renderers. */
static const struct client_layout layout = {
	.row_bytes = sizeof(struct group),
};

int groups_parse_key(const char *word, enum group_key *key,
		     struct error *error)
{
	size_t i;

	for (i = 0; i < KEYS; i++) {
		if (strcmp(key_names[i], word))
			continue;
		*key = i;
		return 0;
	}
	return error_set(error, -EINVAL,
			 "unknown group '%.64s': use pid, comm, cgroup, uid or state",
			 word);
}

const char *groups_key_name(enum group_key key)
{
	return key_names[key];
}

struct groups *groups_new(enum group_key key, struct cgroups *cgroups)
{
	struct groups *groups = calloc(1, sizeof(*groups));

	if (!groups)
		return NULL;
	groups->key = key;
	groups->cgroups = cgroups;
	groups->rows.dump.layout = &layout;
	return groups;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* What is not known comes last. */
static int compare_keys(const void *a, const void *b)
{
	const struct group *one = a, *other = b;

	if (one->number.known != other->number.known)
		return one->number.known ? -1 : 1;
	if (one->number.value != other->number.value)
		return compare_numbers(one->number.value, other->number.value);
	return strcmp(one->comm, other->comm);
}

static int compare_sizes(const void *a, const void *b)
{
	const struct group *one = a, *other = b;

	if (one->sockets != other->sockets)
		return compare_numbers(other->sockets, one->sockets);
	if (one->oldest_age_ns.value != other->oldest_age_ns.value)
		return compare_numbers(other->oldest_age_ns.value,
				       one->oldest_age_ns.value);
	return compare_keys(a, b);
}

static void keep(const void *node, VISIT when, void *arg)
{
	const struct group *group = *(struct group *const *)node;
	struct groups *groups = arg;
	struct group *row;

	if (groups->failed || (when != leaf && when != postorder))
		return;
	row = rows_add(&groups->rows);
	if (row)
		*row = *group;
	else
		groups->failed = true;
}

/* The tree of a namespace becomes rows when the namespace ends. */
static void end_netns(struct groups *groups)
{
	const struct client_netns *netns;

	twalk_r(groups->tree, keep, groups);
	tdestroy(groups->tree, free);
	groups->tree = NULL;
	netns = rows_last(&groups->rows);
	if (netns && netns->count)
		qsort((struct group *)groups->rows.dump.rows + netns->first,
		      netns->count, sizeof(struct group), compare_sizes);
}

int groups_netns(struct groups *groups, const struct client_netns *netns)
{
	end_netns(groups);
	return groups->failed ? -ENOMEM : rows_netns(&groups->rows, netns);
}

static void set_key(struct group *group, const struct groups *groups,
		    const struct client_socket *sock)
{
	group->key = groups->key;
	switch (groups->key) {
	case GROUP_PID:
		group->number = sock->pid;
		break;
	case GROUP_COMM:
		strcpy(group->comm, sock->comm);
		break;
	case GROUP_CGROUP:
		group->number = sock->cgroup;
		group->path = sock->cgroup.known ?
			      cgroups_path(groups->cgroups,
					   sock->cgroup.value) : NULL;
		break;
	case GROUP_UID:
		group->number = sock->uid;
		break;
	case GROUP_STATE:
		group->number = sock->state;
		break;
	}
}

static void keep_oldest(struct client_number *oldest,
			const struct client_number *age)
{
	if (age->known && (!oldest->known || age->value > oldest->value))
		*oldest = *age;
}

/* The one in the tree; a new one is a copy of @wanted. */
static struct group *find(struct groups *groups, const struct group *wanted)
{
	struct group *const *found;
	struct group *group;

	found = tfind(wanted, &groups->tree, compare_keys);
	if (found)
		return *found;
	group = malloc(sizeof(*group));
	if (!group)
		return NULL;
	*group = *wanted;
	if (tsearch(group, &groups->tree, compare_keys))
		return group;
	free(group);
	return NULL;
}

int groups_add(struct groups *groups, const struct client_socket *sock)
{
	struct group wanted = { 0 }, *group;

	set_key(&wanted, groups, sock);
	group = find(groups, &wanted);
	if (!group)
		return -ENOMEM;
	group->sockets++;
	keep_oldest(&group->oldest_age_ns, &sock->age_ns);
	keep_oldest(&group->oldest_state_age_ns, &sock->state_age_ns);
	return 0;
}

const struct client_dump *groups_sorted(struct groups *groups)
{
	end_netns(groups);
	return groups->failed ? NULL : &groups->rows.dump;
}

void groups_free(struct groups *groups)
{
	if (!groups)
		return;
	tdestroy(groups->tree, free);
	client_dump_free(&groups->rows.dump);
	free(groups);
}
