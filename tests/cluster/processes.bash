# Background programs, each with a log and a pid file in $CLUSTER.

# start NAME COMMAND...: runs the command in the background.
start() {
  local name=$1
  shift
  # setsid, because Ctrl-C must reach only Bats, which then calls `stop`. Bats waits until its descriptor 3 is closed.
  setsid "$@" >"$CLUSTER/$name.log" 2>&1 3>&- &
  echo $! >"$CLUSTER/$name.pid"
}

# stop NAME: kills it, because there is nothing to save.
stop() {
  local pid
  pid=$(cat "$CLUSTER/$1.pid" 2>/dev/null) || return 0
  rm "$CLUSTER/$1.pid"
  kill -KILL "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}

# wait_for NAME COMMAND...: waits until the command succeeds, which means that the program NAME is ready.
wait_for() {
  local name=$1 end=$((SECONDS + 60))
  shift
  while ((SECONDS < end)) && kill -0 "$(cat "$CLUSTER/$name.pid")" 2>/dev/null; do
    "$@" >/dev/null 2>&1 && return
    sleep 0.2
  done
  touch "$CLUSTER/keep"
  echo "$name is not ready. The end of $CLUSTER/$name.log:" >&2
  tail -n 5 "$CLUSTER/$name.log" >&2
  return 1
}

# Prints an unused port.
free_port() {
  local port
  while
    port=$((20000 + RANDOM % 10000))
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null
  do :; done
  echo "$port"
}
