/* SPDX-License-Identifier: GPL-2.0 */
/* Which sockets are wanted: a program over the fields of one. */
#ifndef _SOCKWATCH_FILTER_H
#define _SOCKWATCH_FILTER_H

#include <linux/bits.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <uapi/linux/sockwatch.h>
#include <uapi/linux/un.h>

/**
 * struct sockwatch_socket_row - a socket
 * @known: which of the fields it has, a bit for each &enum
 *	sockwatch_filter_field; those with a bit there are only valid then
 * @family: AF_*
 * @type: SOCK_*
 * @protocol: as the family resolved it
 * @port: its port
 * @peer_port: its peer's
 * @state: of TCP
 * @origin: &enum sockwatch_socket_origin
 * @path_len: of an AF_UNIX socket, bytes of @path; 0: it has no name
 * @pid: who made or accepted it, as the reader sees that
 * @uid: of the socket, as the reader sees it
 * @inode: of its descriptor; 0: it has none
 * @address: its address, 4 or 16 bytes
 * @peer_address: its peer's
 * @comm: the name of @pid
 * @cgroup: the id of its cgroup
 * @age_ns: since it was made
 * @state_age_ns: since it came into @state
 * @id: its cookie
 * @path: its name, as &SOCKWATCH_A_PATH
 */
struct sockwatch_socket_row {
	u32 known;
	u16 family;
	u16 type;
	u16 protocol;
	u16 port;
	u16 peer_port;
	u8 state;
	u8 origin;
	u8 path_len;
	u32 pid;
	u32 uid;
	u32 inode;
	u8 address[16];
	u8 peer_address[16];
	char comm[TASK_COMM_LEN];
	u64 cgroup;
	u64 age_ns;
	u64 state_age_ns;
	u64 id;
	u8 path[UNIX_PATH_MAX];
};

/**
 * struct sockwatch_filter_fault - what is wrong with a filter
 * @step: where, counted from 1
 * @why: what it is and what to do; a constant
 */
struct sockwatch_filter_fault {
	unsigned int step;
	const char *why;
};

bool sockwatch_filter_check(const struct sockwatch_filter_op *ops,
			    unsigned int nr,
			    struct sockwatch_filter_fault *fault);
bool sockwatch_filter_match(const struct sockwatch_filter_op *ops,
			    unsigned int nr,
			    const struct sockwatch_socket_row *row);

/**
 * sockwatch_row_has() - whether a socket has a field
 * @row: the socket
 * @field: which
 *
 * Return: true: it has, and it is known.
 */
static inline bool sockwatch_row_has(const struct sockwatch_socket_row *row,
				     enum sockwatch_filter_field field)
{
	return row->known & BIT(field);
}

/**
 * sockwatch_row_set() - say that a socket has a field
 * @row: the socket
 * @field: which
 */
static inline void sockwatch_row_set(struct sockwatch_socket_row *row,
				     enum sockwatch_filter_field field)
{
	row->known |= BIT(field);
}

#endif /* _SOCKWATCH_FILTER_H */
