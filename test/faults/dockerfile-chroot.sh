#!/usr/bin/env bash
# Proves the Dockerfile without a Docker engine: builds its steps, read from the file itself, in a debootstrap chroot, and runs its entry
# point there as a container would: process 1 of its own process numbers, no network, a read-only root, the image's user without
# capabilities. No part of `npm test`, as it needs root, debootstrap, util-linux and the network.
#
#   test/faults/dockerfile-chroot.sh FOLDER     an empty or earlier folder for the chroot, about 1 GB; the Debian in it is used again
#
# It stands in for the base image with a Debian of its suite, and with the node and npm of this machine. It cannot show layers and their
# sizes, the real base image, other processors than this one, or what an engine does to mounts and users.
set -euo pipefail

work=$(realpath -m "${1:?usage: dockerfile-chroot.sh FOLDER}")
source=$(cd "$(dirname "$0")/../.." && pwd)
root=$work/root
mkdir -p "$work"

# ── building ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

# one instruction a line, comments gone, continued lines joined
instructions() { sed -e '/^#/d' -e '/^$/d' "$source/Dockerfile" | sed -e ':a' -e '/\\$/{N;s/\\\n */ /;ba' -e '}'; }

# a Debian with node and npm where the base image has them
make_base() {
  local suite=$1 base=$work/$1
  if [ ! -e "$base/complete" ]; then
    rm -rf "$base"
    debootstrap --variant=minbase "$suite" "$base" >"$work/debootstrap.log"
    touch "$base/complete"
  fi
  rm -rf "$root"
  cp -a "$base" "$root"
  local npm
  npm=$(dirname "$(dirname "$(realpath "$(command -v npm)")")")
  mkdir -p "$root/usr/local/lib/node_modules"
  cp "$(realpath "$(command -v node)")" "$root/usr/local/bin/node"
  cp -a "$npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  chroot "$root" useradd --uid 1000 --user-group --create-home node
}

# what the engine would be sent: tracked files but those of .dockerignore, read by git, whose rules agree on rooted patterns;
# only for their owner to read, as a checkout with a strict umask has them
make_context() {
  rm -rf "$work/context"
  mkdir -p "$work/context"
  comm -23 <(git -C "$source" ls-files | sort) <(git -C "$source" ls-files -ci -X .dockerignore | sort) |
    tar -C "$source" -cT - | tar -C "$work/context" -x
  chmod -R go-rwx "$work/context"
}

# the network of this machine and its certificates are for building only
run_step() {
  local certificates=/tmp/certificates.pem
  cp "${NODE_EXTRA_CA_CERTS:-/dev/null}" "$root$certificates"
  unshare --mount --pid --fork bash -euc '
    mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"
    for file in resolv.conf hosts; do touch "$1/etc/$file"; mount --bind "/etc/$file" "$1/etc/$file"; done
    exec chroot "$1" env -i -C "$2" PATH="$4" HOME=/root NODE_EXTRA_CA_CERTS="$5" npm_config_registry="$6" /bin/sh -c "$3"
  ' - "$root" "$workdir" "$1" "$path" "$certificates" "$(npm config get registry 2>/dev/null)"
  rm "$root$certificates"
}

path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
workdir=/
user=0:0
build() {
  local name arguments parts target
  while read -r name arguments; do
    echo "── $name $arguments"
    case $name in
      FROM)
        [[ $arguments =~ ^node:20-([a-z]+)-slim$ ]] || { echo "cannot stand in for $arguments" >&2; exit 1; }
        make_base "${BASH_REMATCH[1]}"
        ;;
      WORKDIR) workdir=$arguments && mkdir -p "$root$workdir" ;;
      COPY)
        read -ra parts <<<"$arguments"
        target=$(realpath -m "$root$workdir/${parts[-1]}")
        mkdir -p "$target"
        for part in "${parts[@]::${#parts[@]}-1}"; do
          # of a folder Docker copies what is in it
          if [ -d "$work/context/$part" ]; then cp -R "$work/context/$part/." "$target"; else cp "$work/context/$part" "$target"; fi
        done
        ;;
      RUN) run_step "$arguments" </dev/null ;;
      USER) user=$arguments ;;
      ENTRYPOINT) mapfile -t entrypoint < <(node -p "JSON.parse(process.argv[1]).join('\n')" "$arguments") ;;
      *) echo "$name is not known here: add it" >&2 && exit 1 ;;
    esac
  done < <(instructions)
}

# ── running ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

# container OUTPUT IMAGES [argument …]: like docker run --rm --read-only --network none --cap-drop ALL -v IMAGES:/images:ro -v OUTPUT:/output.
# Settings: host (its name, else a new one), as (--user), hidden (folders to hide), command (instead of the entry point).
container() {
  local output=$1 images=$2
  shift 2
  host=${host:-$(head -c 6 /dev/urandom | od -An -tx1 | tr -d ' \n')} hidden=${hidden:-} exec unshare --mount --pid --net --ipc --uts --fork bash -euc '
    root=$1 output=$2 images=$3 workdir=$4 user=$5 path=$6
    shift 6
    hostname "$host"
    mount --bind "$root" "$root"
    mkdir -p "$root/images"
    mount --bind "$images" "$root/images"; mount -o remount,bind,ro "$root/images"
    mount --bind "$output" "$root/output"
    mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"
    for folder in $hidden; do mount -t tmpfs none "$root$folder"; done
    mount -o remount,bind,ro "$root"
    exec chroot "$root" env -i -C "$workdir" PATH="$path" HOME=/home/node setpriv --reuid="${user%:*}" --regid="${user#*:}" --clear-groups \
      --bounding-set=-all --no-new-privs "$@"
  ' - "$root" "$output" "$images" "$workdir" "${as:-$user}" "$path" ${command:-"${entrypoint[@]}"} "$@"
}

# expect CODE WHAT command …: the exit code, and $log with what was said
log=$work/log
failures=0
expect() {
  local wanted=$1 what=$2 code=0
  shift 2
  ("$@") >"$log" 2>&1 </dev/null || code=$?
  verdict "$what" "exit code $code, expected $wanted" test "$code" -eq "$wanted"
}

verdict() {
  local what=$1 found=$2
  shift 2
  if "$@"; then echo "ok      $what"; else
    echo "FAILED  $what: $found"
    [ ! -e "$log" ] || sed 's/^/        /' "$log" | tail -5
    failures=$((failures + 1))
  fi
}

says() { verdict "… and says \"$1\"" "it does not" grep -qF -- "$1" "$log"; }

new_output() {
  output=$(mktemp -d "$work/output.XXXX")
  chown "${1:-1000:1000}" "$output"
}

# started NAME: waits until the container in the background has written NAME
started() { for _ in $(seq 300); do [ -e "$output/$1" ] && return; sleep 0.1; done; }

# process 1 of the container that runs in the background
process_1() { pgrep -P "$background"; }

same_reports() { diff -r -x run.json "$1" "$2" >"$log" 2>&1; }

check_runs() {
  new_output && mkdir "$work/empty"
  expect 0 "without flags it draws its sample and runs on it" container "$output" "$work/empty"
  images=$output/sample/images first=$output
  verdict "… and what it wrote belongs to its user" "it does not" test "$(stat -c %u:%g "$output/reports/groups.csv")" = "$user"
  new_output
  expect 0 "read-only images, read-only root, no network" container "$output" "$images" --images /images
  whole=$output/reports
  expect 0 "a second run" container "$output" "$images" --images /images
  hidden="/app/node_modules/esbuild /app/node_modules/tsx" expect 0 "nothing is compiled when it starts" \
    container "$output" "$images" --images /images
  expect 0 "a dry run" container "$output" "$images" --images /images --dry-run
  says "0 new"
  expect 2 "a wrong flag" container "$output" "$images" --imagse /images
  command="touch /images/new" expect 1 "images cannot be written" container "$output" "$images"
  says "Read-only file system"
  command="touch /app/new" expect 1 "neither can the program" container "$output" "$images"
  says "Read-only file system"
  new_output 0:0
  expect 1 "an output folder of somebody else" container "$output" "$images" --images /images
  says 'Cannot write to "output"'
  new_output 4321:4321
  as=4321:4321 expect 0 "another user with a folder of its own" container "$output" "$images" --images /images
}

check_signals() {
  local name signal began
  for signal in TERM INT; do
    for name in lock index/0000.features.npy; do
      new_output
      container "$output" "$images" --images /images >"$log" 2>&1 </dev/null &
      background=$!
      started "$name"
      began=$(date +%s%N) code=0
      kill -"$signal" "$(process_1)"
      wait "$background" || code=$?
      took=$((($(date +%s%N) - began) / 1000000))
      verdict "SIG$signal to process 1 once there is $name: 130 after $took ms" "exit code $code" \
        test "$code" -eq 130 -a "$took" -lt 5000
      says "safe to run again"
      expect 0 "… and the next run" container "$output" "$images" --images /images
      verdict "… brings the same reports" "they differ" same_reports "$whole" "$output/reports"
    done
  done
}

check_lock() {
  local host
  for host in "" night; do
    new_output
    container "$output" "$images" --images /images >"$work/first.log" 2>&1 </dev/null &
    background=$!
    started lock
    expect 3 "a second container beside the first${host:+, both named $host}" container "$output" "$images" --images /images
    kill -KILL "$(process_1)" || verdict "the first container still ran" "it had ended" false
    wait "$background" || true
    expect 3 "right after the first was killed it is not yet known to be dead" container "$output" "$images" --images /images
    touch -d "4 minutes ago" "$output/lock"
    expect 0 "it is when its lock was not touched for 3 minutes" container "$output" "$images" --images /images
    verdict "… and the reports are the same" "they differ" same_reports "$whole" "$output/reports"
  done
}

cleanup() { rm -rf "$work"/output.* "$work/empty" "$log"; }

cleanup
make_context
build
echo "── $(du -sh --apparent-size "$root/app" | cut -f1) in /app, of it $(du -sh "$root/app/node_modules/onnxruntime-node" | cut -f1) onnxruntime-node"
check_runs
check_signals
check_lock
cleanup
[ "$failures" -eq 0 ] || { echo "$failures checks failed" >&2; exit 1; }
