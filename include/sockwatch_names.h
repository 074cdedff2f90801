/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of families, types and protocols, of TCP's states, metrics,
 * scopes, options and origins, once, for the module's /proc file and for the
 * command.  They are ss's and getprotobyname's words; netlink protocols are
 * those of iproute2's nl_protos.
 *
 * Each list takes X(number, name) (protocols: X(family, number, name)).
 * Numbers stand here as numbers, since libc's headers and the running kernel
 * may know different sets.
 */
#ifndef _SOCKWATCH_NAMES_H
#define _SOCKWATCH_NAMES_H

#define SOCKWATCH_FAMILIES(X)						\
	X(0, "unspec") X(1, "unix") X(2, "inet") X(3, "ax25")		\
	X(4, "ipx") X(5, "appletalk") X(6, "netrom") X(7, "bridge")	\
	X(8, "atmpvc") X(9, "x25") X(10, "inet6") X(11, "rose")	\
	X(12, "decnet") X(13, "netbeui") X(14, "security")		\
	X(15, "key") X(16, "netlink") X(17, "packet") X(18, "ash")	\
	X(19, "econet") X(20, "atmsvc") X(21, "rds") X(22, "sna")	\
	X(23, "irda") X(24, "pppox") X(25, "wanpipe") X(26, "llc")	\
	X(27, "ib") X(28, "mpls") X(29, "can") X(30, "tipc")		\
	X(31, "bluetooth") X(32, "iucv") X(33, "rxrpc")		\
	X(34, "isdn") X(35, "phonet") X(36, "ieee802154")		\
	X(37, "caif") X(38, "alg") X(39, "nfc") X(40, "vsock")		\
	X(41, "kcm") X(42, "qipcrtr") X(43, "smc") X(44, "xdp")	\
	X(45, "mctp")

#define SOCKWATCH_TYPES(X)						\
	X(1, "stream") X(2, "dgram") X(3, "raw") X(4, "rdm")		\
	X(5, "seqpacket") X(6, "dccp") X(10, "packet")

#define SOCKWATCH_IP_PROTOCOLS(X, f)					\
	X(f, 0, "ip") X(f, 1, "icmp") X(f, 2, "igmp") X(f, 4, "ipip")	\
	X(f, 6, "tcp") X(f, 17, "udp") X(f, 33, "dccp")		\
	X(f, 41, "ipv6") X(f, 46, "rsvp") X(f, 47, "gre")		\
	X(f, 50, "esp") X(f, 51, "ah") X(f, 58, "ipv6-icmp")		\
	X(f, 89, "ospf") X(f, 103, "pim") X(f, 115, "l2tp")		\
	X(f, 132, "sctp") X(f, 136, "udplite") X(f, 143, "ethernet")	\
	X(f, 255, "raw") X(f, 262, "mptcp")

#define SOCKWATCH_PROTOCOLS(X)						\
	SOCKWATCH_IP_PROTOCOLS(X, 2)					\
	SOCKWATCH_IP_PROTOCOLS(X, 10)					\
	X(16, 0, "rtnl") X(16, 2, "usersock") X(16, 3, "fw")		\
	X(16, 4, "tcpdiag") X(16, 5, "nflog") X(16, 6, "xfrm")		\
	X(16, 7, "selinux") X(16, 8, "iscsi") X(16, 9, "audit")	\
	X(16, 10, "fiblookup") X(16, 11, "connector") X(16, 12, "nft")	\
	X(16, 13, "ip6fw") X(16, 14, "dec-rt") X(16, 15, "uevent")	\
	X(16, 16, "genl") X(16, 18, "scsi-trans")			\
	X(16, 19, "ecryptfs") X(16, 20, "rdma") X(16, 21, "crypto")	\
	X(16, 22, "smc")						\
	X(29, 1, "raw") X(29, 2, "bcm") X(29, 6, "isotp")		\
	X(29, 7, "j1939")						\
	X(31, 0, "l2cap") X(31, 1, "hci") X(31, 2, "sco")		\
	X(31, 3, "rfcomm") X(31, 4, "bnep") X(31, 5, "cmtp")		\
	X(31, 6, "hidp") X(31, 7, "avdtp")

#define SOCKWATCH_TCP_STATES(X)						\
	X(1, "established") X(2, "syn-sent") X(3, "syn-recv")		\
	X(4, "fin-wait-1") X(5, "fin-wait-2") X(6, "time-wait")	\
	X(7, "close") X(8, "close-wait") X(9, "last-ack")		\
	X(10, "listen") X(11, "closing")

#define SOCKWATCH_METRICS(X)						\
	X(1, "socket_create") X(2, "tcp_connect")			\
	X(3, "tcp_handshake") X(4, "tcp_accept_queue")			\
	X(5, "tcp_lifetime") X(6, "tcp_rtt") X(7, "unix_accept_queue")	\
	X(8, "time_in_state")

#define SOCKWATCH_SCOPES(X)						\
	X(1, "local") X(2, "remote")

#define SOCKWATCH_OPTIONS(X)						\
	X(1, "nodelay") X(2, "cork") X(3, "sack") X(4, "timestamps")	\
	X(5, "wscale") X(6, "ecn") X(7, "keepalive") X(8, "fastopen")	\
	X(9, "congestion") X(10, "connected")

#define SOCKWATCH_ORIGINS(X)						\
	X(1, "socket") X(2, "kernel") X(3, "accept")			\
	X(4, "preexisting") X(5, "queued")

#endif /* _SOCKWATCH_NAMES_H */
