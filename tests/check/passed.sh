# SPDX-License-Identifier: GPL-2.0
# Sourced after tap.sh by the checks that take long: what has passed in one run
# is not checked again in the next.  A pass is an empty file in the cache, whose
# name holds sums of all that the result depends on.  No failure is ever kept.

passed_dir=$SOCKWATCH_CACHE/passed
mkdir -p "$passed_dir"
# What no run has asked for in 30 days; another run may be at the same.
find "$passed_dir" -type f -mtime +30 -delete 2>/dev/null || :

# sum_of: of files, their names and what they hold.  The names come on stdin,
# each with a NUL behind it.
sum_of()
(
	set -o pipefail
	sort -z | xargs -0 -r sha256sum -- | sha256sum | cut -c1-32
)

# sum_of_tools PROGRAM-OR-FILE...: of these, and of the check itself.
sum_of_tools()
{
	local tool files=("$check_dir/${0##*/}" "$check_dir"/{tap,passed}.sh)
	for tool; do
		files+=("$(command -v "$tool" || echo "$tool")")
	done
	printf '%s\0' "${files[@]}" | sum_of
}

# has_passed NAME: if so, it is kept for longer.
has_passed()
{
	[ -e "$passed_dir/$1" ] && passed "$1"
}

# passed NAME: to be said only of what was summed up before it was checked.
passed()
{
	: >"$passed_dir/$1"
}
