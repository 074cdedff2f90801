#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's own checkpatch.pl and kernel-doc.  One case a file.
set -eu -o pipefail
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/passed.sh"
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
	module/cost.h)
		# The macro defines functions: its arguments are names.
		echo MACRO_ARG_REUSE ;;
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
		echo LONG_LINE ;;
	user/options.c)
		# 1e-9 is a number.
		echo SPACING ;;
	esac
}

shopt -s nullglob
headers=(include/*.h include/uapi/linux/*.h)
styled=(module/*.[ch] "${headers[@]}" user/*.[ch] tests/*/*.[ch])
documented=(module/*.[ch] "${headers[@]}" tests/kunit/*.[ch])
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is summed up must be what is checked, so all is done with a copy.
cp --parents "${styled[@]}" "$work"
cd "$work"

# What both must find, to show that they looked at all.
printf '/**\n * planted() - no word of its argument\n */\nint planted( int n )\n{\n}\n' \
	>planted.c

tools=$(sum_of_tools "$checkpatch" "${checkpatch%/*}/spelling.txt" \
	"${checkpatch%/*}/const_structs.checkpatch" perl)
declare -A pass
while read -r sum file; do
	pass[$file]=checkpatch-$tools-${file//\//,}-$sum
done < <(sha256sum "${styled[@]}")

kernel=()
user=()
for file in "${styled[@]}"; do
	if ! has_passed "${pass[$file]}"; then
		case $file in
		user/*|tests/functional/*|tests/user/*|tests/bench/*)
			user+=("$file") ;;
		*)	kernel+=("$file") ;;
		esac
	fi
done

# check_patch IGNORE FILE...: one run over many files: starting takes longer
# than checking.  The status is 1 for any finding, and each finding is judged
# below.  Nothing is taken from the environment or from a .checkpatch.conf.
check_patch()
{
	local ignore=$1
	shift
	env -i PATH="$PATH" HOME="$work" "$checkpatch" --no-tree --strict \
		--terse --show-types --ignore "$ignore" -f "$@" planted.c 2>&1 || :
}
check_patch "$ignore_all" "${kernel[@]}" >checkpatch-kernel
check_patch "$ignore_all,$ignore_user" "${user[@]}" >checkpatch-user
"$kernel_doc" -none -Werror "${documented[@]}" planted.c >kernel-doc 2>&1 || :

# Whether no file can have been passed over.  The planted one is the last, and
# a name in CamelCase is told only of the first file that has it.
looked_at_all()
{
	grep -q '^planted.c:.*SPACING' checkpatch-kernel &&
		grep -q '^planted.c:.*SPACING' checkpatch-user &&
		! grep -q ':CAMELCASE:' checkpatch-kernel checkpatch-user
}
complete=
! looked_at_all || complete=1

# finds_planted WORD FILE...: all of these have it.
finds_planted()
{
	local word=$1 file
	shift
	for file; do
		grep -q "planted.c:.*$word" "$file" || tail -n 5 "$file"
	done
}

checkpatch_file()
{
	local types said
	! has_passed "${pass[$1]}" || return 0
	types=$(ignored "$1")
	said=$(grep -h "^$1:" checkpatch-kernel checkpatch-user |
		grep -Ev ": (ERROR|WARNING|CHECK):(${types//,/|}): " || :)
	if [ -n "$said" ]; then
		echo "$said"
	elif [ "$complete" ]; then
		passed "${pass[$1]}"
	fi
}

kernel_doc_file()
{
	grep "^$1:" kernel-doc || :
}

tap_case 'checkpatch finds what is planted' finds_planted SPACING \
	checkpatch-kernel checkpatch-user
for file in "${styled[@]}"; do
	tap_case "checkpatch: $file" checkpatch_file "$file"
done
tap_case 'kernel-doc finds what is planted' finds_planted \
	'not described' kernel-doc
for file in "${documented[@]}"; do
	tap_case "kernel-doc: $file" kernel_doc_file "$file"
done
tap_end
