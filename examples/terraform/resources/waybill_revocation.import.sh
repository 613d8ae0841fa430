terraform import waybill_revocation.openssl hashicorp/web/1
