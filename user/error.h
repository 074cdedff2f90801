/* SPDX-License-Identifier: GPL-2.0 */
/* An error as one line of text: all below main fill one, main prints. */
#ifndef _SOCKWATCH_ERROR_H
#define _SOCKWATCH_ERROR_H

/**
 * struct error - why something failed
 *
 * @text: one line for the user, without a newline
 */
struct error {
	char text[1024];
};

/**
 * error_set() - put a line into an error
 *
 * @error: where it goes
 * @code: a negative errno
 * @format: as for printf
 *
 * Return: @code.
 */
int error_set(struct error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* _SOCKWATCH_ERROR_H */
