output "namespace" {
  value = provider::waybill::parse_reference("hashicorp/web").namespace
}
