# Promotion as code: what was tested in staging goes to production.
data "waybill_artifact" "candidate" {
  name    = "hashicorp/web"
  channel = "latest"
}

resource "waybill_channel_assignment" "production" {
  artifact = "hashicorp/web"
  channel  = "production"
  version  = data.waybill_artifact.candidate.number
  reason   = "release 1.4"
}
