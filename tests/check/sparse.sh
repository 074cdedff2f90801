#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sparse over the module, against the stock kernel's headers: address spaces,
# byte order, what should be static, balance of locks and RCU.  One case a file.
set -eu
. "$(dirname "$0")/tap.sh"
cd "$top_dir"

kernel=$("$vm_dir/kernel.sh" stock)
# A folder of its own in the cache: the first run compiles, the next only check.
folder=$SOCKWATCH_CACHE/module/sparse-$(printf %s "$top_dir" | sha256sum |
					cut -c1-8)
mkdir -p "$folder"
exec 9>"$SOCKWATCH_CACHE/lock/$(basename "$folder")"
flock 9
rsync -rlt --delete --exclude='*.o' --exclude='.*.cmd' \
	Kbuild module include "$folder/"

status=0
make -C "$kernel/build" M="$folder" C=2 \
	CF='-D__CHECK_ENDIAN__ -Wcontext' W=1 CONFIG_DEBUG_INFO_BTF_MODULES= \
	modules >"$folder/log" 2>&1 9>&- </dev/null || status=$?

built()
{
	[ "$status" = 0 ] || tail -n 20 "$folder/log"
}

# What names the file, other than Kbuild saying what it does.
about()
{
	if [ "${1%.c}" != "$1" ] && ! grep -q "^  CHECK .*/$1\$" "$folder/log"
	then
		echo "sparse did not look at $1"
	fi
	grep -F "/$1" "$folder/log" | grep -v '^  [A-Z]* *\(\[M\]\)\? */' || :
}

tap_case 'the module builds with C=2 W=1' built
for file in module/*.[ch] include/*.h include/uapi/linux/*.h; do
	tap_case "sparse: $file" about "$file"
done
tap_end
