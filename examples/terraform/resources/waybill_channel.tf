resource "waybill_channel" "staging" {
  artifact    = "hashicorp/web"
  name        = "staging"
  description = "What the testers use"
}

resource "waybill_channel" "canary" {
  artifact    = "hashicorp/web"
  name        = "canary"
  description = "What a few customers use"

  rules = {
    after   = waybill_channel.staging.name
    regions = ["us-east-1"]
  }
}
