packer {
  required_plugins {
    waybill = {
      source  = "github.com/waybill/waybill"
      version = ">= 0.1.0"
    }
  }
}

variable "release" {
  type    = string
  default = "1.0.0"
}

# The file builder is part of Packer and needs no cloud: it writes a file where others make a machine.
source "file" "web" {
  content = "logstream web ${var.release}\n"
  target  = "images/web-${var.release}.img"
}

source "file" "worker" {
  content = "logstream worker ${var.release}\n"
  target  = "images/worker-${var.release}.img"
}

build {
  # Built side by side; both belong to one version, which is complete when the last of them has been reported.
  sources = ["source.file.web", "source.file.worker"]

  post-processor "waybill" {
    artifact = "hashicorp/logstream"
    metadata = { release = var.release }
  }
}
