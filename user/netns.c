// SPDX-License-Identifier: GPL-2.0
/* Network namespaces by name, by path and by process. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/nsfs.h>

#include "netns.h"

#define NETNS_DIR "/run/netns"

static int find_pid(const char *word, struct client_scope *scope,
		    struct error *error)
{
	unsigned long pid;

	errno = 0;
	pid = strtoul(word, NULL, 10);
	/* Not /proc/PID, which may be hidden or not there. */
	if (errno || !pid || pid > INT_MAX ||
	    (kill(pid, 0) && errno == ESRCH))
		return error_set(error, -ESRCH, "there is no process %.64s",
				 word);
	scope->which = CLIENT_NETNS_PID;
	scope->value = pid;
	return 0;
}

static int find_name(const char *word, struct client_scope *scope,
		     struct error *error)
{
	char path[PATH_MAX];
	int fd, len;

	len = snprintf(path, sizeof(path), "%s%s",
		       strchr(word, '/') ? "" : NETNS_DIR "/", word);
	if (len >= (int)sizeof(path))
		return error_set(error, -ENAMETOOLONG,
				 "the name of the network namespace is too long");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return error_set(error, -errno,
				 "cannot open network namespace %.512s: %s",
				 path, strerror(errno));
	/* The name of a namespace that has gone is an ordinary file. */
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET) {
		close(fd);
		return error_set(error, -EINVAL,
				 "%.512s is not a network namespace", path);
	}
	scope->which = CLIENT_NETNS_FD;
	scope->value = fd;
	return 0;
}

int netns_find(const char *word, struct client_scope *scope,
	       struct error *error)
{
	if (!*word)
		return error_set(error, -EINVAL,
				 "the name of the network namespace is empty");
	if (strspn(word, "0123456789") == strlen(word))
		return find_pid(word, scope, error);
	return find_name(word, scope, error);
}

/* What to do about it, behind the errno. */
static const char *hint(int error)
{
	/* Of setns(), and of /proc where the process is not ours. */
	return error != EPERM && error != EACCES ? "" :
	       ": this needs CAP_SYS_ADMIN, so be root, or use ip netns exec or nsenter";
}

int netns_enter(const struct client_scope *scope, struct error *error)
{
	char path[64];
	int fd = scope->value;
	int rc = 0;

	if (scope->which == CLIENT_OWN_NETNS)
		return 0;
	if (scope->which == CLIENT_NETNS_PID) {
		snprintf(path, sizeof(path), "/proc/%u/ns/net", scope->value);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		rc = error_set(error, -errno,
			       "cannot enter the network namespace: %s%s",
			       strerror(errno), hint(errno));
	if (scope->which == CLIENT_NETNS_PID && fd >= 0)
		close(fd);
	return rc;
}

struct client_number netns_inode(void)
{
	struct client_number inode = { 0 };
	struct stat st;

	if (!stat("/proc/self/ns/net", &st)) {
		inode.known = true;
		inode.value = st.st_ino;
	}
	return inode;
}
