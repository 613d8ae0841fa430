data "waybill_ancestry" "web" {
  artifact  = "hashicorp/web"
  number    = 1
  direction = "up"
}

# Warns when the image was built from one that is revoked.
check "parents" {
  assert {
    condition     = !anytrue(data.waybill_ancestry.web.parents[*].revoked)
    error_message = "hashicorp/web was built from an image that is revoked."
  }
}
