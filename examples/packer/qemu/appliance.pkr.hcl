packer {
  required_plugins {
    qemu = {
      source  = "github.com/hashicorp/qemu"
      version = ">= 1.1.0"
    }
    waybill = {
      source  = "github.com/waybill/waybill"
      version = ">= 0.1.0"
    }
  }
}

source "qemu" "appliance" {
  iso_url          = "https://cloud.debian.org/images/cloud/trixie/latest/debian-13-genericcloud-amd64.qcow2"
  iso_checksum     = "file:https://cloud.debian.org/images/cloud/trixie/latest/SHA512SUMS"
  disk_image       = true
  output_directory = "output"
  vm_name          = "appliance.qcow2"
  ssh_username     = "debian"
  shutdown_command = "sudo poweroff"
}

build {
  sources = ["source.qemu.appliance"]

  post-processor "waybill" {
    artifact = "hashicorp/appliance"

    # QEMU makes files, not images with an id: these are uploaded, with their path, size and sha256.
    files = ["output/*.qcow2"]
  }
}
