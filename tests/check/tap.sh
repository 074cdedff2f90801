# SPDX-License-Identifier: GPL-2.0
# Sourced by the checks: TAP, and where things are.  A case prints what it has
# against the checkout; nothing printed is a pass.

check_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2034  # used by the scripts that source this file
top_dir=$(cd "$check_dir/../.." && pwd)
# shellcheck disable=SC2034
vm_dir=$top_dir/tests/vm
SOCKWATCH_CACHE=${SOCKWATCH_CACHE:-/var/cache/sockwatch}
tap_nr=0
tap_failed=0

# tap_case NAME COMMAND...: ok when COMMAND succeeds and prints nothing.
tap_case()
{
	local name=$1 said status=0
	shift
	tap_nr=$((tap_nr + 1))
	said=$("$@" 2>&1) || status=$?
	if [ "$status" = 0 ] && [ -z "$said" ]; then
		echo "ok $tap_nr - $name"
		return
	fi
	tap_failed=1
	printf '%s\n' "${said:-status $status}" | sed 's/^/# /'
	echo "not ok $tap_nr - $name"
}

tap_end()
{
	echo "1..$tap_nr"
	exit "$tap_failed"
}
