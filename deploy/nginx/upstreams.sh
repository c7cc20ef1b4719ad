#!/bin/sh
# Writes who is behind the balancer: all addresses that the names of the replicas have at this moment.
#
#   API=tasks.api:4000 WEB=tasks.web:3000 upstreams.sh /etc/nginx/upstreams.conf            once, before nginx starts
#   API=tasks.api:4000 WEB=tasks.web:3000 upstreams.sh /etc/nginx/upstreams.conf --watch    then every five seconds
#
# A service that is scaled is balanced over all of it: with --watch nginx reads the file again whenever an address comes or goes.
# Connections that are open stay open. A name that resolves to nothing keeps its last addresses for PATIENCE rounds (6).
# Works with every nginx; needs getent (glibc). NGINX is the command that is told, EVERY the seconds of a round.
set -eu

file=$1
nginx=${NGINX:-nginx}

servers() { # addresses port
  # Nobody there is an upstream that is away, and the maintenance page.
  for address in ${1:-127.0.0.1}; do
    [ -n "$1" ] && port=$2 || port=9
    echo "  server $address:$port max_fails=3 fail_timeout=30s;"
    # Where all of them have failed lately, they are asked all the same: one that was restarted is back long before its time is over.
    echo "  server $address:$port max_fails=0 backup;"
  done
}

upstream() { # name host:port
  addresses=$(getent ahostsv4 "${2%:*}" | cut -d ' ' -f 1 | sort -u) || addresses=
  eval "rounds=\${missed_$1:-0}"
  [ -n "$addresses" ] && rounds=0 || rounds=$((rounds + 1))
  eval "missed_$1=$rounds"
  # A resolver that hiccups is no reason to send everybody away: the last addresses stay for some rounds.
  if [ -z "$addresses" ] && [ "$rounds" -le "$patience" ] && grep -q "^upstream $1 {" "$file" 2> /dev/null; then
    sed -n "/^upstream $1 {/,/^}/p" "$file"
    return
  fi
  printf 'upstream %s {\n  zone %s 256k;\n  least_conn;\n' "$1" "$1"
  servers "$addresses" "${2##*:}"
  printf '  keepalive 32;\n}\n'
}

write() { # true where something has changed
  { upstream chatbox_api "$API"; upstream chatbox_web "$WEB"; } > "$file.next" || return 1
  if cmp -s "$file.next" "$file"; then
    rm "$file.next"
    return 1
  fi
  mv "$file.next" "$file"
}

patience=0
[ "${2:-}" != --watch ] || patience=${PATIENCE:-6}
told=yes
if write; then told=; fi
[ "${2:-}" = --watch ] || exit 0
while sleep "${EVERY:-5}"; do
  if write; then told=; fi
  # Where it cannot be told now, it is told in the next round.
  if [ -z "$told" ] && $nginx -t -q && $nginx -s reload; then told=yes; fi
done
