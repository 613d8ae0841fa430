terraform import waybill_token.ci ci-web
