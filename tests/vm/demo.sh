#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make demo` runs: boot Debian's stock kernel, load the module, make
# real traffic with everyday programs, and show what sockwatch has counted.
set -eu
. "$(dirname "$0")/common.sh"

say "preparing Debian's kernel and building the module for it"
folder=$("$vm_dir/module.sh" stock)
say "booting it under emulation: about ten seconds"
console=$SOCKWATCH_CACHE/log/console-demo.log
mkdir -p "$SOCKWATCH_CACHE/log"
export DEMO=1
exec "$vm_dir/boot.py" --console "$console" --timeout 120 \
	--env SOCKWATCH_KO="$folder/sockwatch.ko" \
	--env SOCKWATCH_DIR="$top_dir/user" \
	stock -- "$vm_dir/guest/demo"
