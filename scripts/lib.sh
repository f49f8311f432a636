# shellcheck shell=bash
# Sourced by the scripts beside it: where the project is, and how they speak.
# Progress goes to stderr, so that a script's result can be read from its stdout.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '==> %s\n' "$*" >&2; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# The comment block at the top of the calling script is its --help.
print_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p;}' "$0"; }

core_count() { nproc 2>/dev/null || echo 2; }

# A clone in another folder finds the objects of the last one: paths below the project do not count as different.
share_ccache_between_clones() {
  export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1
}

# The user that servers run as when we are root, which PostgreSQL refuses.
server_user() {
  if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

# Runs a command as somebody PostgreSQL accepts: as ourselves, or as server_user when we are root.
as_server_user() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && runuser -u "$(server_user)" -- "$@")
  else
    "$@"
  fi
}
