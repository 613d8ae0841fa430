#!/bin/sh
# Publishes one version in one request: it is complete at once.
# The fingerprint makes it safe to send again: the same content is answered with the same version, other content is refused.
set -eu
: "${WAYBILL_ADDRESS:=http://127.0.0.1:8421}" "${WAYBILL_TOKEN:?is the token that may publish}"
fingerprint=${1:?usage: publish.sh FINGERPRINT IMAGE_ID, where the fingerprint is for example a git commit}
image=${2:?usage: publish.sh FINGERPRINT IMAGE_ID, where the image id is for example ami-0123456789abcdef0}

curl --silent --show-error --fail-with-body \
  --header "Authorization: Bearer $WAYBILL_TOKEN" --header "Content-Type: application/json" \
  --data @- "$WAYBILL_ADDRESS/v1/artifacts/hashicorp/logstream/versions" <<JSON
{
  "fingerprint": "$fingerprint",
  "builds": [
    {
      "name": "amazon-ebs.logstream",
      "artifact_type": "amazon.ami",
      "images": [{ "platform": "aws", "region": "us-east-1", "external_id": "$image" }]
    }
  ]
}
JSON
