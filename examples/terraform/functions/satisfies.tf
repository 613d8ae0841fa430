output "is_supported" {
  value = provider::waybill::satisfies("1.4.2", "~> 1.4")
}
