packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0"
    }
    waybill = {
      source  = "github.com/waybill/waybill"
      version = ">= 0.1.0"
    }
  }
}

variable "base_version" {
  description = "The number of a version of the base; CI pins the one that its fingerprint names."
  default     = "latest"
}

# No id to copy from the output of another build.
data "waybill-artifact" "base" {
  artifact = "hashicorp/base"
  version  = var.base_version
  region   = "us-east-1"
}

source "amazon-ebs" "web" {
  ami_name      = "web-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  instance_type = "t3.small"
  region        = "us-east-1"
  ssh_username  = "ubuntu"
  source_ami    = data.waybill-artifact.base.external_id
}

build {
  sources = ["source.amazon-ebs.web"]

  provisioner "shell" {
    inline = ["sudo apt-get install -y nginx"]
  }

  # Records the version of hashicorp/base that was read above as the parent of this build.
  post-processor "waybill" {
    artifact = "hashicorp/web"
  }
}
