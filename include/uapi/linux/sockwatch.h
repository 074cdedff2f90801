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
 * SOCKWATCH_A_ALL_NETNS (where it is listed) asks for every namespace that the
 * caller may see.  A namespace other than the socket's own needs CAP_NET_ADMIN in
 * the user namespace that owns it; SOCKWATCH_A_ALL_NETNS leaves out those
 * where the caller lacks it.
 */
#ifndef _UAPI_LINUX_SOCKWATCH_H
#define _UAPI_LINUX_SOCKWATCH_H

#include <linux/types.h>
#include <linux/sockwatch_event.h>
#include <linux/sockwatch_filter.h>

#define SOCKWATCH_GENL_NAME	"sockwatch"
#define SOCKWATCH_GENL_VERSION	1
#define SOCKWATCH_GENL_EVENTS	"events"

/**
 * enum sockwatch_cmd - the commands of the family
 *
 * @SOCKWATCH_CMD_UNSPEC: not a command
 * @SOCKWATCH_CMD_GET_INFO: version, limits, losses and hooks (do)::
 *
 *	request: [NETNS_FD | NETNS_PID]
 *	reply:   VERSION, NETNS, TIME_NS, MAX_KINDS, KINDS, LOST,
 *	         LISTENERS_LOST, NO_MEMORY, MAX_LISTENERS,
 *	         EVENTS_SENT, EVENTS_LOST, EVENTS_OVERRUN,
 *	         MEMORY_BYTES, MEMORY_MAX_BYTES,
 *	         MAX_SOCKETS, [TRACKED, UNTRACKED, DISCARDED, CENSUS_NS,
 *	         TABLE_BYTES,]
 *	         HOOK { NAME, KIND, [REQUIRED], [ATTACHED],
 *	                [HITS, MISSED, [TIMED, TIME_NS]] } ...
 *
 *	What counts for the whole machine (TRACKED, UNTRACKED, DISCARDED,
 *	CENSUS_NS, TABLE_BYTES and the hooks' HITS, MISSED, TIMED and TIME_NS)
 *	is there only for a socket of the initial network namespace.  TIMED and
 *	TIME_NS are there where the module parameter time_hits is not 0.
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
 *	A row without ERRNO is the overflow row `other`.  A failed connect
 *	without ERRNO has FAMILY: its errno is not known.
 *
 * @SOCKWATCH_CMD_GET_STATES: sockets by TCP state (dump)::
 *
 *	request: [NETNS_FD | NETNS_PID | ALL_NETNS]
 *	reply, for each namespace:
 *	  one head:      NETNS, TIME_NS, ROWS
 *	  ROWS messages: NETNS, FAMILY, STATE, [SOCKETS,] [ENTERED]
 *
 *	A row for each of the families inet and inet6 and each state.
 *
 * @SOCKWATCH_CMD_GET_TRANSITIONS: TCP's transition matrix (dump)::
 *
 *	request: [NETNS_FD | NETNS_PID | ALL_NETNS]
 *	reply, for each namespace:
 *	  one head:      NETNS, TIME_NS, ROWS
 *	  ROWS messages: NETNS, FAMILY, [FROM,] TO, COUNT
 *
 *	Only what has happened.  A row without FROM is of children that came
 *	into being in TO.
 *
 * @SOCKWATCH_CMD_GET_LATENCY: latency histograms (dump)::
 *
 *	request: [NETNS_FD | NETNS_PID | ALL_NETNS], [METRIC]
 *	reply, for each namespace:
 *	  one head:      NETNS, TIME_NS, ROWS
 *	  ROWS messages: NETNS, METRIC, FAMILY, [SCOPE,] [STATE,]
 *	                 COUNT, SUM_NS, MAX_NS, BUCKETS
 *	  or:            NETNS, METRIC, FAMILY, UNKNOWN
 *
 *	Only histograms with samples.  SCOPE is absent where there is no
 *	peer, STATE where the metric is not time_in_state.
 *
 * @SOCKWATCH_CMD_GET_TCP: TCP's retransmits and resets (dump)::
 *
 *	request: [NETNS_FD | NETNS_PID | ALL_NETNS]
 *	reply, for each namespace:
 *	  one head:      NETNS, TIME_NS, ROWS
 *	  ROWS messages: NETNS, FAMILY, SCOPE, [RETRANSMITS,]
 *	                 [SYNACK_RETRANSMITS,] [RESETS_SENT,] [RESETS_RECEIVED]
 *
 *	A row for each family and scope.
 *
 * @SOCKWATCH_CMD_GET_OPTIONS: options in use when connections closed (dump)::
 *
 *	request: [NETNS_FD | NETNS_PID | ALL_NETNS]
 *	reply, for each namespace:
 *	  one head:      NETNS, TIME_NS, ROWS
 *	  ROWS messages: NETNS, FAMILY, PROTOCOL, OPTION, [NAME,] COUNT, TOTAL
 *
 * @SOCKWATCH_CMD_GET_LISTENERS: listening TCP sockets (dump)::
 *
 *	request: [NETNS_FD | NETNS_PID | ALL_NETNS]
 *	reply, for each namespace:
 *	  one head:      NETNS, TIME_NS, ROWS
 *	  ROWS messages: NETNS, FAMILY, ADDRESS, PORT, BACKLOG, QUEUE, DROPS,
 *	                 [PID,] [COMM,] UID, [COUNT, SUM_NS, MAX_NS, BUCKETS]
 *
 *	Needs CAP_NET_ADMIN in the user namespace that owns the namespace, its
 *	own too.  COUNT to BUCKETS are of the waits in its accept queue, and
 *	absent where there was no memory for them.
 *
 * @SOCKWATCH_CMD_GET_SOCKETS: the tracked sockets, one by one (dump)::
 *
 *	request: [NETNS_FD | NETNS_PID | ALL_NETNS], [FILTER]
 *	reply, for each namespace:
 *	  one head: NETNS, TIME_NS
 *	  messages: NETNS, FAMILY, TYPE, PROTOCOL, ORIGIN, [STATE,] [ADDRESS,]
 *	            [PORT,] [PEER_ADDRESS,] [PEER_PORT,] [PATH,] [AGE_NS,]
 *	            [STATE_AGE_NS,] [PID,] [COMM,] [UID,] [CGROUP,] [ID,] [INODE]
 *
 *	Needs CAP_NET_ADMIN in the user namespace that owns the namespace, its
 *	own too.  Sockets come and go meanwhile: each is as it was when its
 *	message was made, and there is no ROWS.
 *
 * @SOCKWATCH_CMD_MONITOR: begin to send events to the multicast group (do)::
 *
 *	request: [ALL_NETNS]
 *	reply:   nothing of its own; before the acknowledgment comes a message
 *	         of events, without any, for each namespace
 *
 *	For as long as the socket that asks is open.  Needs CAP_NET_ADMIN in
 *	the user namespace that owns the namespace, its own too.  With
 *	ALL_NETNS also those namespaces, now and later, whose owner is the
 *	same user namespace or one below it.  To ask again changes what is
 *	sent, and tells how far each namespace is: so does a reader that has
 *	lost some learn how many.
 *
 * @SOCKWATCH_CMD_EVENT: what has happened (multicast, group `events`)::
 *
 *	message: NETNS, SEQ, [EVENTS]
 *
 *	In the order in which it happened, as far as one socket can tell.
 *	The next message of the namespace has a SEQ that is higher by the
 *	number of EVENTS; by as much as it is higher still, events were lost.
 *
 * @SOCKWATCH_CMD_GET_SAMPLES: single latencies, and whose they were (dump)::
 *
 *	request: [NETNS_FD | NETNS_PID | ALL_NETNS], [METRIC]
 *	reply, for each namespace:
 *	  one head:      NETNS, TIME_NS, ROWS
 *	  ROWS messages: NETNS, METRIC, [SLOWEST,] EVENTS
 *
 *	Needs CAP_NET_ADMIN in the user namespace that owns the namespace, its
 *	own too.  Of each metric, and of time_in_state of each state, the
 *	slowest SOCKWATCH_SAMPLES_MAX since the last RESET, the slowest first;
 *	then the latest ones, the latest first: at most so many, of each second
 *	the first so many on each CPU.  There are none of LISTEN and CLOSE.
 *
 * @SOCKWATCH_CMD_RESET: forget the samples, to gather them anew (do)::
 *
 *	request: [NETNS_FD | NETNS_PID | ALL_NETNS]
 *	reply:   nothing but the acknowledgment
 *
 *	Needs CAP_NET_ADMIN in the user namespace that owns the namespace, its
 *	own too.  Counters and histograms only ever rise, and are not touched:
 *	whoever wants those of an interval takes the difference.
 */
enum sockwatch_cmd {
	SOCKWATCH_CMD_UNSPEC,
	SOCKWATCH_CMD_GET_INFO,
	SOCKWATCH_CMD_GET_COUNTERS,
	SOCKWATCH_CMD_GET_FAILURES,
	SOCKWATCH_CMD_GET_STATES,
	SOCKWATCH_CMD_GET_TRANSITIONS,
	SOCKWATCH_CMD_GET_LATENCY,
	SOCKWATCH_CMD_GET_TCP,
	SOCKWATCH_CMD_GET_OPTIONS,
	SOCKWATCH_CMD_GET_LISTENERS,
	SOCKWATCH_CMD_GET_SOCKETS,
	SOCKWATCH_CMD_MONITOR,
	SOCKWATCH_CMD_EVENT,
	SOCKWATCH_CMD_GET_SAMPLES,
	SOCKWATCH_CMD_RESET,

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
 *	failed late, a tun device, a connection that nobody accepted in a
 *	family without a hook for it, or a socket that KCM, ATM or Xen's PV
 *	calls handed out by a way of their own
 * @SOCKWATCH_A_CENSUS_NS: u64, how long the census took at load
 * @SOCKWATCH_A_HOOK: nest, one for each hook, &enum sockwatch_hook_attr
 * @SOCKWATCH_A_STATE: u8, a TCP state, TCP_ESTABLISHED to TCP_CLOSING as in
 *	linux/tcp.h of the C library (1 to 11)
 * @SOCKWATCH_A_SOCKETS: u64, sockets in the state now; those of TIME_WAIT and
 *	the requests of SYN_RECV are no socks, and included
 * @SOCKWATCH_A_ENTERED: u64, how often a socket came into the state
 * @SOCKWATCH_A_FROM: u8, the state before
 * @SOCKWATCH_A_TO: u8, the state after
 * @SOCKWATCH_A_METRIC: u8, &enum sockwatch_metric; in a request, only this one
 * @SOCKWATCH_A_SCOPE: u8, &enum sockwatch_scope
 * @SOCKWATCH_A_SUM_NS: u64, the sum of all samples
 * @SOCKWATCH_A_MAX_NS: u64, the longest sample
 * @SOCKWATCH_A_BUCKETS: binary, an array of &struct sockwatch_bucket, only
 *	those with samples, by rising bound
 * @SOCKWATCH_A_UNKNOWN: u64, how often a time could not be known
 * @SOCKWATCH_A_RETRANSMITS: u64, segments sent again
 * @SOCKWATCH_A_SYNACK_RETRANSMITS: u64, SYN/ACKs sent again for a request
 * @SOCKWATCH_A_RESETS_SENT: u64, RST segments sent, those for no socket too
 * @SOCKWATCH_A_RESETS_RECEIVED: u64, connections that a RST has ended
 * @SOCKWATCH_A_OPTION: u8, &enum sockwatch_option
 * @SOCKWATCH_A_NAME: string, of a congestion control
 * @SOCKWATCH_A_TOTAL: u64, of how many closed connections (for UDP: sockets)
 *	COUNT had the option
 * @SOCKWATCH_A_ADDRESS: binary, the local address, 4 or 16 bytes; of inet6
 *	::ffff:a.b.c.d where IPv4 is spoken
 * @SOCKWATCH_A_PORT: u16, the local port; absent of a socket without one
 * @SOCKWATCH_A_BACKLOG: u32, connections the accept queue may hold
 * @SOCKWATCH_A_QUEUE: u32, connections it holds now
 * @SOCKWATCH_A_DROPS: u64, connections it dropped since it listens
 * @SOCKWATCH_A_PID: u32, of a listener the process that called listen(); of a
 *	socket the one that made it or, with ORIGIN accept, accepted it.  As the
 *	caller's pid namespace numbers it; absent if that does not, if it is not
 *	known, and of a socket for other pid namespaces than the initial one
 *	when the process is gone
 * @SOCKWATCH_A_COMM: string, the name it had
 * @SOCKWATCH_A_UID: u32, the uid of the socket, as the caller's user namespace
 *	numbers it
 * @SOCKWATCH_A_MAX_LISTENERS: u32, listening sockets that can be followed
 * @SOCKWATCH_A_LISTENERS_LOST: u64, those that listen now and found no room
 * @SOCKWATCH_A_NO_MEMORY: u64, how often there was no memory to begin with the
 *	states and times of a family, or for more rows of kinds or failures
 * @SOCKWATCH_A_FILTER: binary, request: an array of
 *	&struct sockwatch_filter_op, at most SOCKWATCH_FILTER_MAX
 * @SOCKWATCH_A_ORIGIN: u8, &enum sockwatch_socket_origin
 * @SOCKWATCH_A_PEER_ADDRESS: binary, the peer's address, 4 or 16 bytes; absent
 *	without a peer
 * @SOCKWATCH_A_PEER_PORT: u16, the peer's port; absent without a peer
 * @SOCKWATCH_A_PATH: binary, the address of a UNIX socket: a path (no NUL at
 *	its end), or an abstract name beginning with a NUL byte
 * @SOCKWATCH_A_AGE_NS: u64, since it was made, accepted queue included; absent:
 *	older than the load
 * @SOCKWATCH_A_STATE_AGE_NS: u64, TCP: since it came into its state; absent:
 *	not known
 * @SOCKWATCH_A_CGROUP: u64, the id of its cgroup v2 (inode number of its
 *	directory)
 * @SOCKWATCH_A_ID: u64, the kernel's socket cookie, as ss -e shows it (sk:HEX)
 * @SOCKWATCH_A_INODE: u32, the inode number of its descriptor, as in
 *	/proc/PID/fd; absent for one without
 * @SOCKWATCH_A_SEQ: u64, the number of the first of EVENTS in its namespace,
 *	counted from 1 and with those that were lost; without EVENTS that of
 *	the next one
 * @SOCKWATCH_A_EVENTS: binary, an array of &struct sockwatch_event; of a sample
 *	one without event, whose duration_ns is the sample; its pid and uid are
 *	as &SOCKWATCH_A_PID and &SOCKWATCH_A_UID
 * @SOCKWATCH_A_EVENTS_SENT: u64, events of the namespace that were sent
 * @SOCKWATCH_A_EVENTS_LOST: u64, those that found the module's queue full, or
 *	no memory
 * @SOCKWATCH_A_EVENTS_OVERRUN: u64, of those sent, the ones that a reader's
 *	socket had no room for; only of readers with NETLINK_BROADCAST_ERROR
 * @SOCKWATCH_A_SLOWEST: flag, one of the slowest; else one of the latest
 * @SOCKWATCH_A_MEMORY_BYTES: u64, what the account of the namespace takes,
 *	without its listeners and waiting events
 * @SOCKWATCH_A_MEMORY_MAX_BYTES: u64, what that can come to at most
 * @SOCKWATCH_A_TABLE_BYTES: u64, bytes of the tracking table
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
	SOCKWATCH_A_STATE,
	SOCKWATCH_A_SOCKETS,
	SOCKWATCH_A_ENTERED,
	SOCKWATCH_A_FROM,
	SOCKWATCH_A_TO,
	SOCKWATCH_A_METRIC,
	SOCKWATCH_A_SCOPE,
	SOCKWATCH_A_SUM_NS,
	SOCKWATCH_A_MAX_NS,
	SOCKWATCH_A_BUCKETS,
	SOCKWATCH_A_UNKNOWN,
	SOCKWATCH_A_RETRANSMITS,
	SOCKWATCH_A_SYNACK_RETRANSMITS,
	SOCKWATCH_A_RESETS_SENT,
	SOCKWATCH_A_RESETS_RECEIVED,
	SOCKWATCH_A_OPTION,
	SOCKWATCH_A_NAME,
	SOCKWATCH_A_TOTAL,
	SOCKWATCH_A_ADDRESS,
	SOCKWATCH_A_PORT,
	SOCKWATCH_A_BACKLOG,
	SOCKWATCH_A_QUEUE,
	SOCKWATCH_A_DROPS,
	SOCKWATCH_A_PID,
	SOCKWATCH_A_COMM,
	SOCKWATCH_A_UID,
	SOCKWATCH_A_MAX_LISTENERS,
	SOCKWATCH_A_LISTENERS_LOST,
	SOCKWATCH_A_NO_MEMORY,
	SOCKWATCH_A_FILTER,
	SOCKWATCH_A_ORIGIN,
	SOCKWATCH_A_PEER_ADDRESS,
	SOCKWATCH_A_PEER_PORT,
	SOCKWATCH_A_PATH,
	SOCKWATCH_A_AGE_NS,
	SOCKWATCH_A_STATE_AGE_NS,
	SOCKWATCH_A_CGROUP,
	SOCKWATCH_A_ID,
	SOCKWATCH_A_INODE,
	SOCKWATCH_A_SEQ,
	SOCKWATCH_A_EVENTS,
	SOCKWATCH_A_EVENTS_SENT,
	SOCKWATCH_A_EVENTS_LOST,
	SOCKWATCH_A_EVENTS_OVERRUN,
	SOCKWATCH_A_SLOWEST,
	SOCKWATCH_A_MEMORY_BYTES,
	SOCKWATCH_A_MEMORY_MAX_BYTES,
	SOCKWATCH_A_TABLE_BYTES,

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
 * @SOCKWATCH_A_HOOK_KIND: string: direct, wrapper, kretprobe, ftrace or
 *	tracepoint
 * @SOCKWATCH_A_HOOK_REQUIRED: flag, the module does not load without it
 * @SOCKWATCH_A_HOOK_ATTACHED: flag, it is in place now
 * @SOCKWATCH_A_HOOK_HITS: u64, how often it fired
 * @SOCKWATCH_A_HOOK_MISSED: u64, how often the kernel could not call it
 * @SOCKWATCH_A_HOOK_TIMED: u64, of its hits, those that were timed
 * @SOCKWATCH_A_HOOK_TIME_NS: u64, what these took together: the module's own
 *	part, without what calls it
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
	SOCKWATCH_A_HOOK_TIMED,
	SOCKWATCH_A_HOOK_TIME_NS,

	/* private: */
	__SOCKWATCH_A_HOOK_MAX,
	SOCKWATCH_A_HOOK_MAX = __SOCKWATCH_A_HOOK_MAX - 1
};

/**
 * enum sockwatch_operation - what failed
 *
 * @SOCKWATCH_OPERATION_CREATE: making a socket
 * @SOCKWATCH_OPERATION_CONNECT: connecting one: TCP, and UNIX stream and
 *	seqpacket
 */
enum sockwatch_operation {
	SOCKWATCH_OPERATION_CREATE = 1,
	SOCKWATCH_OPERATION_CONNECT,
};

/**
 * enum sockwatch_metric - what a latency is of
 *
 * @SOCKWATCH_METRIC_SOCKET_CREATE: a system call that made a socket
 * @SOCKWATCH_METRIC_TCP_CONNECT: first SYN to ESTABLISHED, active
 * @SOCKWATCH_METRIC_TCP_HANDSHAKE: SYN/ACK to its ACK, passive
 * @SOCKWATCH_METRIC_TCP_ACCEPT_QUEUE: ESTABLISHED to accept
 * @SOCKWATCH_METRIC_TCP_LIFETIME: ESTABLISHED to CLOSE
 * @SOCKWATCH_METRIC_TCP_RTT: the smoothed round trip when it closed
 * @SOCKWATCH_METRIC_UNIX_ACCEPT_QUEUE: connect to accept
 * @SOCKWATCH_METRIC_TIME_IN_STATE: in a TCP state, STATE
 */
enum sockwatch_metric {
	SOCKWATCH_METRIC_SOCKET_CREATE = 1,
	SOCKWATCH_METRIC_TCP_CONNECT,
	SOCKWATCH_METRIC_TCP_HANDSHAKE,
	SOCKWATCH_METRIC_TCP_ACCEPT_QUEUE,
	SOCKWATCH_METRIC_TCP_LIFETIME,
	SOCKWATCH_METRIC_TCP_RTT,
	SOCKWATCH_METRIC_UNIX_ACCEPT_QUEUE,
	SOCKWATCH_METRIC_TIME_IN_STATE,
};

/**
 * enum sockwatch_scope - where the peer of a connection is
 *
 * @SOCKWATCH_SCOPE_LOCAL: at an address of this host in this namespace
 * @SOCKWATCH_SCOPE_REMOTE: anywhere else
 */
enum sockwatch_scope {
	SOCKWATCH_SCOPE_LOCAL = 1,
	SOCKWATCH_SCOPE_REMOTE,
};

/**
 * struct sockwatch_bucket - a part of a histogram
 *
 * @le_ns: its upper bound, which is in it; the lower one is the bound before.
 *	All ones: no upper bound
 * @count: samples in it
 *
 * Bounds are ((4 + n % 4) << n / 4) * 128 nanoseconds for n from 0 to 112,
 * four to an octave: 512 ns, 640 ns, ... 137 s.
 */
struct sockwatch_bucket {
	__u64 le_ns;
	__u64 count;
};

/**
 * enum sockwatch_option - what a connection had when it closed
 *
 * @SOCKWATCH_OPTION_NODELAY: TCP_NODELAY was set
 * @SOCKWATCH_OPTION_CORK: TCP_CORK was set
 * @SOCKWATCH_OPTION_SACK: selective acknowledgments were agreed on
 * @SOCKWATCH_OPTION_TIMESTAMPS: timestamps were
 * @SOCKWATCH_OPTION_WSCALE: window scaling was
 * @SOCKWATCH_OPTION_ECN: explicit congestion notification was
 * @SOCKWATCH_OPTION_KEEPALIVE: SO_KEEPALIVE was set
 * @SOCKWATCH_OPTION_FASTOPEN: data in the SYN was sent and acknowledged
 * @SOCKWATCH_OPTION_CONGESTION: the congestion control was NAME
 * @SOCKWATCH_OPTION_CONNECTED: of UDP: the socket had a peer
 */
enum sockwatch_option {
	SOCKWATCH_OPTION_NODELAY = 1,
	SOCKWATCH_OPTION_CORK,
	SOCKWATCH_OPTION_SACK,
	SOCKWATCH_OPTION_TIMESTAMPS,
	SOCKWATCH_OPTION_WSCALE,
	SOCKWATCH_OPTION_ECN,
	SOCKWATCH_OPTION_KEEPALIVE,
	SOCKWATCH_OPTION_FASTOPEN,
	SOCKWATCH_OPTION_CONGESTION,
	SOCKWATCH_OPTION_CONNECTED,
};

/**
 * enum sockwatch_socket_origin - where a socket comes from
 *
 * @SOCKWATCH_SOCKET_ORIGIN_SOCKET: a system call made it
 * @SOCKWATCH_SOCKET_ORIGIN_KERNEL: the kernel made it for itself
 * @SOCKWATCH_SOCKET_ORIGIN_ACCEPT: accept handed it out
 * @SOCKWATCH_SOCKET_ORIGIN_PREEXISTING: it was there when the module was loaded
 * @SOCKWATCH_SOCKET_ORIGIN_QUEUED: a child that nobody has accepted yet
 */
enum sockwatch_socket_origin {
	SOCKWATCH_SOCKET_ORIGIN_SOCKET = 1,
	SOCKWATCH_SOCKET_ORIGIN_KERNEL,
	SOCKWATCH_SOCKET_ORIGIN_ACCEPT,
	SOCKWATCH_SOCKET_ORIGIN_PREEXISTING,
	SOCKWATCH_SOCKET_ORIGIN_QUEUED,
};

#define SOCKWATCH_SAMPLES_MAX	8

#endif /* _UAPI_LINUX_SOCKWATCH_H */
