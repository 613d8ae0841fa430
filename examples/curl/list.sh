#!/bin/sh
# Lists the newest versions; next_cursor in the answer, given back as cursor=..., lists the ones before.
set -eu
: "${WAYBILL_ADDRESS:=http://127.0.0.1:8421}" "${WAYBILL_TOKEN:?is the token that may read}"

curl --silent --show-error --fail-with-body --get \
  --header "Authorization: Bearer $WAYBILL_TOKEN" \
  --data-urlencode "limit=10" ${1:+--data-urlencode "$1"} \
  "$WAYBILL_ADDRESS/v1/artifacts/hashicorp/logstream/versions"
