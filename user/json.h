/* SPDX-License-Identifier: GPL-2.0 */
/* JSON put together and printed; only the renderers use this. */
#ifndef _SOCKWATCH_JSON_H
#define _SOCKWATCH_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "client.h"
#include "render.h"

struct json_object;

/*
 * Without memory json-c's constructors return NULL, which json-c prints as
 * null, the word for what is not known; only json_print() reports it.
 */

/**
 * json_add() - add a member
 *
 * @object: to this one
 * @key: its name
 * @value: taken over; NULL is null
 */
void json_add(struct json_object *object, const char *key,
	      struct json_object *value);

/**
 * json_append() - add an element
 *
 * @array: to this one
 * @value: taken over
 */
void json_append(struct json_object *array, struct json_object *value);

/**
 * json_add_number() - add a number, null if it is not known
 *
 * @object: to this one
 * @key: its name
 * @number: the number
 */
void json_add_number(struct json_object *object, const char *key,
		     const struct client_number *number);

/**
 * json_add_text() - add text, null if it is empty
 *
 * @object: to this one
 * @key: its name
 * @text: the text
 */
void json_add_text(struct json_object *object, const char *key,
		   const char *text);

/**
 * json_add_name() - add a number by its name, or as it is for --numeric
 *
 * @object: to this one
 * @key: its name
 * @number: the number
 * @numeric: whether it is for --numeric
 * @name: names it
 */
void json_add_name(struct json_object *object, const char *key,
		   const struct client_number *number, bool numeric,
		   void (*name)(char *buf, uint64_t number));

/**
 * json_add_protocol() - add "protocol", by its name in a family
 *
 * @object: to this one
 * @family: the family
 * @protocol: the protocol
 * @numeric: whether it is for --numeric
 */
void json_add_protocol(struct json_object *object,
		       const struct client_number *family,
		       const struct client_number *protocol, bool numeric);

/**
 * json_add_addresses() - add "local" and "remote", the addresses of a socket
 *
 * @object: to this one
 * @sock: the socket
 */
void json_add_addresses(struct json_object *object,
			const struct client_socket *sock);

/**
 * json_add_cgroup() - add "cgroup", by its path or its number
 *
 * @object: to this one
 * @cgroup: its number
 * @path: its path, or NULL
 */
void json_add_cgroup(struct json_object *object,
		     const struct client_number *cgroup, const char *path);

/**
 * json_new_root() - an object that says which version of the keys it has
 *
 * Return: the object.
 */
struct json_object *json_new_root(void);

/**
 * json_text() - an object as text
 *
 * @object: the object
 * @style: how
 *
 * Return: the text, which belongs to @object; NULL without memory.
 */
const char *json_text(struct json_object *object,
		      const struct render_style *style);

/**
 * json_print() - print an object and free it
 *
 * @root: the object
 * @out: where to
 * @style: how
 *
 * Return: 0, or -ENOMEM.
 */
int json_print(struct json_object *root, FILE *out,
	       const struct render_style *style);

/**
 * struct json_list - a list of rows below a key
 *
 * @key: the key
 * @dump: where the rows are
 * @has: which of them; NULL for all
 * @new_row: makes an object of one
 */
struct json_list {
	const char *key;
	const struct client_dump *dump;
	bool (*has)(const void *row);
	struct json_object *(*new_row)(const void *row, bool numeric);
};

/**
 * json_print_lists() - print lists, namespace by namespace
 *
 * @out: where to
 * @style: how
 * @lists: the first one tells which namespaces there are and when they were
 *	read; in another one, a namespace that is not there is null
 * @count: how many lists
 *
 * Return: 0, or -ENOMEM.
 */
int json_print_lists(FILE *out, const struct render_style *style,
		     const struct json_list *lists, size_t count);

#endif /* _SOCKWATCH_JSON_H */
