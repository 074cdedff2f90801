/* SPDX-License-Identifier: GPL-2.0 */
/* The paths of cgroups by their number. */
#ifndef _SOCKWATCH_CGROUPS_H
#define _SOCKWATCH_CGROUPS_H

#include <stdbool.h>
#include <stdint.h>

struct cgroups;

/**
 * cgroups_find() - the number of a cgroup
 *
 * @path: its path below the mount of cgroup v2
 * @id: where the number goes, as the kernel knows it
 *
 * Return: whether there is one.
 */
bool cgroups_find(const char *path, uint64_t *id);

/**
 * cgroups_new() - no cgroups yet
 *
 * Return: to be given to cgroups_free(); NULL without memory.
 */
struct cgroups *cgroups_new(void);

/**
 * cgroups_follow() - also find cgroups that come later
 *
 * @cgroups: looked through again from now on for one that is not known, but not
 *	often; a path is then only there until the next is asked for.  May be
 *	NULL
 */
void cgroups_follow(struct cgroups *cgroups);

/**
 * cgroups_path() - the path of a cgroup
 *
 * @cgroups: filled with all that there are when this is first called; may be
 *	NULL
 * @id: its number
 *
 * Return: its path below the mount, "/" for the mount itself; NULL if it is not
 * known, such as of one that has gone or without a mount of cgroup v2.
 */
const char *cgroups_path(struct cgroups *cgroups, uint64_t id);

/**
 * cgroups_free() - forget the cgroups
 *
 * @cgroups: may be NULL
 */
void cgroups_free(struct cgroups *cgroups);

#endif /* _SOCKWATCH_CGROUPS_H */
