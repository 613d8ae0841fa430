resource "waybill_revocation" "openssl" {
  artifact         = "hashicorp/web"
  version          = 1
  reason           = "CVE-2026-1234 in openssl"
  with_descendants = true
}
