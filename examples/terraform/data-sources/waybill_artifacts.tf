# Every artifact of a namespace that has an image in the region.
data "waybill_artifacts" "all" {
  namespace = "hashicorp"
  region    = "us-east-1"
}

data "waybill_artifact" "each" {
  for_each = data.waybill_artifacts.all.artifacts

  name    = each.key
  version = each.value
  region  = "us-east-1"
}

output "images" {
  value = { for name, artifact in data.waybill_artifact.each : name => artifact.external_id }
}
