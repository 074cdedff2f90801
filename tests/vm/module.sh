#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: module.sh stock|stock-6.12|test|debug
# Builds sockwatch.ko of this checkout for a kernel, and sockwatch_kunit.ko
# where the kernel has KUnit, and prints the folder that holds them.  The
# build folder is in the cache, one a kernel and a checkout, and keeps its
# objects: a second build does only what changed.
set -eu
. "$(dirname "$0")/common.sh"

name=${1:?usage: module.sh stock|stock-6.12|test|debug}
kernel=$("$vm_dir/kernel.sh" "$name")
checkout=$(printf %s "$top_dir" | sha256sum | cut -c1-8)
folder=$SOCKWATCH_CACHE/module/$(basename "$kernel")-$checkout
lock "module-$(basename "$folder")"
mkdir -p "$folder/tests"

# With --delete, but not what a build makes; by content, so that a new clone is
# not built anew.
copy()
{
	rsync -rlc --delete --exclude='*.o' --exclude='*.ko' --exclude='*.mod' \
		--exclude='*.mod.c' --exclude='.*.cmd' --exclude='*.o.d' \
		--exclude='Module.symvers' --exclude='modules.order' "$@"
}

cd "$top_dir"
copy Kbuild "$folder/"
copy module include "$folder/"
[ ! -d tests/kunit ] || copy tests/kunit "$folder/tests/"

# The same objects with other flags are another build.
flags=()
if grep -q '^CONFIG_UBSAN=y' "$kernel/build/.config"; then
	flags+=(UBSAN_SANITIZE=y)
fi

# build NAME FOLDER: any warning is a failure.
build()
{
	local log=$folder/$1.log status=0
	with_heartbeat "building $1.ko for $name" "$log" \
		make -C "$kernel/build" M="$2" W=1 "${flags[@]}" \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules || status=1
	if [ "$status" = 0 ] && grep -i 'warning' "$log" >&2; then
		status=1
	fi
	if [ "$status" != 0 ]; then
		# So that the next build shows the warning again.
		find "$2" -name '*.o' -delete
		die "$1.ko for $name: errors or warnings"
	fi
}

build sockwatch "$folder"
if [ -e tests/kunit/Kbuild ] &&
   grep -q '^CONFIG_KUNIT=' "$kernel/build/.config"; then
	build sockwatch_kunit "$folder/tests/kunit"
	ln -sf tests/kunit/sockwatch_kunit.ko "$folder/sockwatch_kunit.ko"
fi
echo "$folder"
