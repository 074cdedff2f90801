#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's own checkpatch.pl and kernel-doc.  One case a file.
set -eu
. "$(dirname "$0")/tap.sh"
cd "$top_dir"

checkpatch=$("$vm_dir/source.sh" 6.1)/scripts/checkpatch.pl
# 6.12's kernel-doc knows "private:" inside an enum, 6.1's does not.
kernel_doc=$("$vm_dir/source.sh" 6.12 Documentation/netlink \
	     scripts/kernel-doc)/scripts/kernel-doc

# What checkpatch says that is not so here:
#   FILE_PATH_CHANGES   there is no MAINTAINERS
#   SPLIT_STRING and LONG_LINE_STRING contradict each other: a message stays
#			on one line, so that it can be searched for
ignore_all=FILE_PATH_CHANGES,LONG_LINE_STRING
# In programs of user space there is no __printf() and no %ps; PRIu64 and
# _Noreturn are C's, as uint32_t is; sig_atomic_t is volatile; lists are macros.
ignore_user=PREFER_DEFINED_ATTRIBUTE_MACRO,EMBEDDED_FUNCTION_NAME,CAMELCASE
ignore_user=$ignore_user,VOLATILE,MACRO_ARG_REUSE,PREFER_KERNEL_TYPES

# And in single files, each once seen and looked at:
ignored()
{
	case $1 in
	module/compat.h)
		# The one file whose purpose it is.
		echo LINUX_VERSION_CODE,CONSTANT_COMPARISON ;;
	module/genl.c)
		# A function type that both dumps share.
		echo NEW_TYPEDEFS ;;
	module/track.h)
		# The barrier's comment is the kernel-doc above the function.
		echo MEMORY_BARRIER ;;
	module/census.c)
		# A local pointer to a lock, not a lock.
		echo UNCOMMENTED_DEFINITION ;;
	module/proc.c)
		# [number] = name in a macro: a designator, not an index.
		echo BRACKET_SPACE ;;
	include/sockwatch_names.h)
		# Lists for a macro that is given: no expressions.
		echo COMPLEX_MACRO,MACRO_ARG_REUSE ;;
	tests/kunit/fake.[ch])
		# The macros hand a name or the test on, with a line number.
		echo MACRO_ARG_PRECEDENCE,MACRO_ARG_REUSE ;;
	tests/kunit/account_netns_test.c)
		# call_usermodehelper() takes char **.
		echo STATIC_CONST_CHAR_ARRAY ;;
	user/options.c)
		# 1e-9 is a number.
		echo "$ignore_user,SPACING" ;;
	user/*|tests/functional/*|tests/user/*|tests/bench/*)
		echo "$ignore_user" ;;
	esac
}

# Prints only findings: not the totals.
checkpatch_file()
{
	"$checkpatch" --no-tree --strict --terse --show-types \
		--ignore "$ignore_all,$(ignored "$1")" -f "$1" |
		grep -v '^total: ' || :
}

# -Werror gives the status; the last lines only count.
kernel_doc_file()
{
	"$kernel_doc" -none -Werror "$1" 2>&1 |
		grep -v '^[0-9]* warnings\( as Errors\)\?$' || :
}

shopt -s nullglob
for file in module/*.[ch] include/*.h include/uapi/linux/*.h user/*.[ch] \
	    tests/*/*.[ch]; do
	tap_case "checkpatch: $file" checkpatch_file "$file"
done
for file in module/*.[ch] include/*.h include/uapi/linux/*.h \
	    tests/kunit/*.[ch]; do
	tap_case "kernel-doc: $file" kernel_doc_file "$file"
done
tap_end
