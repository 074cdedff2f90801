# SPDX-License-Identifier: GPL-2.0
# Sourced by kernel.sh: Debian's own kernels, fetched and unpacked.

# What is in the cache stays in use: Debian replaces its kernels every few
# weeks, and a run must not depend on the mirror.  Remove the folder for the
# newest one.
# stock_kernel NAME SUITE SERIES
stock_kernel()
{
	local folder=$SOCKWATCH_CACHE/kernel/$1
	debs_suite=$2
	if [ ! -e "$folder/stamp" ]; then
		rm -rf "$folder"
		stock_prepare "$folder" "$3"
		touch "$folder/stamp"
	fi
	echo "$folder"
}

stock_prepare()
{
	local folder=$1 series=$2 image release headers common kbuild
	mkdir -p "$folder"
	debs_open "$folder/apt"
	image=$(debs_depends linux-image-amd64 '^linux-image-[0-9]')
	release=${image#linux-image-}
	headers=linux-headers-$release
	common=$(debs_depends "$headers" '^linux-headers-.*-common$')
	kbuild=$(debs_depends "$headers" '^linux-kbuild-')
	say "the newest kernel of Debian $debs_suite is $release"
	case $release in
	"$series".*) ;;
	*)	die "that is no $series" ;;
	esac
	debs_fetch "$folder/debs" "$image" "$headers" "$common" "$kbuild"
	debs_unpack "$folder/debs" "$folder/root"

	# The one absolute path inside the headers.
	sed -i "s|/usr/src/|$folder/root/usr/src/|" \
		"$folder/root/usr/src/$headers/Makefile"
	mkdir -p "$folder/modules/lib/modules"
	mv "$folder/root/lib/modules/$release" "$folder/modules/lib/modules/"
	rm -f "$folder/modules/lib/modules/$release"/{build,source}
	mv "$folder/root/boot/vmlinuz-$release" "$folder/vmlinuz"
	ln -s "root/usr/src/$headers" "$folder/build"
	depmod -b "$folder/modules" "$release"
	echo "$release" >"$folder/release"
	rm -rf "$folder/apt" "$folder/debs"
}
