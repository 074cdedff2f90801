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
 * cgroups_load() - find all cgroups
 *
 * Return: them, to be given to cgroups_free(); NULL without a mount of cgroup
 * v2 or without memory, when no cgroup has a name.
 */
struct cgroups *cgroups_load(void);

/**
 * cgroups_path() - the path of a cgroup
 *
 * @cgroups: may be NULL
 * @id: its number
 *
 * Return: its path below the mount, "/" for the mount itself; NULL if it is not
 * known, such as of one that has gone.
 */
const char *cgroups_path(const struct cgroups *cgroups, uint64_t id);

/**
 * cgroups_free() - forget the cgroups
 *
 * @cgroups: may be NULL
 */
void cgroups_free(struct cgroups *cgroups);

#endif /* _SOCKWATCH_CGROUPS_H */
