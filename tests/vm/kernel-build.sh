# SPDX-License-Identifier: GPL-2.0
# Sourced by kernel.sh: kernels built from Debian's source with the
# fragments of tests/vm/config.

# What the checkers run at nearly every step is not itself checked for bad
# accesses: saving a stack, lockdep, kmemleak.  It is the kernel's own code,
# and takes the greater part of a debug kernel's time.
unchecked=(unwind_frame stacktrace extable fgraph lockdep spinlock_debug
	   smp_processor_id kmemleak rbtree)
unchecked=("${unchecked[@]/#/KASAN_SANITIZE_}")
unchecked=("${unchecked[@]/%/.o=n}")

# build_kernel NAME FRAGMENT...: the folder's key covers all that the build
# depends on; a change of any makes a new one.
build_kernel()
{
	local name=$1 source key folder fragment fragments=()
	shift
	for fragment; do
		fragments+=("$vm_dir/config/$fragment.config")
	done
	source=$("$vm_dir/source.sh" 6.1)
	key=$(
		{
			cat "$source/.version" "${fragments[@]}"
			gcc -dumpfullversion
			echo "${unchecked[@]}"
		} | sha256sum | cut -c1-12
	)
	folder=$SOCKWATCH_CACHE/kernel/$name-$key
	if [ ! -e "$folder/stamp" ]; then
		build_forget "$name"
		rm -rf "$folder"
		mkdir -p "$folder/build"
		build_configure "$name" "$source" "$folder/build" "${fragments[@]}"
		build_make "$name" "$folder"
	fi
	touch "$folder/stamp"
	echo "$folder"
}

# Kernels that no checkout has asked for in a week, and broken-off builds.
build_forget()
{
	local old
	for old in "$SOCKWATCH_CACHE/kernel/$1"-*; do
		[ -d "$old" ] || continue
		[ -n "$(find "$old/stamp" -mtime -7 2>/dev/null)" ] ||
			rm -rf "$old"
	done
}

build_configure()
{
	local name=$1 source=$2 build=$3
	shift 3
	make -s -C "$source" O="$build" tinyconfig >"$build/config.log" 2>&1
	echo "CONFIG_LOCALVERSION=\"-sockwatch-$name\"" >"$build/name.config"
	# Absolute paths only: with others the merge silently does nothing.
	"$source/scripts/kconfig/merge_config.sh" -m -O "$build" \
		"$build/.config" "$@" "$build/name.config" >>"$build/config.log"
	make -s -C "$build" olddefconfig >>"$build/config.log" 2>&1
	build_check_config "$build/.config" "$@" "$build/name.config"
}

# An option whose dependencies are not met is dropped without a word, and the
# tests would then not test what they say.
build_check_config()
{
	local config=$1 bad
	shift
	bad=$(cat "$@" | awk -v config="$config" '
		BEGIN {
			while ((getline line < config) > 0)
				if (line ~ /^CONFIG_/) {
					split(line, part, "=")
					on[part[1]] = line
				}
		}
		/^CONFIG_/ { split($0, part, "="); want[part[1]] = $0 }
		/^# CONFIG_.* is not set$/ { want[$2] = "" }
		END {
			for (name in want)
				if (on[name] != want[name])
					print name " wanted " want[name] " got " on[name]
		}')
	[ -z "$bad" ] || die "the configuration was not taken: $bad"
	! grep '=m$' "$config" >&2 || die "no module should be built"
}

build_make()
{
	local name=$1 folder=$2 build=$2/build release behind=10
	# Behind the tests that run meanwhile, but for the one that the longest
	# of all lanes waits for.
	[ "$name" != debug ] || behind=0
	with_heartbeat "building the $name kernel" "$folder/build.log" \
		nice -n $behind make -C "$build" -j"$(nproc)" bzImage modules "${unchecked[@]}"
	release=$(cat "$build/include/config/kernel.release")
	make -s -C "$build" INSTALL_MOD_PATH="$folder/modules" modules_install \
		>>"$folder/build.log" 2>&1
	rm -f "$folder/modules/lib/modules/$release"/{build,source}
	cp "$build/arch/x86/boot/bzImage" "$folder/vmlinuz"
	echo "$release" >"$folder/release"
	# Objects of the kernel proper are of no use any more; what modules
	# need is the headers, the scripts and Module.symvers.
	find "$build" -name '*.o' -not -path '*/scripts/*' \
		-not -path '*/tools/*' -delete
	rm -f "$build/vmlinux" "$build"/.tmp_vmlinux* \
		"$build/arch/x86/boot/bzImage"
}
