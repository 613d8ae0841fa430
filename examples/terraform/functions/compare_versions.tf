output "is_newer" {
  value = provider::waybill::compare_versions("1.10.0", "1.9.0") > 0
}
