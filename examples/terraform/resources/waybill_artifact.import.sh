terraform import waybill_artifact.api hashicorp/api
