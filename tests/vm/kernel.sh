#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: kernel.sh stock|stock-6.12|test|debug|locks
# Prepares a kernel in the cache and prints its folder, which holds:
#   release   the kernel's release, as uname -r says it
#   vmlinuz   the image
#   modules/  lib/modules/RELEASE with modules.dep
#   build     what to give to make -C for building modules
# stock is Debian's own newest 6.1, stock-6.12 that of its backports; test has
# KUnit; debug has the checkers; locks counts them (tests/bench/locks.py).
# The cache may be lost at any time: a folder counts only with its stamp.
set -eu
. "$(dirname "$0")/common.sh"
. "$vm_dir/debs.sh"
. "$vm_dir/kernel-stock.sh"
. "$vm_dir/kernel-build.sh"

name=${1:?usage: kernel.sh stock|stock-6.12|test|debug|locks}
lock "kernel-$name"
case $name in
stock)	stock_kernel stock bookworm 6.1 ;;
stock-6.12)
	stock_kernel stock-6.12 bookworm-backports 6.12 ;;
test)	build_kernel test common trim ;;
locks)	build_kernel locks common trim lockstat ;;
debug)	build_kernel debug common trim net debug ;;
*)	die "no kernel is named $name: stock, stock-6.12, test, debug or locks" ;;
esac
