#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# usage: deps.sh [PACKAGE ...]
# Installs the Debian packages that the build and the tests need, and those
# that are named, only where they are missing.  With nothing missing it takes a
# fraction of a second.
set -eu
. "$(dirname "$0")/common.sh"

packages="
	make gcc pkg-config libc6-dev linux-libc-dev
	libnl-3-dev libnl-genl-3-dev libjson-c-dev
	qemu-system-x86 seabios ipxe-qemu busybox-static kmod cpio
	flex bison bc libelf-dev libssl-dev xz-utils rsync perl sparse
	python3 python3-yaml python3-jsonschema
	iproute2 iputils-ping curl netbase netcat-openbsd procps psmisc
	ca-certificates util-linux
	$*
"

missing=
for package in $packages; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || :)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	say "these packages are missing; as root: apt-get install$missing"
	exit 1
fi

export DEBIAN_FRONTEND=noninteractive
mkdir -p "$SOCKWATCH_CACHE/log"
log=$SOCKWATCH_CACHE/log/deps.log
retry 4 with_heartbeat "reading the package lists" "$log" apt-get -q update
# shellcheck disable=SC2086  # a list of words
retry 4 with_heartbeat "installing$missing" "$log" \
	apt-get -q -y --no-install-recommends install $missing
