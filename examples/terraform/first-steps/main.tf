terraform {
  required_providers {
    waybill = {
      source  = "waybill/waybill"
      version = ">= 0.1.0"
    }
  }
}

# Reads WAYBILL_ADDRESS and WAYBILL_TOKEN; both can be written here instead.
provider "waybill" {}

data "waybill_artifact" "logstream" {
  name  = "hashicorp/logstream"
  build = "file.web"
}

# Stands for the machine that runs the image: when a new version is published, the next plan shows the change.
resource "terraform_data" "web" {
  input = {
    version = data.waybill_artifact.logstream.number
    image   = data.waybill_artifact.logstream.external_id
    release = data.waybill_artifact.logstream.metadata["release"]
  }
}

output "image" {
  value = data.waybill_artifact.logstream.external_id
}
