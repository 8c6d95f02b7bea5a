#!/bin/sh
# Becomes the command that it is given, so that supervisord finds it under the process id that it started. On Linux the
# command then ends (SIGTERM) when supervisord does, also when that was killed with -9; elsewhere it is just started.
#   sh follow.sh beanstalkd -l …
set -eu

if [ "$1" != --asked ]; then
    command -v setpriv >/dev/null || exec "$@"
    exec setpriv --pdeathsig TERM -- sh "$0" --asked "$@"
fi

# Had supervisord ended before we asked, nobody would tell us: its process id, or its successor's, is not our parent's.
shift
[ "$PPID" = "$(cat "$VAR_DIR/run/supervisord.pid")" ] || exit 0
exec "$@"
