// SPDX-License-Identifier: GPL-2.0
/* Walks over the mount of cgroup v2: its directories' inodes are ids. */
#include <dirent.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cgroups.h"

/* So often the mount is walked again, if at all. */
#define RELOAD_S 2

struct cgroup {
	uint64_t id;
	char *path;
};

struct cgroups {
	struct cgroup *list;
	size_t count;
	size_t capacity;
	bool loaded;
	bool follow;
	time_t loaded_s;
};

/* The directory that cgroup v2 is mounted on, the first of several. */
static bool find_mount(char *dir, size_t bytes)
{
	FILE *file = setmntent("/proc/self/mounts", "re");
	char text[2 * PATH_MAX];
	struct mntent entry;
	bool found = false;

	if (!file)
		return false;
	while (!found && getmntent_r(file, &entry, text, sizeof(text)))
		found = !strcmp(entry.mnt_type, "cgroup2") &&
			snprintf(dir, bytes, "%s", entry.mnt_dir) < (int)bytes;
	endmntent(file);
	return found;
}

bool cgroups_find(const char *path, uint64_t *id)
{
	char dir[PATH_MAX], whole[2 * PATH_MAX];
	struct stat st;

	if (strlen(path) >= PATH_MAX || !find_mount(dir, sizeof(dir)))
		return false;
	snprintf(whole, sizeof(whole), "%s/%s", dir, path);
	if (stat(whole, &st) || !S_ISDIR(st.st_mode))
		return false;
	*id = st.st_ino;
	return true;
}

void cgroups_follow(struct cgroups *cgroups)
{
	if (cgroups)
		cgroups->follow = true;
}

static bool is_child(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
	       strcmp(entry->d_name, "..");
}

static bool add(struct cgroups *cgroups, uint64_t id, const char *path)
{
	size_t capacity = cgroups->capacity ? 2 * cgroups->capacity : 64;
	struct cgroup *list;
	char *copy;

	if (cgroups->count == cgroups->capacity) {
		list = reallocarray(cgroups->list, capacity, sizeof(*list));
		if (!list)
			return false;
		cgroups->list = list;
		cgroups->capacity = capacity;
	}
	copy = strdup(path);
	if (!copy)
		return false;
	cgroups->list[cgroups->count++] = (struct cgroup) { id, copy };
	return true;
}

/*
 * Adds what is below a directory.  @root is how long the path of the mount is;
 * a path that does not fit is left out, and one that goes meanwhile too.
 */
static bool walk(struct cgroups *cgroups, char *path, size_t root)
{
	size_t len = strlen(path);
	struct dirent *entry;
	bool good = true;
	DIR *dir;

	dir = opendir(path);
	if (!dir)
		return true;
	while (good && (entry = readdir(dir))) {
		if (!is_child(entry) ||
		    snprintf(path + len, PATH_MAX - len, "/%s",
			     entry->d_name) >= (int)(PATH_MAX - len))
			continue;
		good = add(cgroups, entry->d_ino, path + root) &&
		       walk(cgroups, path, root);
	}
	path[len] = '\0';
	closedir(dir);
	return good;
}

static int compare(const void *a, const void *b)
{
	const struct cgroup *one = a, *other = b;

	return (one->id > other->id) - (one->id < other->id);
}

struct cgroups *cgroups_new(void)
{
	return calloc(1, sizeof(struct cgroups));
}

static void forget(struct cgroups *cgroups)
{
	while (cgroups->count)
		free(cgroups->list[--cgroups->count].path);
}

/* What there is no memory for has no name. */
static void load(struct cgroups *cgroups)
{
	char path[PATH_MAX];
	struct stat st;

	forget(cgroups);
	if (!find_mount(path, sizeof(path)) || stat(path, &st) ||
	    !add(cgroups, st.st_ino, "/"))
		return;
	walk(cgroups, path, strlen(path));
	qsort(cgroups->list, cgroups->count, sizeof(*cgroups->list), compare);
}

/* Whether one that is not known may have come since the mount was walked. */
static bool is_old(struct cgroups *cgroups)
{
	struct timespec now;

	if (cgroups->loaded && !cgroups->follow)
		return false;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (cgroups->loaded && now.tv_sec - cgroups->loaded_s < RELOAD_S)
		return false;
	cgroups->loaded = true;
	cgroups->loaded_s = now.tv_sec;
	return true;
}

static const struct cgroup *find(const struct cgroups *cgroups, uint64_t id)
{
	const struct cgroup wanted = { .id = id };

	return cgroups->count ?
	       bsearch(&wanted, cgroups->list, cgroups->count,
		       sizeof(*cgroups->list), compare) : NULL;
}

const char *cgroups_path(struct cgroups *cgroups, uint64_t id)
{
	const struct cgroup *found;

	if (!cgroups)
		return NULL;
	found = find(cgroups, id);
	if (!found && is_old(cgroups)) {
		load(cgroups);
		found = find(cgroups, id);
	}
	return found ? found->path : NULL;
}

void cgroups_free(struct cgroups *cgroups)
{
	if (!cgroups)
		return;
	forget(cgroups);
	free(cgroups->list);
	free(cgroups);
}
