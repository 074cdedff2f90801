# SPDX-License-Identifier: GPL-2.0
# Sourced after common.sh: fetches Debian packages without installing them.
# A private apt state is used, so that neither the machine's lists nor its
# installed packages matter.  The mirror is the one the machine itself uses.

# Who sources this may set another.
debs_suite=bookworm

# The sources of debs_suite, one line each, out of the machine's own.  Backports
# are where the suite is that they are for, whether or not the machine has them.
debs_sources()
{
	local key=/usr/share/keyrings/debian-archive-keyring.gpg opt='[arch=amd64]'
	[ ! -r "$key" ] || opt="[arch=amd64 signed-by=$key]"
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
		awk -v suite="${debs_suite%-backports}" -v want="$debs_suite" \
			-v opt="$opt" '
			$3 != "main" || $1 !~ /debian/ { next }
			want != suite && $2 == suite { $2 = want }
			want != suite && $2 != want { next }
			$2 ~ "^" want "(-security|-updates)?$" && !seen[$0]++ {
				print "deb", opt, $0
			}'
}

# debs_open FOLDER: make the private state there and read the lists.
debs_open()
{
	debs_state=$1
	mkdir -p "$debs_state"/{lists/partial,cache/archives/partial,etc}
	: >"$debs_state/status"
	debs_sources >"$debs_state/etc/sources.list"
	[ -s "$debs_state/etc/sources.list" ] ||
		die "apt knows no source for Debian $debs_suite"
	retry 4 with_heartbeat "reading Debian's package lists" \
		"$debs_state/update.log" debs_apt apt-get -q update
}

debs_apt()
{
	local tool=$1
	shift
	"$tool" \
		-o Dir::State="$debs_state" \
		-o Dir::State::lists="$debs_state/lists" \
		-o Dir::State::status="$debs_state/status" \
		-o Dir::Cache="$debs_state/cache" \
		-o Dir::Etc::sourcelist="$debs_state/etc/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o APT::Sandbox::User=root \
		-o APT::Architecture=amd64 \
		"$@"
}

# debs_depends PACKAGE PATTERN: the newest PACKAGE's dependency that matches.
debs_depends()
{
	debs_apt apt-cache show --no-all-versions "$1" |
		sed -n 's/^Depends: //p' | tr ',|' '\n\n' | awk '{ print $1 }' |
		grep -E -m1 "$2"
}

debs_version()
{
	debs_apt apt-cache show --no-all-versions "$1" |
		sed -n 's/^Version: //p' | head -n1
}

# debs_fetch FOLDER PACKAGE...: download into FOLDER.
debs_fetch()
{
	local folder=$1
	shift
	mkdir -p "$folder"
	retry 4 with_heartbeat "downloading $*" "$debs_state/fetch.log" \
		debs_fetch_once "$folder" "$@"
}

debs_fetch_once()
{
	cd "$1" || return 1
	shift
	debs_apt apt-get -q download "$@"
}

# debs_unpack FOLDER ROOT: unpack what debs_fetch left in FOLDER.
debs_unpack()
{
	local deb
	mkdir -p "$2"
	for deb in "$1"/*.deb; do
		say "unpacking $(basename "$deb")"
		dpkg -x "$deb" "$2"
	done
}
