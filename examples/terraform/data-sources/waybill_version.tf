data "waybill_version" "web" {
  artifact = "hashicorp/web"
  number   = 1
}

output "commit" {
  value = data.waybill_version.web.builds["amazon-ebs.web"].commit
}
