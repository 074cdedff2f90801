/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* What SOCKWATCH_A_EVENTS holds: see sockwatch.h. */
#ifndef _UAPI_LINUX_SOCKWATCH_EVENT_H
#define _UAPI_LINUX_SOCKWATCH_EVENT_H

#include <linux/types.h>

/**
 * enum sockwatch_event_type - what can happen
 *
 * @SOCKWATCH_EVENT_CREATE: a socket was made; duration_ns: how long it took
 * @SOCKWATCH_EVENT_FAIL: making or connecting one failed, OPERATION; errno_nr,
 *	if known, says why
 * @SOCKWATCH_EVENT_CONNECT: TCP: a connection was begun, the SYN is sent next
 * @SOCKWATCH_EVENT_ACCEPT: accept handed one out; duration_ns, if known: how
 *	long it waited for that
 * @SOCKWATCH_EVENT_ESTABLISHED: TCP: a connection opened; duration_ns, if
 *	known: of an active one the connect, of a passive one the handshake
 * @SOCKWATCH_EVENT_STATE: TCP: any other change of the state; to close of what
 *	was open, duration_ns is the lifetime of the connection
 * @SOCKWATCH_EVENT_RETRANSMIT: TCP: retransmits segments were sent again
 * @SOCKWATCH_EVENT_RESET: TCP: a RST was sent, or has ended a connection
 * @SOCKWATCH_EVENT_CLOSE: a socket, or a child that nobody accepted, is gone;
 *	duration_ns, if known: its age
 */
enum sockwatch_event_type {
	SOCKWATCH_EVENT_CREATE = 1,
	SOCKWATCH_EVENT_FAIL,
	SOCKWATCH_EVENT_CONNECT,
	SOCKWATCH_EVENT_ACCEPT,
	SOCKWATCH_EVENT_ESTABLISHED,
	SOCKWATCH_EVENT_STATE,
	SOCKWATCH_EVENT_RETRANSMIT,
	SOCKWATCH_EVENT_RESET,
	SOCKWATCH_EVENT_CLOSE,
};

/**
 * enum sockwatch_event_known - what of an event is known
 *
 * @SOCKWATCH_KNOWN_KIND: family, sock_type, protocol
 * @SOCKWATCH_KNOWN_ORIGIN: origin
 * @SOCKWATCH_KNOWN_STATE: state
 * @SOCKWATCH_KNOWN_FROM: from
 * @SOCKWATCH_KNOWN_SCOPE: scope
 * @SOCKWATCH_KNOWN_ADDRESS: address
 * @SOCKWATCH_KNOWN_PEER_ADDRESS: peer_address
 * @SOCKWATCH_KNOWN_PORT: port
 * @SOCKWATCH_KNOWN_PEER_PORT: peer_port
 * @SOCKWATCH_KNOWN_PID: pid
 * @SOCKWATCH_KNOWN_COMM: comm
 * @SOCKWATCH_KNOWN_UID: uid
 * @SOCKWATCH_KNOWN_CGROUP: cgroup
 * @SOCKWATCH_KNOWN_ID: id
 * @SOCKWATCH_KNOWN_ERRNO: errno_nr
 * @SOCKWATCH_KNOWN_DURATION: duration_ns
 * @SOCKWATCH_KNOWN_RETRANSMITS: retransmits
 * @SOCKWATCH_KNOWN_TRAFFIC: bytes_sent, bytes_received, segs_out, segs_in: of
 *	STATE to close and of CLOSE, where there was a connection; with them
 *	retransmits, and srtt_us if there is one
 * @SOCKWATCH_KNOWN_SRTT: srtt_us
 * @SOCKWATCH_KNOWN_OPERATION: operation
 * @SOCKWATCH_KNOWN_RECEIVED: of RESET: it was received; else it was sent
 */
enum sockwatch_event_known {
	SOCKWATCH_KNOWN_KIND = 1 << 0,
	SOCKWATCH_KNOWN_ORIGIN = 1 << 1,
	SOCKWATCH_KNOWN_STATE = 1 << 2,
	SOCKWATCH_KNOWN_FROM = 1 << 3,
	SOCKWATCH_KNOWN_SCOPE = 1 << 4,
	SOCKWATCH_KNOWN_ADDRESS = 1 << 5,
	SOCKWATCH_KNOWN_PEER_ADDRESS = 1 << 6,
	SOCKWATCH_KNOWN_PORT = 1 << 7,
	SOCKWATCH_KNOWN_PEER_PORT = 1 << 8,
	SOCKWATCH_KNOWN_PID = 1 << 9,
	SOCKWATCH_KNOWN_COMM = 1 << 10,
	SOCKWATCH_KNOWN_UID = 1 << 11,
	SOCKWATCH_KNOWN_CGROUP = 1 << 12,
	SOCKWATCH_KNOWN_ID = 1 << 13,
	SOCKWATCH_KNOWN_ERRNO = 1 << 14,
	SOCKWATCH_KNOWN_DURATION = 1 << 15,
	SOCKWATCH_KNOWN_RETRANSMITS = 1 << 16,
	SOCKWATCH_KNOWN_TRAFFIC = 1 << 17,
	SOCKWATCH_KNOWN_SRTT = 1 << 18,
	SOCKWATCH_KNOWN_OPERATION = 1 << 19,
	SOCKWATCH_KNOWN_RECEIVED = 1 << 20,
};

/**
 * struct sockwatch_event - something that happened
 *
 * @time_ns: when, CLOCK_REALTIME
 * @known: &enum sockwatch_event_known; what is not known is zero
 * @event: &enum sockwatch_event_type
 * @origin: &enum sockwatch_socket_origin
 * @state: of TCP: its state now, as &SOCKWATCH_A_STATE
 * @from: the state before
 * @scope: &enum sockwatch_scope
 * @operation: &enum sockwatch_operation
 * @family: AF_*
 * @sock_type: SOCK_*
 * @protocol: as &SOCKWATCH_A_PROTOCOL
 * @errno_nr: a positive errno
 * @port: the local port
 * @peer_port: the peer's
 * @retransmits: segments sent again: by this, or at the end in all
 * @pid: who made or accepted the socket, or called; as the initial pid
 *	namespace numbers it or, where the network namespace belongs to another
 *	user namespace than the initial one, its own pid namespace does
 * @uid: of the socket, or the caller; as the user namespace that owns the
 *	network namespace numbers it
 * @segs_out: segments sent, at the end of a connection
 * @segs_in: segments received
 * @srtt_us: the smoothed round trip
 * @unused: 0
 * @id: the socket's cookie, as &SOCKWATCH_A_ID
 * @duration_ns: how long it took, see &enum sockwatch_event_type
 * @cgroup: as &SOCKWATCH_A_CGROUP
 * @bytes_sent: data sent, what was sent again included
 * @bytes_received: data received
 * @address: the local address, 4 or 16 bytes by @family
 * @peer_address: the peer's
 * @comm: the name of @pid, NUL padded
 *
 * A struct, since attributes for each of these would cost several times more
 * than all else about an event.  It does not change: whatever else there will
 * be to say comes in an attribute of its own.
 */
struct sockwatch_event {
	__u64 time_ns;
	__u32 known;
	__u8 event;
	__u8 origin;
	__u8 state;
	__u8 from;
	__u8 scope;
	__u8 operation;
	__u16 family;
	__u16 sock_type;
	__u16 protocol;
	__u16 errno_nr;
	__u16 port;
	__u16 peer_port;
	__u16 unused;
	__u32 retransmits;
	__u32 pid;
	__u32 uid;
	__u32 segs_out;
	__u32 segs_in;
	__u32 srtt_us;
	__u64 id;
	__u64 duration_ns;
	__u64 cgroup;
	__u64 bytes_sent;
	__u64 bytes_received;
	__u8 address[16];
	__u8 peer_address[16];
	char comm[16];
};

#endif /* _UAPI_LINUX_SOCKWATCH_EVENT_H */
