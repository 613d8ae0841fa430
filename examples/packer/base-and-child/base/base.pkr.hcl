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

source "amazon-ebs" "base" {
  ami_name      = "base-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  instance_type = "t3.small"
  region        = "us-east-1"
  ssh_username  = "ubuntu"

  source_ami_filter {
    filters     = { name = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*" }
    most_recent = true
    owners      = ["099720109477"]
  }
}

build {
  sources = ["source.amazon-ebs.base"]

  provisioner "shell" {
    inline = ["sudo apt-get update", "sudo apt-get upgrade -y"]
  }

  post-processor "waybill" {
    artifact = "hashicorp/base"
  }
}
