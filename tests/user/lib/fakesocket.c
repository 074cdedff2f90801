// SPDX-License-Identifier: GPL-2.0
/*
 * For LD_PRELOAD: a socket() as of a small kernel, whose answers do not depend
 * on the machine.  Sockets of unix, and inet's tcp and udp, are real.
 * With FAKE_ERRNO every call fails with that errno.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

static int answer(int family, int type, int protocol)
{
	switch (family) {
	case AF_UNIX:
		return type > SOCK_RAW && type != SOCK_SEQPACKET ?
		       ESOCKTNOSUPPORT : protocol > 1 ? EPROTONOSUPPORT : 0;
	case AF_INET:
		if (type == SOCK_RAW)
			return protocol ? EPERM : EPROTONOSUPPORT;
		if (type == SOCK_STREAM)
			return protocol && protocol != 6 ? EPROTONOSUPPORT : 0;
		if (type == SOCK_DGRAM && protocol == 1)
			return EACCES;
		if (type == SOCK_DGRAM)
			return protocol && protocol != 17 ? EPROTONOSUPPORT : 0;
		return ESOCKTNOSUPPORT;
	case AF_INET6:
		return ESOCKTNOSUPPORT;
	case AF_PACKET:
		return EPERM;
	default:
		return EAFNOSUPPORT;
	}
}

int socket(int family, int type, int protocol)
{
	static int last = -1;
	int (*real)(int family, int type, int protocol);
	const char *forced = getenv("FAKE_ERRNO");

	/* The one before is closed, and none survives an exec. */
	if (last >= 0 && fcntl(last, F_GETFD) >= 0)
		abort();
	if (!(type & SOCK_CLOEXEC))
		abort();
	/* The kernel would complain in its log. */
	type &= ~SOCK_CLOEXEC;
	if (family == AF_INET && type == SOCK_PACKET)
		abort();
	errno = forced ? atoi(forced) : answer(family, type, protocol);
	if (errno)
		return -1;
	real = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
	last = real(family, type | SOCK_CLOEXEC, protocol);
	return last;
}
