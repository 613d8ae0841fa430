resource "waybill_artifact" "api" {
  artifact    = "hashicorp/api"
  description = "The API servers"
  labels      = { team = "platform" }

  retention = {
    keep = 20
    days = 30
  }
}
