#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: source.sh 6.1 | source.sh 6.12 PATH...
# Unpacks Debian's kernel source of that series into the cache, the whole of
# it or only the named paths, and prints the folder.  SOURCE/.version holds
# the package's version.
set -eu
. "$(dirname "$0")/common.sh"
. "$vm_dir/debs.sh"

series=${1:?usage: source.sh SERIES [PATH...]}
shift
# Another set of paths is another folder.
key=$series${*:+-$(printf '%s\n' "$@" | sha256sum | cut -c1-8)}
folder=$SOCKWATCH_CACHE/source/$key

lock "source-$key"
if [ ! -e "$folder/.version" ]; then
	work=$folder.new
	rm -rf "$work" "$folder"
	mkdir -p "$work"
	debs_open "$work/apt"
	package=linux-source-$series
	version=$(debs_version "$package")
	[ -n "$version" ] || die "no package $package"
	debs_fetch "$work/debs" "$package"
	debs_unpack "$work/debs" "$work/root"
	mkdir "$work/tree"
	with_heartbeat "unpacking $package $version" "$work/tar.log" \
		tar -C "$work/tree" --strip-components=1 \
		-xJf "$work/root/usr/src/linux-source-$series.tar.xz" \
		"${@/#/linux-source-$series/}"
	echo "$version" >"$work/tree/.version"
	mv "$work/tree" "$folder"
	rm -rf "$work"
fi
echo "$folder"
