integration {
  name        = "Waybill"
  description = "Records every image that Packer builds in a Waybill registry, where Terraform finds the right one."
  identifier  = "packer/waybill/waybill"
  component {
    type = "post-processor"
    name = "Waybill"
    slug = "waybill"
  }
  component {
    type = "data-source"
    name = "Waybill Artifact"
    slug = "artifact"
  }
  component {
    type = "data-source"
    name = "Waybill Version"
    slug = "version"
  }
}
