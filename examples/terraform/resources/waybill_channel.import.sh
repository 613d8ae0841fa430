terraform import waybill_channel.staging hashicorp/web/staging
