/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* Which sockets SOCKWATCH_A_FILTER asks for: see sockwatch.h. */
#ifndef _UAPI_LINUX_SOCKWATCH_FILTER_H
#define _UAPI_LINUX_SOCKWATCH_FILTER_H

#include <linux/types.h>

/* Steps of a filter. */
#define SOCKWATCH_FILTER_MAX	64

/**
 * enum sockwatch_filter_code - the codes of a filter
 *
 * @SOCKWATCH_FILTER_AND: both of the two values on top
 * @SOCKWATCH_FILTER_OR: either of them
 * @SOCKWATCH_FILTER_NOT: not the one on top
 * @SOCKWATCH_FILTER_TRUE: true
 * @SOCKWATCH_FILTER_FALSE: false
 * @SOCKWATCH_FILTER_EQ: the field is the value: numbers, COMM, and addresses in
 *	their first bits
 * @SOCKWATCH_FILTER_LT: the field is less, numbers only
 * @SOCKWATCH_FILTER_GT: the field is greater, numbers only
 * @SOCKWATCH_FILTER_IN: the bit of the value that the field numbers is set:
 *	FAMILY, TYPE, STATE and ORIGIN only
 *
 * A filter is a program in postfix order over a stack of truth values: a test
 * pushes one, AND and OR take two and push one, NOT turns the top one over.  It
 * must end with one value; the stack holds 32.  A test of something that a
 * socket does not have or that is not known is false.
 */
enum sockwatch_filter_code {
	SOCKWATCH_FILTER_AND = 1,
	SOCKWATCH_FILTER_OR,
	SOCKWATCH_FILTER_NOT,
	SOCKWATCH_FILTER_TRUE,
	SOCKWATCH_FILTER_FALSE,
	SOCKWATCH_FILTER_EQ,
	SOCKWATCH_FILTER_LT,
	SOCKWATCH_FILTER_GT,
	SOCKWATCH_FILTER_IN,
};

/**
 * enum sockwatch_filter_field - what a filter can test
 *
 * @SOCKWATCH_FIELD_FAMILY: FAMILY
 * @SOCKWATCH_FIELD_TYPE: TYPE
 * @SOCKWATCH_FIELD_PROTOCOL: PROTOCOL
 * @SOCKWATCH_FIELD_STATE: STATE
 * @SOCKWATCH_FIELD_ORIGIN: ORIGIN
 * @SOCKWATCH_FIELD_PORT: PORT
 * @SOCKWATCH_FIELD_PEER_PORT: PEER_PORT
 * @SOCKWATCH_FIELD_ADDRESS: ADDRESS
 * @SOCKWATCH_FIELD_PEER_ADDRESS: PEER_ADDRESS
 * @SOCKWATCH_FIELD_PID: PID, as the caller's pid namespace numbers it
 * @SOCKWATCH_FIELD_UID: UID, as the caller's user namespace numbers it
 * @SOCKWATCH_FIELD_COMM: COMM
 * @SOCKWATCH_FIELD_CGROUP: CGROUP
 * @SOCKWATCH_FIELD_AGE_NS: AGE_NS
 * @SOCKWATCH_FIELD_STATE_AGE_NS: STATE_AGE_NS
 * @SOCKWATCH_FIELD_ID: ID, which a socket has after somebody asked for it
 */
enum sockwatch_filter_field {
	SOCKWATCH_FIELD_FAMILY = 1,
	SOCKWATCH_FIELD_TYPE,
	SOCKWATCH_FIELD_PROTOCOL,
	SOCKWATCH_FIELD_STATE,
	SOCKWATCH_FIELD_ORIGIN,
	SOCKWATCH_FIELD_PORT,
	SOCKWATCH_FIELD_PEER_PORT,
	SOCKWATCH_FIELD_ADDRESS,
	SOCKWATCH_FIELD_PEER_ADDRESS,
	SOCKWATCH_FIELD_PID,
	SOCKWATCH_FIELD_UID,
	SOCKWATCH_FIELD_COMM,
	SOCKWATCH_FIELD_CGROUP,
	SOCKWATCH_FIELD_AGE_NS,
	SOCKWATCH_FIELD_STATE_AGE_NS,
	SOCKWATCH_FIELD_ID,
};

/**
 * struct sockwatch_filter_op - one step of a filter
 *
 * @code: &enum sockwatch_filter_code
 * @field: &enum sockwatch_filter_field; 0 for AND, OR, NOT, TRUE and FALSE
 * @len: of ADDRESS and PEER_ADDRESS: 4 or 16, bytes of the address; else 0
 * @prefix: of these: how many bits must agree
 * @unused: 0
 * @number: the value of a number (ports in host order)
 * @bytes: the value of an address (network order) or of COMM (NUL padded)
 *
 * An IPv4 address also matches the v4-mapped addresses of inet6 sockets.
 */
struct sockwatch_filter_op {
	__u8 code;
	__u8 field;
	__u8 len;
	__u8 prefix;
	__u32 unused;
	union {
		__u64 number;
		__u8 bytes[16];
	};
};

#endif /* _UAPI_LINUX_SOCKWATCH_FILTER_H */
