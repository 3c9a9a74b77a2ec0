#!/usr/bin/env bash
# Takes the servers out of two container images, so that the tests can start them as programs of their own. Each runs with the
# libraries of its image. Prints MYSQL_SERVER=… and REDIS_SERVER=….
#
#   servers-from-images.sh mysql:9.7 valkey/valkey:9 FOLDER
set -euo pipefail
[ $# -eq 3 ] || { sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 64; }
folder=$3

unpack() { # IMAGE ROOT
  [ ! -d "$2" ] || return 0
  mkdir -p "$2"
  local container
  container=$(docker create "$1")
  docker export "$container" | tar -x -C "$2" --exclude='dev/*' --exclude='proc/*' --exclude='sys/*'
  docker rm "$container" >&2
}

wrap() { # ROOT PROGRAM ARGUMENT... ; prints the path of a script that runs the program
  local root=$1 program=$2 binary loader libraries script
  shift 2
  binary=$(find "$root/usr" \( -type f -o -type l \) -path '*bin/*' -name "$program" | head -1)
  [ -n "$binary" ] || { echo "$program is not in $root." >&2; exit 66; }
  loader=$(find "$root/usr" \( -type f -o -type l \) \( -name 'ld-linux-x86-64.so.2' -o -name 'ld-linux-aarch64.so.1' \) | head -1)
  libraries=$(find "$root/usr/lib" "$root/usr/lib64" -maxdepth 3 -name '*.so*' -printf '%h\n' 2> /dev/null | sort -u | paste -sd:)
  script=$folder/$program
  printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@" %s\n' "$loader" "$libraries" "$binary" "$*" > "$script"
  chmod +x "$script"
  echo "$script"
}

unpack "$1" "$folder/mysql"
unpack "$2" "$folder/redis"
mysql=$folder/mysql/usr
case $2 in *valkey*) server=valkey-server ;; *) server=redis-server ;; esac

plugins=$(dirname "$(find "$mysql" -name 'component_reference_cache.so' | head -1)")
messages=$(dirname "$(dirname "$(find "$mysql" -path '*english/errmsg.sys' | head -1)")")
mysql_server=$(wrap "$folder/mysql" mysqld --basedir="$mysql" --plugin-dir="$plugins" \
  --lc-messages-dir="$messages" --character-sets-dir="$messages/charsets" --secure-file-priv=NULL)
redis_server=$(wrap "$folder/redis" "$server")
printf 'MYSQL_SERVER=%s\nREDIS_SERVER=%s\n' "$mysql_server" "$redis_server"
