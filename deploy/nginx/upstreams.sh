#!/bin/sh
# Writes who is behind the balancer: all addresses that the names of the replicas have at this moment.
#
#   API=tasks.api:4000 WEB=tasks.web:3000 upstreams.sh /etc/nginx/upstreams.conf            once, before nginx starts
#   API=tasks.api:4000 WEB=tasks.web:3000 upstreams.sh /etc/nginx/upstreams.conf --watch    then every five seconds
#
# A service that is scaled is balanced over all of it: with --watch nginx reads the file again whenever an address comes or goes.
# Connections that are open stay open. Works with every nginx; needs getent (glibc). NGINX is the command that is told.
set -eu

file=$1
nginx=${NGINX:-nginx}

servers() { # host port
  addresses=$(getent ahostsv4 "$1" | cut -d ' ' -f 1 | sort -u) || addresses=
  # Nobody there is an upstream that is away, and the maintenance page.
  for address in ${addresses:-127.0.0.1}; do
    [ -n "$addresses" ] && port=$2 || port=9
    echo "  server $address:$port max_fails=3 fail_timeout=30s;"
    # Where all of them have failed lately, they are asked all the same: one that was restarted is back long before its time is over.
    echo "  server $address:$port max_fails=0 backup;"
  done
}

upstream() { # name host:port
  printf 'upstream %s {\n  zone %s 256k;\n  least_conn;\n' "$1" "$1"
  servers "${2%:*}" "${2##*:}"
  printf '  keepalive 32;\n}\n'
}

write() { # true where something has changed
  { upstream chatbox_api "$API"; upstream chatbox_web "$WEB"; } > "$file.next"
  if cmp -s "$file.next" "$file"; then
    rm "$file.next"
    return 1
  fi
  mv "$file.next" "$file"
}

write || true
[ "${2:-}" = --watch ] || exit 0
while sleep "${EVERY:-5}"; do
  if write; then $nginx -t -q && $nginx -s reload; fi
done
