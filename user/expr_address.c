// SPDX-License-Identifier: GPL-2.0
/* Reads addresses and ports of a filter: 10.0.0.0/8:443, [::1]:22, :80. */
#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "expr_field.h"
#include "names.h"

/* No address is longer with its brackets, prefix and the name of a service. */
#define ENDPOINT_BYTES 128

/* An address and a port as text; what is not there is NULL. */
struct endpoint {
	char text[ENDPOINT_BYTES];
	char *address;
	char *prefix;
	char *port;
};

bool expr_parse_port(const char *word, uint64_t *port)
{
	const struct servent *service;
	unsigned int number;

	word += *word == ':';
	if (names_parse_number(word, &number)) {
		*port = number;
		return true;
	}
	service = *word ? getservbyname(word, NULL) : NULL;
	if (!service)
		return false;
	*port = ntohs(service->s_port);
	return true;
}

/* Where the port begins: an IPv6 address that has one stands in brackets. */
static char *find_port(char *text)
{
	char *colon = strrchr(text, ':');
	char *bracket = strrchr(text, ']');

	if (!colon || (bracket && colon < bracket))
		return NULL;
	return bracket || strchr(text, ':') == colon ? colon : NULL;
}

static bool take_brackets(struct endpoint *endpoint)
{
	size_t len = strlen(endpoint->address);

	if (*endpoint->address != '[')
		return true;
	if (len < 3 || endpoint->address[len - 1] != ']')
		return false;
	endpoint->address[len - 1] = '\0';
	endpoint->address++;
	return true;
}

/* address[/prefix][:port] */
static bool split(struct endpoint *endpoint, const char *word)
{
	size_t len = strlen(word);

	if (!len || len >= sizeof(endpoint->text))
		return false;
	memcpy(endpoint->text, word, len + 1);
	endpoint->address = endpoint->text;
	endpoint->port = find_port(endpoint->text);
	if (endpoint->port)
		*endpoint->port++ = '\0';
	endpoint->prefix = strchr(endpoint->text, '/');
	if (endpoint->prefix)
		*endpoint->prefix++ = '\0';
	return take_brackets(endpoint);
}

static bool parse_address(const struct endpoint *endpoint,
			  struct sockwatch_filter_op *op)
{
	unsigned int bits;

	if (inet_pton(AF_INET, endpoint->address, op->bytes) == 1)
		op->len = 4;
	else if (inet_pton(AF_INET6, endpoint->address, op->bytes) == 1)
		op->len = 16;
	else
		return false;
	bits = 8 * op->len;
	if (endpoint->prefix && (!names_parse_number(endpoint->prefix, &bits) ||
				 bits > 8u * op->len))
		return false;
	op->prefix = bits;
	return true;
}

static bool is_any(const char *text)
{
	return !*text || !strcmp(text, "*");
}

static struct expr_node *parse_endpoint(struct expr *expr, const char *word,
					uint8_t address_field,
					uint8_t port_field)
{
	struct sockwatch_filter_op op = {
		.code = SOCKWATCH_FILTER_EQ,
		.field = address_field,
	};
	struct expr_node *address, *port;
	struct endpoint endpoint;
	uint64_t number;

	if (!split(&endpoint, word))
		return NULL;
	if (is_any(endpoint.address) && !endpoint.prefix)
		address = expr_new_constant(expr, true);
	else if (parse_address(&endpoint, &op))
		address = expr_new_test(expr, &op);
	else
		return NULL;
	if (!endpoint.port || is_any(endpoint.port))
		return address;
	if (!expr_parse_port(endpoint.port, &number))
		return NULL;
	port = expr_new_number(expr, SOCKWATCH_FILTER_EQ, port_field, number);
	return expr_new_both(expr, EXPR_AND, address, port);
}

struct expr_node *expr_parse_inet(struct expr *expr, const char *word)
{
	return parse_endpoint(expr, word, SOCKWATCH_FIELD_ADDRESS,
			      SOCKWATCH_FIELD_PORT);
}

struct expr_node *expr_parse_local(struct expr *expr, const char *word)
{
	if (!strncmp(word, "unix:", 5))
		return expr_new_pattern(expr, EXPR_PATH, word + 5);
	if (*word == '/' || *word == '@')
		return expr_new_pattern(expr, EXPR_PATH, word);
	return expr_parse_inet(expr, word);
}

struct expr_node *expr_parse_peer(struct expr *expr, const char *word)
{
	return parse_endpoint(expr, word, SOCKWATCH_FIELD_PEER_ADDRESS,
			      SOCKWATCH_FIELD_PEER_PORT);
}
