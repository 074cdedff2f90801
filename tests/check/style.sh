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
	user/exchange.c)
		# A message on one line, though not in a call.
		echo "$ignore_user,LONG_LINE" ;;
	user/options.c)
		# 1e-9 is a number.
		echo "$ignore_user,SPACING" ;;
	user/*|tests/functional/*|tests/user/*|tests/bench/*)
		echo "$ignore_user" ;;
	esac
}

shopt -s nullglob
headers=(include/*.h include/uapi/linux/*.h)
styled=(module/*.[ch] "${headers[@]}" user/*.[ch] tests/*/*.[ch])
documented=(module/*.[ch] "${headers[@]}" tests/kunit/*.[ch])
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What both must find, to show that they looked at all.
printf '/**\n * planted() - no word of its argument\n */\nint planted( int n )\n{\n}\n' \
	>"$work/planted.c"

# One run over all files: starting takes longer than checking.  The status is
# 1 for any finding, and each finding is judged below.  checkpatch leaves a file
# where it runs, so it runs elsewhere.
(cd "$work" && "$checkpatch" --no-tree --strict --terse --show-types \
	--ignore "$ignore_all" -f "${styled[@]/#/$top_dir/}" planted.c) 2>&1 |
	sed "s|^$top_dir/||" >"$work/checkpatch" || :
"$kernel_doc" -none -Werror "${documented[@]}" "$work/planted.c" \
	>"$work/kernel-doc" 2>&1 || :

finds_planted()
{
	grep -q "planted.c:.*$2" "$work/$1" || tail -n 5 "$work/$1"
}

checkpatch_file()
{
	local types
	types=$(ignored "$1")
	grep "^$1:" "$work/checkpatch" |
		grep -Ev ": (ERROR|WARNING|CHECK):(${types//,/|}): " || :
}

kernel_doc_file()
{
	grep "^$1:" "$work/kernel-doc" || :
}

tap_case 'checkpatch finds what is planted' finds_planted checkpatch SPACING
for file in "${styled[@]}"; do
	tap_case "checkpatch: $file" checkpatch_file "$file"
done
tap_case 'kernel-doc finds what is planted' finds_planted kernel-doc \
	'not described'
for file in "${documented[@]}"; do
	tap_case "kernel-doc: $file" kernel_doc_file "$file"
done
tap_end
