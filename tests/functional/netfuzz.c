// SPDX-License-Identifier: GPL-2.0
/*
 * Sends random messages to the module's netlink family, many at once, and
 * looks at what it answers to each:
 *
 *	netfuzz -f FAMILY [-g GROUP] -s SEED -n COUNT [-t SECONDS -m LEAST] FD...
 *
 * FAMILY is the number of the family, GROUP that of its events; each FD is one
 * that messages may name.  Ends after COUNT messages, or after SECONDS if there
 * were LEAST by then.  Prints the seed first and what it has seen last, each
 * line a word and numbers; a line "fault" is a complaint.
 *
 * The kernel handles what is sent before sendmsg() returns, and reading as long
 * as there is something brings a dump to its end: so it is known what must have
 * been answered.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/sockwatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netfuzz.h"

#define BATCH 16
#define BUFFER_BYTES (256 * 1024)
#define ROOM_BYTES (4 * 1024 * 1024)
#define MAX_ERRNO 4096
#define MAX_NETNS 64
#define MAX_FAULTS 20
#define COMMANDS (SOCKWATCH_CMD_MAX + 1)

static uint16_t family;
static int group;
static struct descriptors known;

/* What was seen */
static unsigned long sent, broken, wanted, answered, refused, cancelled;
static unsigned long texts, overruns, faults, errors[MAX_ERRNO];
static unsigned long rows[COMMANDS];
static uint32_t netns[MAX_NETNS];
static unsigned int nr_netns;

/* The messages that were sent last */
static struct message batch[BATCH];
static unsigned int replies[BATCH], nr_batch;
static uint32_t first_seq = 1;

static void fault(const char *what, uint32_t seq, long number)
{
	const struct message *message = &batch[(seq - first_seq) % BATCH];
	size_t i;

	if (faults++ >= MAX_FAULTS)
		return;
	printf("fault %s, message %u, %ld:", what, seq, number);
	for (i = 0; i < message->bytes && i < 128; i++)
		printf("%s%02x", i % 4 ? "" : " ", message->data[i]);
	printf("\n");
}

/* Answers */

static void see_netns(uint32_t inode)
{
	unsigned int i;

	for (i = 0; i < nr_netns; i++)
		if (netns[i] == inode)
			return;
	if (nr_netns < MAX_NETNS)
		netns[nr_netns++] = inode;
}

static const void *attribute(const void *from, size_t bytes, uint16_t type,
			     size_t *length)
{
	const struct nlattr *attr = from;
	size_t step;

	while (bytes >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN &&
	       attr->nla_len <= bytes) {
		*length = attr->nla_len - NLA_HDRLEN;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr + 1;
		step = NLA_ALIGN(attr->nla_len);
		if (step >= bytes)
			return NULL;
		bytes -= step;
		attr = (const void *)((const char *)attr + step);
	}
	return NULL;
}

static void see_row(const struct nlmsghdr *header)
{
	const struct genlmsghdr *answer = NLMSG_DATA(header);
	size_t bytes = NLMSG_PAYLOAD(header, GENL_HDRLEN), length;
	const uint32_t *inode;

	if (answer->cmd >= COMMANDS) {
		fault("an answer of no command", header->nlmsg_seq,
		      answer->cmd);
		return;
	}
	rows[answer->cmd]++;
	inode = attribute((const char *)answer + GENL_HDRLEN, bytes,
			  SOCKWATCH_A_NETNS, &length);
	if (inode && length == sizeof(*inode))
		see_netns(*inode);
	else
		fault("an answer of no namespace", header->nlmsg_seq,
		      answer->cmd);
}

static void see_text(const struct nlmsghdr *header, size_t skip)
{
	size_t bytes = header->nlmsg_len - NLMSG_HDRLEN, length, i;
	const char *text;

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS) || skip > bytes)
		return;
	text = attribute((const char *)NLMSG_DATA(header) + skip, bytes - skip,
			 NLMSGERR_ATTR_MSG, &length);
	if (!text)
		return;
	texts++;
	if (!length || text[length - 1])
		fault("a text without an end", header->nlmsg_seq, length);
	for (i = 0; i + 1 < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			fault("a text that is none", header->nlmsg_seq, i);
}

/* The request follows, or its header alone. */
static size_t echoed(const struct nlmsghdr *header)
{
	const struct nlmsgerr *error = NLMSG_DATA(header);

	if (header->nlmsg_flags & NLM_F_CAPPED)
		return sizeof(*error);
	return sizeof(*error) - NLMSG_HDRLEN + NLMSG_ALIGN(error->msg.nlmsg_len);
}

/* An error, an acknowledgment, or the end of a dump. */
static void see_end(const struct nlmsghdr *header)
{
	const int *status = NLMSG_DATA(header);
	size_t bytes = header->nlmsg_len - NLMSG_HDRLEN;

	if (bytes < sizeof(*status) || *status > 0 || *status <= -MAX_ERRNO) {
		fault("no errno", header->nlmsg_seq, bytes ? *status : 0);
		return;
	}
	replies[header->nlmsg_seq - first_seq]++;
	errors[-*status]++;
	if (*status)
		refused++;
	else
		answered++;
	see_text(header, header->nlmsg_type == NLMSG_ERROR ? echoed(header) :
							     sizeof(*status));
}

static void see(const struct nlmsghdr *header)
{
	const struct genlmsghdr *answer = NLMSG_DATA(header);
	bool ours = header->nlmsg_seq - first_seq < nr_batch;

	if (header->nlmsg_type == family && !header->nlmsg_seq &&
	    answer->cmd == SOCKWATCH_CMD_EVENT)
		see_row(header);
	else if (!ours)
		fault("an answer to nothing", header->nlmsg_seq,
		      header->nlmsg_type);
	else if (header->nlmsg_type == family)
		see_row(header);
	else if (header->nlmsg_type == NLMSG_ERROR ||
		 header->nlmsg_type == NLMSG_DONE)
		see_end(header);
	else
		fault("an answer of another type", header->nlmsg_seq,
		      header->nlmsg_type);
}

/* Returns whether there was something. */
static bool receive(int fd)
{
	static char buffer[BUFFER_BYTES] __attribute__((aligned(8)));
	const struct nlmsghdr *header = (void *)buffer;
	ssize_t left = recv(fd, buffer, sizeof(buffer), MSG_TRUNC);

	if (left < 0 && errno == ENOBUFS) {
		overruns++;
		return true;
	}
	if (left > BUFFER_BYTES || (left < 0 && errno != EAGAIN)) {
		fault("recv", first_seq, left < 0 ? errno : left);
		return false;
	}
	for (; left > 0 && NLMSG_OK(header, left);
	     header = NLMSG_NEXT(header, left))
		see(header);
	return left >= 0;
}

/* Requests */

static void set(int fd, int name, int value)
{
	setsockopt(fd, SOL_NETLINK, name, &value, sizeof(value));
}

/* One that is told of events may miss answers, so only a few are. */
static int open_socket(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
			NETLINK_GENERIC), bytes = ROOM_BYTES;

	if (fd < 0) {
		perror("socket");
		exit(EXIT_FAILURE);
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	set(fd, NETLINK_EXT_ACK, !!below(4));
	set(fd, NETLINK_CAP_ACK, below(2));
	set(fd, NETLINK_GET_STRICT_CHK, below(2));
	set(fd, NETLINK_BROADCAST_ERROR, below(2));
	if (group && !below(8))
		set(fd, NETLINK_ADD_MEMBERSHIP, group);
	return fd;
}

static bool dumps(const struct message *message)
{
	uint16_t flags = NLM_F_REQUEST | NLM_F_DUMP;

	return (message->header.nlmsg_flags & flags) == flags;
}

/* Behind a broken one the kernel reads nothing, and it dumps one at a time. */
static void make_batch(void)
{
	const struct message *last;

	first_seq += nr_batch;
	nr_batch = 0;
	do {
		message_make(&batch[nr_batch], family, first_seq + nr_batch,
			     &known);
		last = &batch[nr_batch];
		replies[nr_batch++] = 0;
	} while (nr_batch < BATCH && !last->broken &&
		 (!dumps(last) || !below(8)));
}

static void send_batch(int fd)
{
	struct iovec parts[BATCH];
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr msg = {
		.msg_name = &kernel, .msg_namelen = sizeof(kernel),
		.msg_iov = parts, .msg_iovlen = nr_batch,
	};
	unsigned int i;

	for (i = 0; i < nr_batch; i++)
		parts[i] = (struct iovec) { batch[i].data, batch[i].bytes };
	if (sendmsg(fd, &msg, 0) < 0)
		fault("sendmsg", first_seq, errno);
	sent += nr_batch;
}

/* Exactly one answer if one was asked for, else at most one (an error). */
static void check_batch(bool whole)
{
	bool want;
	unsigned int i;

	for (i = 0; i < nr_batch; i++) {
		broken += batch[i].broken;
		want = !batch[i].broken &&
		       (batch[i].header.nlmsg_flags & NLM_F_ACK ||
			dumps(&batch[i]));
		wanted += want;
		if (want && !replies[i] && !whole)
			cancelled++;
		else if (replies[i] > 1 || (want && !replies[i]) ||
			 (batch[i].broken && replies[i]))
			fault("answered so often", first_seq + i, replies[i]);
	}
}

/* A dump is cancelled by closing its socket, read a little or not at all. */
static bool try_batch(int fd)
{
	unsigned long before = overruns;
	unsigned int reads = below(3);
	bool whole = !!below(8);

	make_batch();
	send_batch(fd);
	while ((whole || reads--) && receive(fd))
		;
	check_batch(whole && overruns == before);
	return whole;
}

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static void run(unsigned long count, time_t seconds, unsigned long least)
{
	time_t end = now() + seconds;
	int fd = -1;

	while (sent < count && (sent < least || now() < end)) {
		if (fd < 0)
			fd = open_socket();
		if (!try_batch(fd) || !below(32)) {
			close(fd);
			fd = -1;
		}
	}
	if (fd >= 0)
		close(fd);
}

static void report(void)
{
	unsigned int i;

	printf("sent %lu\nbroken %lu\nwanted %lu\nanswered %lu\nrefused %lu\n",
	       sent, broken, wanted, answered, refused);
	printf("cancelled %lu\ntexts %lu\noverruns %lu\nfaults %lu\n",
	       cancelled, texts, overruns, faults);
	for (i = 0; i < COMMANDS; i++)
		printf("rows %u %lu\n", i, rows[i]);
	for (i = 0; i < MAX_ERRNO; i++)
		if (errors[i])
			printf("errno %u %lu\n", i, errors[i]);
	for (i = 0; i < nr_netns; i++)
		printf("netns %u\n", netns[i]);
}

static unsigned long number(const char *text)
{
	return strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	unsigned long seed = 1, count = 0, least = 0;
	time_t seconds = 1 << 30;
	int fds[16], option;

	while ((option = getopt(argc, argv, "f:g:s:n:t:m:")) != -1) {
		switch (option) {
		case 'f':
			family = number(optarg);
			break;
		case 'g':
			group = number(optarg);
			break;
		case 's':
			seed = number(optarg);
			break;
		case 'n':
			count = number(optarg);
			break;
		case 't':
			seconds = number(optarg);
			break;
		case 'm':
			least = number(optarg);
			break;
		default:
			return EXIT_FAILURE;
		}
	}
	for (; optind < argc && known.count < 16; optind++)
		fds[known.count++] = number(argv[optind]);
	known.fds = fds;
	printf("seed %lu\n", seed);
	fflush(stdout);
	random_seed(seed);
	run(count, seconds, least);
	report();
	return EXIT_SUCCESS;
}
