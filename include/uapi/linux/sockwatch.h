/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The generic netlink interface of sockwatch: names, commands, attributes.
 *
 * Every command takes the attributes marked "request" and answers with the
 * message tree that stands beside it.  A number that the kernel does not know
 * is an attribute that is absent, never a zero.  Attributes are only ever
 * appended.  Documentation/netlink/specs/sockwatch.yaml says the same in YNL.
 *
 * Which network namespace: without a selector, the one of the netlink socket.
 * SOCKWATCH_A_NETNS_FD or SOCKWATCH_A_NETNS_PID name another one, and
 * SOCKWATCH_A_ALL_NETNS (dumps only) asks for every namespace that the caller
 * may see.  A namespace other than the socket's own needs CAP_NET_ADMIN in
 * the user namespace that owns it; SOCKWATCH_A_ALL_NETNS leaves out those
 * where the caller lacks it.
 */
#ifndef _UAPI_LINUX_SOCKWATCH_H
#define _UAPI_LINUX_SOCKWATCH_H

#define SOCKWATCH_GENL_NAME	"sockwatch"
#define SOCKWATCH_GENL_VERSION	1

/**
 * enum sockwatch_cmd - the commands of the family
 *
 * @SOCKWATCH_CMD_UNSPEC: not a command
 * @SOCKWATCH_CMD_GET_INFO: version, limits, losses and hooks (do)::
 *
 *	request: [NETNS_FD | NETNS_PID]
 *	reply:   VERSION, NETNS, TIME_NS, MAX_KINDS, KINDS, LOST,
 *	         MAX_SOCKETS, [TRACKED, UNTRACKED, DISCARDED, CENSUS_NS,]
 *	         HOOK { NAME, KIND, [REQUIRED], [ATTACHED], [HITS, MISSED] } ...
 *
 *	What counts for the whole machine (TRACKED, UNTRACKED, DISCARDED,
 *	CENSUS_NS and the hooks' HITS and MISSED) is there only for a
 *	socket of the initial network namespace.
 *
 * @SOCKWATCH_CMD_GET_COUNTERS: counters by family, type, protocol (dump)::
 *
 *	request: [NETNS_FD | NETNS_PID | ALL_NETNS]
 *	reply, for each namespace:
 *	  one head:      NETNS, TIME_NS, ROWS
 *	  ROWS messages: NETNS, [FAMILY, TYPE, PROTOCOL,] ATTEMPTS, FAILURES,
 *	                 CREATED, KERNEL, ACCEPTED, PREEXISTING, RELEASED,
 *	                 OPEN, KERNEL_OPEN, CLONED, UNACCEPTED, LOST
 *
 *	A row without FAMILY, TYPE and PROTOCOL is the overflow row `other`.
 *
 * @SOCKWATCH_CMD_GET_FAILURES: failed attempts by errno (dump)::
 *
 *	request: [NETNS_FD | NETNS_PID | ALL_NETNS]
 *	reply, for each namespace:
 *	  one head:      NETNS, TIME_NS, ROWS
 *	  ROWS messages: NETNS, OPERATION, [FAMILY, TYPE, PROTOCOL,] [ERRNO,]
 *	                 COUNT
 *
 *	A row without ERRNO is the overflow row `other`.
 */
enum sockwatch_cmd {
	SOCKWATCH_CMD_UNSPEC,
	SOCKWATCH_CMD_GET_INFO,
	SOCKWATCH_CMD_GET_COUNTERS,
	SOCKWATCH_CMD_GET_FAILURES,

	/* private: */
	__SOCKWATCH_CMD_MAX,
	SOCKWATCH_CMD_MAX = __SOCKWATCH_CMD_MAX - 1
};

/**
 * enum sockwatch_attr - the attributes of every message
 *
 * @SOCKWATCH_A_UNSPEC: not an attribute
 * @SOCKWATCH_A_PAD: aligns 64-bit attributes
 * @SOCKWATCH_A_NETNS_FD: u32, request: a descriptor of a network namespace
 * @SOCKWATCH_A_NETNS_PID: u32, request: a process in that namespace, as the
 *	caller's pid namespace numbers it
 * @SOCKWATCH_A_ALL_NETNS: flag, request: every namespace the caller may see
 * @SOCKWATCH_A_NETNS: u32, the namespace's inode number, as in /proc/PID/ns/net
 * @SOCKWATCH_A_TIME_NS: u64, when the numbers were read, CLOCK_REALTIME
 * @SOCKWATCH_A_ROWS: u32, how many row messages follow for this namespace
 * @SOCKWATCH_A_VERSION: string, the module's version
 * @SOCKWATCH_A_FAMILY: u16, AF_*
 * @SOCKWATCH_A_TYPE: u16, SOCK_*
 * @SOCKWATCH_A_PROTOCOL: u16, the protocol as the family resolved it; for a
 *	failure, as the caller asked for it
 * @SOCKWATCH_A_ATTEMPTS: u64, calls that asked for a new socket and have ended:
 *	FAILURES + CREATED + KERNEL
 * @SOCKWATCH_A_FAILURES: u64, of these, the calls that failed
 * @SOCKWATCH_A_CREATED: u64, sockets made by a system call
 * @SOCKWATCH_A_KERNEL: u64, sockets the kernel made for itself
 * @SOCKWATCH_A_ACCEPTED: u64, sockets handed out by accept
 * @SOCKWATCH_A_PREEXISTING: u64, sockets the census found at load
 * @SOCKWATCH_A_RELEASED: u64, of all these, the ones that are gone
 * @SOCKWATCH_A_OPEN: u64, CREATED + KERNEL + ACCEPTED + PREEXISTING - RELEASED
 * @SOCKWATCH_A_KERNEL_OPEN: u64, the part of OPEN that the kernel holds
 * @SOCKWATCH_A_CLONED: u64, socks made for an incoming connection
 * @SOCKWATCH_A_UNACCEPTED: u64, of these, the ones that went without an accept;
 *	CLONED - ACCEPTED - UNACCEPTED wait in accept queues (or are passive
 *	MPTCP subflows, which nobody accepts)
 * @SOCKWATCH_A_LOST: u64, sockets that did not fit into the tracking table:
 *	they are in RELEASED from the start and so never in OPEN
 * @SOCKWATCH_A_OPERATION: u8, &enum sockwatch_operation
 * @SOCKWATCH_A_ERRNO: u16, a positive errno
 * @SOCKWATCH_A_COUNT: u64, how often
 * @SOCKWATCH_A_MAX_KINDS: u32, kinds a namespace can count one by one
 * @SOCKWATCH_A_KINDS: u32, kinds it counts now
 * @SOCKWATCH_A_MAX_SOCKETS: u32, entries of the tracking table
 * @SOCKWATCH_A_TRACKED: u64, entries in use
 * @SOCKWATCH_A_UNTRACKED: u64, socks that went and were never seen before:
 *	older than the load and missed by the census, or lost
 * @SOCKWATCH_A_DISCARDED: u64, socks that went before they became a socket:
 *	of a connect() to a UNIX path where nobody listens, a creation that
 *	failed late, a tun device, or a connection that nobody accepted in a
 *	family without a hook for it
 * @SOCKWATCH_A_CENSUS_NS: u64, how long the census took at load
 * @SOCKWATCH_A_HOOK: nest, one for each hook, &enum sockwatch_hook_attr
 */
enum sockwatch_attr {
	SOCKWATCH_A_UNSPEC,
	SOCKWATCH_A_PAD,
	SOCKWATCH_A_NETNS_FD,
	SOCKWATCH_A_NETNS_PID,
	SOCKWATCH_A_ALL_NETNS,
	SOCKWATCH_A_NETNS,
	SOCKWATCH_A_TIME_NS,
	SOCKWATCH_A_ROWS,
	SOCKWATCH_A_VERSION,
	SOCKWATCH_A_FAMILY,
	SOCKWATCH_A_TYPE,
	SOCKWATCH_A_PROTOCOL,
	SOCKWATCH_A_ATTEMPTS,
	SOCKWATCH_A_FAILURES,
	SOCKWATCH_A_CREATED,
	SOCKWATCH_A_KERNEL,
	SOCKWATCH_A_ACCEPTED,
	SOCKWATCH_A_PREEXISTING,
	SOCKWATCH_A_RELEASED,
	SOCKWATCH_A_OPEN,
	SOCKWATCH_A_KERNEL_OPEN,
	SOCKWATCH_A_CLONED,
	SOCKWATCH_A_UNACCEPTED,
	SOCKWATCH_A_LOST,
	SOCKWATCH_A_OPERATION,
	SOCKWATCH_A_ERRNO,
	SOCKWATCH_A_COUNT,
	SOCKWATCH_A_MAX_KINDS,
	SOCKWATCH_A_KINDS,
	SOCKWATCH_A_MAX_SOCKETS,
	SOCKWATCH_A_TRACKED,
	SOCKWATCH_A_UNTRACKED,
	SOCKWATCH_A_DISCARDED,
	SOCKWATCH_A_CENSUS_NS,
	SOCKWATCH_A_HOOK,

	/* private: */
	__SOCKWATCH_A_MAX,
	SOCKWATCH_A_MAX = __SOCKWATCH_A_MAX - 1
};

/**
 * enum sockwatch_hook_attr - what &SOCKWATCH_A_HOOK holds
 *
 * @SOCKWATCH_A_HOOK_UNSPEC: not an attribute
 * @SOCKWATCH_A_HOOK_PAD: aligns 64-bit attributes
 * @SOCKWATCH_A_HOOK_NAME: string, the kernel function or tracepoint
 * @SOCKWATCH_A_HOOK_KIND: string: wrapper, kretprobe, ftrace or tracepoint
 * @SOCKWATCH_A_HOOK_REQUIRED: flag, the module does not load without it
 * @SOCKWATCH_A_HOOK_ATTACHED: flag, it is in place now
 * @SOCKWATCH_A_HOOK_HITS: u64, how often it fired
 * @SOCKWATCH_A_HOOK_MISSED: u64, how often the kernel could not call it
 */
enum sockwatch_hook_attr {
	SOCKWATCH_A_HOOK_UNSPEC,
	SOCKWATCH_A_HOOK_PAD,
	SOCKWATCH_A_HOOK_NAME,
	SOCKWATCH_A_HOOK_KIND,
	SOCKWATCH_A_HOOK_REQUIRED,
	SOCKWATCH_A_HOOK_ATTACHED,
	SOCKWATCH_A_HOOK_HITS,
	SOCKWATCH_A_HOOK_MISSED,

	/* private: */
	__SOCKWATCH_A_HOOK_MAX,
	SOCKWATCH_A_HOOK_MAX = __SOCKWATCH_A_HOOK_MAX - 1
};

/**
 * enum sockwatch_operation - what failed
 *
 * @SOCKWATCH_OPERATION_CREATE: making a socket
 */
enum sockwatch_operation {
	SOCKWATCH_OPERATION_CREATE = 1,
};

#endif /* _UAPI_LINUX_SOCKWATCH_H */
