terraform import waybill_version.debian hashicorp/debian/1
