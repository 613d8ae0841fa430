resource "waybill_namespace" "hashicorp" {
  name           = "hashicorp"
  description    = "Images of the platform team"
  anonymous_read = true
  quota_bytes    = 100 * pow(1024, 3)
}
