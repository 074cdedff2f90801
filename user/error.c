// SPDX-License-Identifier: GPL-2.0
/* Keeps the text of an error until main prints it. */
#include <stdarg.h>
#include <stdio.h>

#include "error.h"

int error_set(struct error *error, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return code;
}
