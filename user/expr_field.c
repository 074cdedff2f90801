// SPDX-License-Identifier: GPL-2.0
/* The words that tests of a filter begin with, and how each is read. */
#include <errno.h>
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cgroups.h"
#include "duration.h"
#include "expr_field.h"
#include "names.h"

#define STATE(number) (UINT64_C(1) << (number))

/* The numbers of TCP's states, as in include/sockwatch_names.h. */
enum {
	SYN_SENT = 2,
	SYN_RECV = 3,
	TIME_WAIT = 6,
	CLOSE = 7,
	LISTEN = 10,
	STATES = 11,
};

/* Not state 0, which there is not. */
#define ALL_STATES (STATE(STATES + 1) - 2)
#define NOT_CONNECTED (STATE(CLOSE) | STATE(LISTEN))
#define BUCKETS (STATE(SYN_RECV) | STATE(TIME_WAIT))

/* What ss has beside the states' own names. */
static const struct {
	const char *name;
	uint64_t states;
} state_groups[] = {
	{ "connected", ALL_STATES & ~NOT_CONNECTED },
	{ "synchronized", ALL_STATES & ~(NOT_CONNECTED | STATE(SYN_SENT)) },
	{ "bucket", BUCKETS },
	{ "big", ALL_STATES & ~BUCKETS },
	{ "listening", STATE(LISTEN) },
	{ "closed", STATE(CLOSE) },
	{ "unconnected", STATE(CLOSE) },
	{ "syn-rcv", STATE(SYN_RECV) },
};

#define STATE_GROUPS (sizeof(state_groups) / sizeof(*state_groups))

static bool find_states(const char *word, uint64_t *states)
{
	unsigned int number;
	size_t i;

	for (i = 0; i < STATE_GROUPS; i++) {
		if (strcmp(state_groups[i].name, word))
			continue;
		*states = state_groups[i].states;
		return true;
	}
	if (!names_find_state(word, &number))
		return false;
	*states = STATE(number);
	return true;
}

static struct expr_node *test_state(struct expr *expr, const char *word)
{
	uint64_t states;

	/* As in ss, of whatever has no state too. */
	if (!strcmp(word, "all"))
		return expr_new_constant(expr, true);
	if (!find_states(word, &states))
		return NULL;
	return expr_new_number(expr, SOCKWATCH_FILTER_IN,
			       SOCKWATCH_FIELD_STATE, states);
}

static struct expr_node *test_name(struct expr *expr, const char *word,
				   bool (*find)(const char *word,
						unsigned int *number),
				   uint8_t id)
{
	unsigned int number;

	if (!find(word, &number))
		return NULL;
	return expr_new_number(expr, SOCKWATCH_FILTER_EQ, id, number);
}

static struct expr_node *test_family(struct expr *expr, const char *word)
{
	return test_name(expr, word, names_find_family,
			 SOCKWATCH_FIELD_FAMILY);
}

static struct expr_node *test_type(struct expr *expr, const char *word)
{
	return test_name(expr, word, names_find_type, SOCKWATCH_FIELD_TYPE);
}

static struct expr_node *test_origin(struct expr *expr, const char *word)
{
	return test_name(expr, word, names_find_origin,
			 SOCKWATCH_FIELD_ORIGIN);
}

/* A protocol has its number in some families only. */
static struct expr_node *protocol_of(struct expr *expr, uint64_t families,
				     uint64_t protocol)
{
	struct expr_node *family, *number;

	family = expr_new_number(expr, SOCKWATCH_FILTER_IN,
				 SOCKWATCH_FIELD_FAMILY, families);
	number = expr_new_number(expr, SOCKWATCH_FILTER_EQ,
				 SOCKWATCH_FIELD_PROTOCOL, protocol);
	return expr_new_both(expr, EXPR_AND, family, number);
}

/* As in names.c, the system's list names what the table does not. */
static struct expr_node *listed_protocol(struct expr *expr, const char *word)
{
	const struct protoent *entry = getprotobyname(word);

	if (!entry)
		return NULL;
	return protocol_of(expr, STATE(AF_INET) | STATE(AF_INET6),
			   entry->p_proto);
}

static struct expr_node *test_proto(struct expr *expr, const char *word)
{
	const struct names_entry *table;
	struct expr_node *node = NULL, *one;
	unsigned int number;
	size_t count, i;

	if (names_parse_number(word, &number))
		return expr_new_number(expr, SOCKWATCH_FILTER_EQ,
				       SOCKWATCH_FIELD_PROTOCOL, number);
	table = names_protocol_table(&count);
	for (i = 0; i < count; i++) {
		if (strcmp(table[i].name, word))
			continue;
		one = protocol_of(expr, STATE(table[i].family),
				  table[i].number);
		node = node ? expr_new_both(expr, EXPR_OR, node, one) : one;
	}
	return node ? node : listed_protocol(expr, word);
}

static struct expr_node *test_comm(struct expr *expr, const char *word)
{
	struct sockwatch_filter_op op = {
		.code = SOCKWATCH_FILTER_EQ,
		.field = SOCKWATCH_FIELD_COMM,
	};
	size_t len = strlen(word);

	/* As long as the kernel keeps it, with a NUL at its end. */
	if (!len || len >= sizeof(op.bytes))
		return NULL;
	memcpy(op.bytes, word, len);
	return expr_new_test(expr, &op);
}

static bool is_pattern(const char *word)
{
	return strpbrk(word, "*?[");
}

static bool parse_number(const char *word, uint64_t *number)
{
	char *end;

	if (*word < '0' || *word > '9')
		return false;
	errno = 0;
	*number = strtoull(word, &end, strncmp(word, "0x", 2) ? 10 : 16);
	return !*end && !errno;
}

/* A directory has its number now; a pattern is for those that come too. */
static struct expr_node *test_cgroup(struct expr *expr, const char *word)
{
	uint64_t id;

	if (is_pattern(word))
		return expr_new_pattern(expr, EXPR_CGROUP, word);
	if (!parse_number(word, &id) && !cgroups_find(word, &id))
		return NULL;
	return expr_new_number(expr, SOCKWATCH_FILTER_EQ,
			       SOCKWATCH_FIELD_CGROUP, id);
}

static bool number_uid(const char *word, uint64_t *number)
{
	const struct passwd *user;

	if (parse_number(word, number))
		return true;
	user = *word ? getpwnam(word) : NULL;
	if (!user)
		return false;
	*number = user->pw_uid;
	return true;
}

/* As ss -e prints it. */
static bool number_id(const char *word, uint64_t *number)
{
	char *end;

	if (strncmp(word, "sk:", 3))
		return parse_number(word, number);
	word += 3;
	if (!*word || strspn(word, "0123456789abcdefABCDEF") != strlen(word))
		return false;
	errno = 0;
	*number = strtoull(word, &end, 16);
	return !errno;
}

static struct expr_node *test_event(struct expr *expr, const char *word)
{
	unsigned int number;

	return names_find_event(word, &number) ?
	       expr_new_event(expr, number) : NULL;
}

#define OF_BOTH (EXPR_OF_SOCKETS | EXPR_OF_EVENTS)

static const char duration[] = "a duration such as 500ms, 10m, 1.5h or 2d";
static const char port[] = "a port by number or name, such as :443 or :https";
static const char inet[] = "an address such as 10.0.0.0/8, [::1]:443 or :80";
static const char ages[] =
	"a test of what an event knows: the ages of its socket are not";

const struct expr_field expr_fields[] = {
	{ "event", EXPR_OF_EVENTS, "a test of sockets: only monitor has events",
	  "an event:", .list = names_list_events, .test = test_event },
	{ "state", OF_BOTH, NULL,
	  "a state: all connected synchronized bucket big",
	  .list = names_list_states, .test = test_state },
	{ "src", EXPR_OF_SOCKETS, NULL,
	  "an address such as 10.0.0.0/8, [::1]:443, :80 or unix:/run/*",
	  .test = expr_parse_local },
	{ "src", EXPR_OF_EVENTS, NULL, inet, .test = expr_parse_inet },
	{ "dst", OF_BOTH, NULL, inet, .test = expr_parse_peer },
	{ "sport", OF_BOTH, NULL, port, .number = expr_parse_port,
	  .id = SOCKWATCH_FIELD_PORT },
	{ "dport", OF_BOTH, NULL, port, .number = expr_parse_port,
	  .id = SOCKWATCH_FIELD_PEER_PORT },
	{ "family", OF_BOTH, NULL, "a family by number or name:",
	  .list = names_list_families, .test = test_family },
	{ "type", OF_BOTH, NULL, "a type by number or name:",
	  .list = names_list_types, .test = test_type },
	{ "proto", OF_BOTH, NULL, "a protocol by number or name:",
	  .list = names_list_protocols, .test = test_proto },
	{ "pid", OF_BOTH, NULL, "the number of a process",
	  .number = parse_number, .id = SOCKWATCH_FIELD_PID },
	{ "comm", OF_BOTH, NULL, "the name of a process, up to 15 characters",
	  .test = test_comm },
	{ "uid", OF_BOTH, NULL, "a user by number or name",
	  .number = number_uid, .id = SOCKWATCH_FIELD_UID },
	{ "cgroup", OF_BOTH, NULL,
	  "the path of a cgroup, or a pattern for it such as /system*",
	  .test = test_cgroup },
	{ "id", OF_BOTH, NULL, "an id such as sk:1f or 31",
	  .number = number_id, .id = SOCKWATCH_FIELD_ID },
	{ "age", EXPR_OF_SOCKETS, ages, duration, .number = duration_parse,
	  .id = SOCKWATCH_FIELD_AGE_NS },
	{ "state-age", EXPR_OF_SOCKETS, ages, duration,
	  .number = duration_parse, .id = SOCKWATCH_FIELD_STATE_AGE_NS },
	{ "origin", OF_BOTH, NULL, "an origin:", .list = names_list_origins,
	  .test = test_origin },
	{ 0 }
};
