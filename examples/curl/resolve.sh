#!/bin/sh
# Prints the version that Terraform would read now. Any selector or filter may follow, for example: resolve.sh fingerprint=4f2c81e
set -eu
: "${WAYBILL_ADDRESS:=http://127.0.0.1:8421}" "${WAYBILL_TOKEN:?is the token that may read}"

curl --silent --show-error --fail-with-body --get \
  --header "Authorization: Bearer $WAYBILL_TOKEN" \
  --data-urlencode "region=us-east-1" ${1:+--data-urlencode "$1"} \
  "$WAYBILL_ADDRESS/v1/artifacts/hashicorp/logstream/resolve"
