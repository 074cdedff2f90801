// SPDX-License-Identifier: GPL-2.0
/*
 * Filters of sockets and of events, at random.  Whatever the text, it is read or
 * refused with an explanation; and over random sockets the program for the
 * kernel lets through what the tree takes: nothing else, unless the tree has
 * patterns or does not fit.
 *
 * Usage: filters strings|trees COUNT SEED
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "expr_node.h"

/* A case that takes longer hangs. */
#define TIMEOUT_S 10

#define TEXT_BYTES 4096
#define STACK 32
#define ROWS 8
#define DEPTH 6

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/**
 * struct tally - what was seen
 *
 * @parsed: texts that are filters
 * @refused: texts that are none
 * @exact: programs that must be the same as the tree
 * @taken: sockets that a tree took
 * @dropped: sockets that it did not take
 */
struct tally {
	unsigned long parsed, refused, exact, taken, dropped;
};

static const char *const vocabulary[] = {
	"state", "src", "dst", "sport", "dport", "family", "type", "proto",
	"pid", "comm", "uid", "cgroup", "id", "age", "state-age", "origin",
	"and", "or", "not", "(", ")", "&", "&&", "|", "||", "!", "=", "==",
	"!=", "<", ">", "<=", ">=", "eq", "ne", "neq", "lt", "gt", "le", "leq",
	"ge", "geq", "all", "connected", "listen", "close-wait", "10.0.0.0/8",
	"[::1]:80", "::ffff:0:0/96", ":443", "http", "unix:/run/*", "@x*",
	"inet", "stream", "tcp", "raw", "0", "1", "99999", "sk:1f", "10m",
	"1.5h", "0ns", "1e9s", "root", "/", "/system*", "accept", "\\", "*",
	"event", "established",
};

static const char *const tests[] = {
	"state %s close-wait", "state %s bucket", "state %s all",
	"src %s 10.0.0.0/8", "src %s 10.0.0.1:443", "src %s [::1]:80",
	"src %s ::ffff:0.0.0.0/96", "dst %s 10.1.0.0/15", "dst %s :22",
	"src %s unix:/run/[a-m]*", "src %s @*", "family %s inet",
	"type %s stream", "proto %s tcp", "proto %s raw", "proto %s 262",
	"comm %s nginx", "comm %s a\\ b", "cgroup %s 3", "cgroup %s /*",
	"origin %s queued",
};

static const char *const numbers[] = {
	"sport %s 443", "dport %s :22", "pid %s 3", "uid %s 1", "id %s sk:2",
	"age %s 10m", "state-age %s 2s",
};

static const char *const comparisons[] = {
	"", "=", "==", "eq", "!=", "ne", "<", "lt", ">", "gt", "<=", "le",
	">=", "geq",
};

#define EQUALITIES 6

static uint32_t state;

/* The same numbers everywhere for one seed (xorshift). */
static uint32_t below(uint32_t limit)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % limit;
}

#define PICK(array) ((array)[below(COUNT(array))])

/* Sockets */

static struct client_number maybe(uint64_t value)
{
	struct client_number number = { .known = below(4) };

	number.value = number.known ? value : 0;
	return number;
}

static struct client_address random_address(void)
{
	static const struct client_address addresses[] = {
		{ 0 },
		{ 4, { 10, 0, 0, 1 } },
		{ 4, { 10, 1, 255, 255 } },
		{ 16, { [15] = 1 } },
		{ 16, { [10] = 0xff, 0xff, 10, 0, 0, 1 } },
		{ 16, { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 } },
	};

	return PICK(addresses);
}

static struct client_socket random_socket(void)
{
	static const uint64_t ports[] = { 0, 21, 22, 23, 80, 443, 444 };
	static const uint64_t families[] = { AF_UNIX, AF_INET, AF_INET6, 99 };
	static const uint64_t protocols[] = { 0, 1, 6, 17, 255, 262 };
	static const uint64_t times[] = {
		0, 1, 1999999999, 2000000000, 2000000001, 600000000000,
		600000000001, UINT64_MAX,
	};
	static const char *const names[] = { "", "nginx", "a b", "nginx2" };
	struct client_socket sock = {
		.event = maybe(1 + below(9)),
		.kind = { maybe(PICK(families)), maybe(1 + below(3)),
			  maybe(PICK(protocols)) },
		.origin = maybe(1 + below(5)),
		.state = maybe(1 + below(11)),
		.address = random_address(),
		.port = maybe(PICK(ports)),
		.peer_address = random_address(),
		.peer_port = maybe(PICK(ports)),
		.age_ns = maybe(PICK(times)),
		.state_age_ns = maybe(PICK(times)),
		.pid = maybe(1 + below(5)),
		.uid = maybe(below(3)),
		.cgroup = maybe(1 + below(4)),
		.id = maybe(1 + below(4)),
	};

	strcpy(sock.comm, PICK(names));
	if (below(2)) {
		sock.path.bytes = 6;
		memcpy(sock.path.data, below(2) ? "/run/a" : "\0org/x", 6);
	}
	return sock;
}

/* The program, run as the kernel runs it */

static const char *run_step(const struct sockwatch_filter_op *op,
			    const struct client_socket *sock, bool *stack,
			    size_t *top)
{
	size_t takes = op->code <= SOCKWATCH_FILTER_OR ? 2 :
		       op->code == SOCKWATCH_FILTER_NOT;
	struct expr test = {
		.nodes = { { .kind = EXPR_TEST, .op = *op } },
		.root = test.nodes,
	};

	if (*top < takes)
		return "a step without values";
	if (*top - takes == STACK)
		return "too many values";
	if (op->unused || (op->code < SOCKWATCH_FILTER_EQ && op->field))
		return "a step with something in it";
	*top -= takes;
	switch (op->code) {
	case SOCKWATCH_FILTER_AND:
		stack[*top] = stack[*top] && stack[*top + 1];
		break;
	case SOCKWATCH_FILTER_OR:
		stack[*top] = stack[*top] || stack[*top + 1];
		break;
	case SOCKWATCH_FILTER_NOT:
		stack[*top] = !stack[*top];
		break;
	case SOCKWATCH_FILTER_TRUE:
	case SOCKWATCH_FILTER_FALSE:
		stack[*top] = op->code == SOCKWATCH_FILTER_TRUE;
		break;
	default:
		stack[*top] = expr_match(&test, sock, NULL);
	}
	++*top;
	return NULL;
}

static const char *run(const struct sockwatch_filter_op *ops, size_t count,
		       const struct client_socket *sock, bool *result)
{
	const char *wrong = NULL;
	bool stack[STACK];
	size_t top = 0, i;

	*result = true;
	for (i = 0; !wrong && i < count; i++)
		wrong = run_step(&ops[i], sock, stack, &top);
	if (wrong || !count)
		return wrong;
	*result = stack[0];
	return top == 1 ? NULL : "not one value at the end";
}

static size_t steps(const struct expr_node *node)
{
	return !node ? 0 : 1 + steps(node->left) + steps(node->right);
}

static bool has_pattern(const struct expr_node *node)
{
	return node && (node->kind >= EXPR_PATH || has_pattern(node->left) ||
			has_pattern(node->right));
}

static const char *check(const struct expr *expr, struct tally *tally)
{
	struct sockwatch_filter_op ops[SOCKWATCH_FILTER_MAX + 1];
	bool exact = steps(expr->root) <= SOCKWATCH_FILTER_MAX &&
		     !has_pattern(expr->root);
	size_t count = expr_program(expr, ops), i;
	const char *wrong = NULL;
	bool tree, program;

	if (count > SOCKWATCH_FILTER_MAX)
		return "too many steps";
	tally->exact += exact;
	for (i = 0; !wrong && i < ROWS; i++) {
		const struct client_socket sock = random_socket();

		tree = expr_match(expr, &sock, NULL);
		wrong = run(ops, count, &sock, &program);
		if (!wrong && tree && !program)
			wrong = "the program drops what the tree takes";
		if (!wrong && exact && program && !tree)
			wrong = "the program takes what the tree drops";
		tally->taken += tree;
		tally->dropped += !tree;
	}
	return wrong;
}

/* Random texts */

static void random_bytes(char *text)
{
	size_t bytes = below(200), i;

	for (i = 0; i < bytes; i++)
		text[i] = 1 + below(below(2) ? 126 : 255);
	text[i] = '\0';
}

/* About as many tests as a tree has room for. */
static void random_length(char *text)
{
	uint32_t tests = EXPR_NODES / 2 - 3 + below(6);

	for (*text = '\0'; tests; tests--)
		text = stpcpy(text, "uid 1|");
	strcpy(text, below(2) ? "uid 2" : "sport ge 3");
}

static void random_words(char *text)
{
	uint32_t words = below(30);

	if (!below(100)) {
		random_length(text);
		return;
	}
	for (*text = '\0'; words; words--)
		strcat(strcat(text, PICK(vocabulary)), below(4) ? " " : "");
}

static void put_filter(char **at, unsigned int depth)
{
	static const char *const joints[] = { "and", "or", "", "&", "||" };
	bool number = below(2);
	uint32_t what = depth ? below(4) : 0;

	if (!what) {
		*at += sprintf(*at, number ? PICK(numbers) : PICK(tests),
			       number ? PICK(comparisons) :
			       comparisons[below(EQUALITIES)]);
	} else if (what == 1) {
		*at += sprintf(*at, below(2) ? "not " : "! ");
		put_filter(at, depth - 1);
	} else {
		*at += sprintf(*at, "(");
		put_filter(at, depth - 1);
		*at += sprintf(*at, " %s ", PICK(joints));
		put_filter(at, depth - 1);
		*at += sprintf(*at, ")");
	}
}

static void random_filter(char *text)
{
	char *at = text;

	put_filter(&at, DEPTH);
	if (below(4) == 0)
		text[below(at - text)] = 1 + below(255);
}

/* One line, the filter and the caret, all printable. */
static const char *check_error(const char *text)
{
	const char *caret = strrchr(text, '^'), *at;
	unsigned int lines = 0;

	for (at = text; *at; at++)
		if (*at == '\n')
			lines++;
		else if (*at < ' ' || *at > '~')
			return "an error that is not printable";
	if (lines != 2 || !caret || caret[1] ||
	    strncmp(text, "filter, column ", 15))
		return "an error that does not point at the place";
	return NULL;
}

static const char *try_string(char *text, unsigned long n, struct tally *tally)
{
	void (*const make[])(char *text) = {
		random_bytes, random_words, random_filter,
	};
	struct error error = { 0 };
	const char *wrong;
	struct expr *expr;

	make[n % COUNT(make)](text);
	if (expr_parse(&expr, below(8) ? EXPR_OF_SOCKETS : EXPR_OF_EVENTS,
		       &text, 1, &error)) {
		tally->refused++;
		return check_error(error.text);
	}
	tally->parsed++;
	if (!below(4))
		expr_only_families(expr, 1 << AF_INET);
	wrong = check(expr, tally);
	expr_free(expr);
	return wrong;
}

/* Random trees */

static struct expr_node *random_test(struct expr *expr)
{
	static const uint8_t fields[] = {
		SOCKWATCH_FIELD_STATE, SOCKWATCH_FIELD_ORIGIN,
		SOCKWATCH_FIELD_TYPE, SOCKWATCH_FIELD_PID,
		SOCKWATCH_FIELD_UID, SOCKWATCH_FIELD_PORT, SOCKWATCH_FIELD_ID,
	};
	uint8_t code = SOCKWATCH_FILTER_EQ + below(4);

	if (code == SOCKWATCH_FILTER_IN)
		return expr_new_number(expr, code, fields[below(3)],
				       below(1 << 12));
	return expr_new_number(expr, code, PICK(fields), below(6));
}

static struct expr_node *random_tree(struct expr *expr, unsigned int depth)
{
	uint32_t what = below(12);
	struct expr_node *left;

	if (what == 0)
		return expr_new_constant(expr, below(2));
	if (what == 1)
		return below(2) ? expr_new_event(expr, 1 + below(9)) :
				  expr_new_pattern(expr, EXPR_PATH, "/run/*");
	if (what < 4 || !depth)
		return random_test(expr);
	left = random_tree(expr, depth - 1);
	if (what < 6)
		return expr_new_not(expr, left);
	return expr_new_both(expr, what < 9 ? EXPR_AND : EXPR_OR, left,
			     random_tree(expr, depth - 1));
}

static const char *try_tree(char *text, unsigned long n, struct tally *tally)
{
	struct expr *expr = calloc(1, sizeof(*expr));
	const char *wrong;

	sprintf(text, "tree %lu", n);
	expr->root = random_tree(expr, 1 + below(9));
	if (below(4) == 0)
		expr_only_families(expr, 1 << AF_INET | 1 << AF_INET6);
	wrong = check(expr, tally);
	tally->parsed++;
	expr_free(expr);
	return wrong;
}

int main(int argc, char **argv)
{
	struct tally tally = { 0 };
	const char *wrong = NULL;
	char text[TEXT_BYTES];
	unsigned long n;
	bool trees;

	if (argc != 4)
		return EXIT_FAILURE;
	trees = !strcmp(argv[1], "trees");
	state = strtoul(argv[3], NULL, 10);
	for (n = 0; !wrong && n < strtoul(argv[2], NULL, 10); n++) {
		alarm(TIMEOUT_S);
		wrong = (trees ? try_tree : try_string)(text, n, &tally);
	}
	printf("%lu parsed, %lu refused, %lu exact, %lu taken, %lu dropped\n",
	       tally.parsed, tally.refused, tally.exact, tally.taken,
	       tally.dropped);
	if (wrong)
		printf("%s: %s\n", wrong, text);
	return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
