// SPDX-License-Identifier: GPL-2.0
/* Addresses, connections and processes for the zoo's scenarios. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/dccp.h>
#include <linux/tipc.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zoo.h"

#ifndef SOL_DCCP
#define SOL_DCCP 269
#endif

/* Any process may run the zoo beside this one: names carry the pid. */
static void unix_address(struct address *address, bool abstract)
{
	struct sockaddr_un *name = (void *)&address->storage;
	const char *folder = getenv("SW_TMP");
	static int number;
	int length;

	name->sun_family = AF_UNIX;
	length = snprintf(name->sun_path, sizeof(name->sun_path),
			  "%s/zoo-%d-%d", folder ? folder : "/tmp", getpid(),
			  number++);
	if (abstract)
		name->sun_path[0] = '\0';
	address->length = offsetof(struct sockaddr_un, sun_path) + length +
			  !abstract;
}

static void any_address(const struct scenario *scenario,
			struct address *address)
{
	struct sockaddr_in *v4 = (void *)&address->storage;
	struct sockaddr_in6 *v6 = (void *)&address->storage;
	struct sockaddr_vm *vm = (void *)&address->storage;
	struct sockaddr_tipc *tipc = (void *)&address->storage;

	memset(address, 0, sizeof(*address));
	switch (scenario->address) {
	case ANY4:
		v4->sin_family = AF_INET;
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		address->length = sizeof(*v4);
		break;
	case ANY6:
		v6->sin6_family = AF_INET6;
		/* The wildcard takes v4-mapped clients too. */
		if (scenario->client.family == AF_INET6)
			v6->sin6_addr = in6addr_loopback;
		address->length = sizeof(*v6);
		break;
	case PATH:
	case ABSTRACT:
		unix_address(address, scenario->address == ABSTRACT);
		break;
	case CID:
		vm->svm_family = AF_VSOCK;
		vm->svm_cid = VMADDR_CID_LOCAL;
		vm->svm_port = VMADDR_PORT_ANY;
		address->length = sizeof(*vm);
		break;
	case SERVICE:
		tipc->family = AF_TIPC;
		tipc->addrtype = TIPC_SERVICE_ADDR;
		tipc->scope = TIPC_NODE_SCOPE;
		tipc->addr.name.name.type = 18888;
		tipc->addr.name.name.instance = getpid();
		address->length = sizeof(*tipc);
		break;
	}
}

static void dccp_service(int fd, struct kind kind)
{
	int service = htonl(42);

	if (kind.protocol == IPPROTO_DCCP &&
	    setsockopt(fd, SOL_DCCP, DCCP_SOCKOPT_SERVICE, &service,
		       sizeof(service)))
		fail("DCCP service: %s", strerror(errno));
}

/* A listening socket and the address that the kernel gave it. */
int zoo_listen(const struct scenario *scenario, struct address *address,
	       int backlog)
{
	int fd = need_socket(scenario->listener);

	dccp_service(fd, scenario->listener);
	any_address(scenario, address);
	if (bind(fd, &address->any, address->length))
		skip("bind: %s", strerror(errno));
	if (scenario->address != SERVICE) {
		address->length = sizeof(address->storage);
		if (getsockname(fd, &address->any, &address->length))
			fail("getsockname: %s", strerror(errno));
	}
	if (listen(fd, backlog))
		fail("listen: %s", strerror(errno));
	return fd;
}

/* Where a client of the scenario's client kind finds the listener. */
void client_address(const struct scenario *scenario,
		    const struct address *bound, struct address *address)
{
	const struct sockaddr_in6 *v6 = (void *)&bound->storage;
	struct sockaddr_in *v4 = (void *)&address->storage;

	*address = *bound;
	if (scenario->address == ANY6 && scenario->client.family == AF_INET) {
		memset(address, 0, sizeof(*address));
		v4->sin_family = AF_INET;
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		v4->sin_port = v6->sin6_port;
		address->length = sizeof(*v4);
	}
}

int zoo_connect(const struct scenario *scenario, const struct address *bound)
{
	int fd = need_socket(scenario->client);
	struct address address;

	dccp_service(fd, scenario->client);
	client_address(scenario, bound, &address);
	/* TIPC answers when accept() is called, and not before. */
	if (scenario->address == SERVICE)
		fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, &address.any, address.length) && errno != EINPROGRESS)
		fail("connect: %s", strerror(errno));
	fcntl(fd, F_SETFL, 0);
	return fd;
}

void forget_path(const struct address *address)
{
	const struct sockaddr_un *name = (void *)&address->storage;

	if (name->sun_family == AF_UNIX && name->sun_path[0])
		unlink(name->sun_path);
}

/* Five bytes there and back: the connection is a real one. */
void move_bytes(int from, int to)
{
	char bytes[5] = "zoo!";

	if (send(from, bytes, sizeof(bytes), 0) != sizeof(bytes) ||
	    recv(to, bytes, sizeof(bytes), MSG_WAITALL) != sizeof(bytes) ||
	    send(to, bytes, sizeof(bytes), 0) != sizeof(bytes) ||
	    recv(from, bytes, sizeof(bytes), MSG_WAITALL) != sizeof(bytes))
		fail("no bytes went through: %s", strerror(errno));
}

int spawn(void (*body)(void *data), void *data)
{
	int pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (!pid) {
		body(data);
		_exit(0);
	}
	return pid;
}

void reap(int pid)
{
	if (waitpid(pid, NULL, 0) != pid)
		fail("waitpid: %s", strerror(errno));
}
