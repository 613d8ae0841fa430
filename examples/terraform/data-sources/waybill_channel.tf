data "waybill_channel" "production" {
  artifact = "hashicorp/web"
  name     = "production"
}

output "in_production" {
  value = "version ${data.waybill_channel.production.version}, since ${data.waybill_channel.production.assigned_at}"
}
