#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sparse over the module, against the stock kernel's headers: address spaces,
# byte order, what should be static, balance of locks and RCU.  One case a file.
set -eu -o pipefail
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/passed.sh"
cd "$top_dir"

kernel=$("$vm_dir/kernel.sh" stock)
# A folder of its own in the cache: the first run compiles, the next only check.
folder=$SOCKWATCH_CACHE/module/sparse-$(printf %s "$top_dir" | sha256sum |
					cut -c1-8)
mkdir -p "$folder"
exec 9>"$SOCKWATCH_CACHE/lock/$(basename "$folder")"
flock 9
# By what they hold and with the time of now: make builds what is newer.
rsync -rlc --delete --exclude='*.o' --exclude='.*.cmd' \
	Kbuild module include "$folder/"
cd "$folder"

# The compiler that the kernel asks for.
cc=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\([^ ]*\) .*/\1/p' \
     "$kernel/build/.config")
tools=$(sum_of_tools sparse "$cc" "$("$cc" -print-prog-name=cc1)" make)
headers=$(find -L "$kernel/root" -type f -print0 | sum_of)
sources=$(find -L Kbuild module include -type f ! -name '*.o' \
	  ! -name '.*.cmd' -print0 | sum_of)
pass=sparse-$tools-$headers-$sources

check()
{
	# gcc does not warn again of what it has built: objects count only
	# when all was well with them, and with the same tools.
	if [ "$(cat good 2>/dev/null)" != "$tools-$headers" ]; then
		find . -name '*.o' -delete
	fi
	rm -f good
	# Nothing is taken from the environment.
	env -i PATH="$PATH" make -C "$kernel/build" M="$folder" C=2 \
		CF='-D__CHECK_ENDIAN__ -Wcontext' W=1 \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules
}

status=0
known=
if has_passed "$pass"; then
	known=1
else
	check >log 2>&1 9>&- </dev/null || status=$?
fi

built()
{
	[ "$status" = 0 ] || tail -n 20 log
}

# What names the file, other than Kbuild saying what it does.
about()
{
	[ -z "$known" ] || return 0
	if [ "${1%.c}" != "$1" ] && ! grep -q "^  CHECK .*/$1\$" log
	then
		echo "sparse did not look at $1"
	fi
	grep -F "/$1" log | grep -v '^  [A-Z]* *\(\[M\]\)\? */' || :
}

tap_case 'the module builds with C=2 W=1' built
for file in module/*.[ch] include/*.h include/uapi/linux/*.h; do
	tap_case "sparse: $file" about "$file"
done
if [ -z "$known" ] && [ "$tap_failed" = 0 ]; then
	echo "$tools-$headers" >good
	passed "$pass"
fi
tap_end
