/* SPDX-License-Identifier: GPL-2.0 */
/* The rows of the lists that the module answers with. */
#ifndef _SOCKWATCH_CLIENT_ROW_H
#define _SOCKWATCH_CLIENT_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hist.h"

/** CLIENT_TEXT_BYTES - room for a name or a version sent by the module */
#define CLIENT_TEXT_BYTES 64

/**
 * struct client_number - a number that the module may not have sent
 *
 * @known: whether it came; an older module does not know every number
 * @value: the number, 0 while @known is false
 */
struct client_number {
	bool known;
	uint64_t value;
};

/**
 * struct client_kind - a kind of socket; all unknown in the row `other`
 *
 * @family: AF_*
 * @sock_type: SOCK_*
 * @protocol: a protocol of @family
 */
struct client_kind {
	struct client_number family;
	struct client_number sock_type;
	struct client_number protocol;
};

/**
 * struct client_counters - a row of the counters; the fields are those of
 *	&enum sockwatch_attr
 *
 * @kind: of the sockets
 * @attempts: calls that asked for a socket and have ended
 * @failures: of these, the failed ones
 * @created: sockets made by a system call
 * @kernel: sockets the kernel made for itself
 * @accepted: sockets handed out by accept
 * @preexisting: sockets found when the module was loaded
 * @released: of all these, the ones that are gone
 * @open: the ones that are left
 * @kernel_open: the part of @open that the kernel holds
 * @cloned: socks made for an incoming connection
 * @unaccepted: of these, the ones that went without an accept
 * @lost: sockets that did not fit into the tracking table
 */
struct client_counters {
	struct client_kind kind;
	struct client_number attempts;
	struct client_number failures;
	struct client_number created;
	struct client_number kernel;
	struct client_number accepted;
	struct client_number preexisting;
	struct client_number released;
	struct client_number open;
	struct client_number kernel_open;
	struct client_number cloned;
	struct client_number unaccepted;
	struct client_number lost;
};

/**
 * struct client_failure - a row of the failed attempts
 *
 * @kind: as the caller asked for it
 * @operation: &enum sockwatch_operation
 * @error: a positive errno; unknown in the row `other`
 * @count: how often
 */
struct client_failure {
	struct client_kind kind;
	struct client_number operation;
	struct client_number error;
	struct client_number count;
};

/**
 * struct client_times - a histogram of durations
 *
 * @count: how many
 * @sum_ns: their sum
 * @max_ns: the longest
 * @known: whether @hist came
 * @limit_ns: none is longer: @max_ns, or what is known beside it, or
 *	HIST_NO_LIMIT
 * @hist: how they are spread
 */
struct client_times {
	struct client_number count;
	struct client_number sum_ns;
	struct client_number max_ns;
	bool known;
	uint64_t limit_ns;
	struct hist hist;
};

/**
 * struct client_address - an address of inet or inet6
 *
 * @bytes: its length, 4 or 16; 0 if it is not known
 * @data: the address
 */
struct client_address {
	size_t bytes;
	unsigned char data[16];
};

/**
 * struct client_state - sockets in a state of TCP
 *
 * @family: AF_*
 * @state: 1 to 11
 * @sockets: how many are in it
 * @entered: how often one came into it
 */
struct client_state {
	struct client_number family;
	struct client_number state;
	struct client_number sockets;
	struct client_number entered;
};

/**
 * struct client_transition - from one state of TCP to another
 *
 * @family: AF_*
 * @from: not known for a child that came into being in @to
 * @to: the state after
 * @count: how often
 */
struct client_transition {
	struct client_number family;
	struct client_number from;
	struct client_number to;
	struct client_number count;
};

/**
 * struct client_latency - how long something took
 *
 * @metric: &enum sockwatch_metric
 * @family: AF_*
 * @scope: &enum sockwatch_scope, not known where there is no peer
 * @state: of TCP, not known unless the metric is of one
 * @unknown: how often a time could not be known; such a row has no @times, the
 *	others have no @unknown
 * @times: the times
 */
struct client_latency {
	struct client_number metric;
	struct client_number family;
	struct client_number scope;
	struct client_number state;
	struct client_number unknown;
	struct client_times times;
};

/**
 * struct client_tcp - TCP's retransmits and resets
 *
 * @family: AF_*
 * @scope: &enum sockwatch_scope
 * @retransmits: segments sent again
 * @synack_retransmits: SYN/ACKs sent again for a request
 * @resets_sent: RST segments sent
 * @resets_received: connections that a RST has ended
 */
struct client_tcp {
	struct client_number family;
	struct client_number scope;
	struct client_number retransmits;
	struct client_number synack_retransmits;
	struct client_number resets_sent;
	struct client_number resets_received;
};

/**
 * struct client_option - connections that had an option when they closed
 *
 * @family: AF_*
 * @protocol: IPPROTO_*
 * @option: &enum sockwatch_option
 * @name: of a congestion control, else empty
 * @count: how many had it
 * @total: of how many
 */
struct client_option {
	struct client_number family;
	struct client_number protocol;
	struct client_number option;
	char name[CLIENT_TEXT_BYTES];
	struct client_number count;
	struct client_number total;
};

/**
 * struct client_listener - a listening TCP socket
 *
 * @family: AF_*
 * @address: its own
 * @port: its own
 * @backlog: connections the accept queue may hold
 * @queue: connections it holds
 * @drops: connections it dropped
 * @pid: the process that called listen()
 * @comm: the name it had, empty if that is not known
 * @uid: of the socket
 * @waits: in the accept queue
 */
struct client_listener {
	struct client_number family;
	struct client_address address;
	struct client_number port;
	struct client_number backlog;
	struct client_number queue;
	struct client_number drops;
	struct client_number pid;
	char comm[CLIENT_TEXT_BYTES];
	struct client_number uid;
	struct client_times waits;
};

/** CLIENT_PATH_BYTES - the longest address of a UNIX socket */
#define CLIENT_PATH_BYTES 108

/**
 * struct client_path - the address of a UNIX socket
 *
 * @bytes: its length; 0 if it has none or it is not known
 * @data: a path, or an abstract name that begins with a NUL byte
 */
struct client_path {
	size_t bytes;
	char data[CLIENT_PATH_BYTES];
};

/**
 * struct client_socket - a socket
 *
 * @event: what happened to it, &enum sockwatch_event_type; only of an event
 * @kind: its family, type and protocol
 * @origin: &enum sockwatch_socket_origin
 * @state: of TCP, else not known
 * @address: its own
 * @port: its own
 * @peer_address: the peer's
 * @peer_port: the peer's
 * @path: of a UNIX socket
 * @age_ns: since it was made; not known if it is older than the module
 * @state_age_ns: since it came into @state
 * @pid: the process that made it, or accepted it
 * @comm: the name that had, empty if that is not known
 * @uid: of the socket
 * @cgroup: the number of its cgroup
 * @id: its cookie
 * @inode: of its descriptor
 */
struct client_socket {
	struct client_number event;
	struct client_kind kind;
	struct client_number origin;
	struct client_number state;
	struct client_address address;
	struct client_number port;
	struct client_address peer_address;
	struct client_number peer_port;
	struct client_path path;
	struct client_number age_ns;
	struct client_number state_age_ns;
	struct client_number pid;
	char comm[CLIENT_TEXT_BYTES];
	struct client_number uid;
	struct client_number cgroup;
	struct client_number id;
	struct client_number inode;
};

/**
 * struct client_sample - a single latency, and whose it was
 *
 * @metric: &enum sockwatch_metric
 * @slowest: it is one of the slowest; else one of the latest
 * @duration_ns: how long it took
 * @time_ns: when it had ended, CLOCK_REALTIME
 * @scope: &enum sockwatch_scope, not known where there is no peer
 * @sock: the socket; its state is the one that the time was spent in, of
 *	time_in_state
 * @cgroup_path: that of @sock if the command has found it, or NULL
 */
struct client_sample {
	struct client_number metric;
	bool slowest;
	struct client_number duration_ns;
	struct client_number time_ns;
	struct client_number scope;
	struct client_socket sock;
	const char *cgroup_path;
};

/**
 * enum client_field_kind - what an attribute becomes
 *
 * @CLIENT_NUMBER: &struct client_number
 * @CLIENT_FLAG: bool
 * @CLIENT_TEXT: text in CLIENT_TEXT_BYTES
 * @CLIENT_ADDRESS: &struct client_address
 * @CLIENT_PATH: &struct client_path
 * @CLIENT_TIMES: the rest of a &struct client_times, behind its numbers
 * @CLIENT_SAMPLE: the event of a &struct client_sample
 */
enum client_field_kind {
	CLIENT_NUMBER,
	CLIENT_FLAG,
	CLIENT_TEXT,
	CLIENT_ADDRESS,
	CLIENT_PATH,
	CLIENT_TIMES,
	CLIENT_SAMPLE,
};

/**
 * struct client_field - an attribute and where it goes
 *
 * @attr: the attribute
 * @offset: in the row
 * @kind: what is there
 * @max: a number is 1 to @max, or anything if @max is 0
 */
struct client_field {
	uint16_t attr;
	uint16_t offset;
	enum client_field_kind kind;
	uint16_t max;
};

/** CLIENT_FIELD - a &struct client_field: type, member, SOCKWATCH_A_... */
#define CLIENT_FIELD(type, member, attribute, ...)			\
	{								\
		.attr = SOCKWATCH_A_##attribute,			\
		.offset = offsetof(type, member), ##__VA_ARGS__		\
	}

/**
 * struct client_layout - what the rows of one list are
 *
 * @cmd: the command that asks for the list
 * @privileged: the kernel wants CAP_NET_ADMIN for it in any namespace
 * @row_bytes: the size of a row
 * @fields: what is in it, in the order that rows are sorted by; ends with
 *	attribute 0
 * @compare: sorts rows in another order, as for qsort(); or NULL
 */
struct client_layout {
	uint8_t cmd;
	bool privileged;
	size_t row_bytes;
	const struct client_field *fields;
	int (*compare)(const void *a, const void *b);
};

/** client_layout_counters - the list of &struct client_counters */
extern const struct client_layout client_layout_counters;

/** client_layout_failures - the list of &struct client_failure */
extern const struct client_layout client_layout_failures;

/** client_layout_states - the list of &struct client_state */
extern const struct client_layout client_layout_states;

/** client_layout_transitions - the list of &struct client_transition */
extern const struct client_layout client_layout_transitions;

/** client_layout_latency - the list of &struct client_latency */
extern const struct client_layout client_layout_latency;

/** client_layout_tcp - the list of &struct client_tcp */
extern const struct client_layout client_layout_tcp;

/** client_layout_options - the list of &struct client_option */
extern const struct client_layout client_layout_options;

/** client_layout_listeners - the list of &struct client_listener */
extern const struct client_layout client_layout_listeners;

/** client_layout_sockets - the list of &struct client_socket */
extern const struct client_layout client_layout_sockets;

/** client_layout_samples - the list of &struct client_sample */
extern const struct client_layout client_layout_samples;

/**
 * client_path_text() - the address of a UNIX socket as text, as ss prints it
 *
 * @buf: at least CLIENT_PATH_BYTES + 1
 * @path: the address; its NUL bytes become `@`
 */
void client_path_text(char *buf, const struct client_path *path);

/**
 * client_row_number() - a number of a row by its attribute
 *
 * @layout: what the row is
 * @row: the row
 * @attr: the attribute
 *
 * Return: the number, not known if such rows do not have it.
 */
struct client_number client_row_number(const struct client_layout *layout,
				       const void *row, uint16_t attr);

/**
 * client_row_compare() - which of two rows comes first
 *
 * @layout: what the rows are
 * @a: one
 * @b: the other
 *
 * What is not known comes last.
 *
 * Return: less than, equal to or greater than 0, as for qsort().
 */
int client_row_compare(const struct client_layout *layout, const void *a,
		       const void *b);

#endif /* _SOCKWATCH_CLIENT_ROW_H */
