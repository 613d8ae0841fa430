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

source "amazon-ebs" "logstream" {
  ami_name      = "logstream-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  instance_type = "t3.small"
  region        = "us-east-1"
  # The build makes one image per region; Waybill records all of them as one build.
  ami_regions  = ["us-east-1", "eu-west-1"]
  ssh_username = "ubuntu"

  source_ami_filter {
    filters = {
      name                = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*"
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
    most_recent = true
    owners      = ["099720109477"]
  }
}

build {
  sources = ["source.amazon-ebs.logstream"]

  provisioner "shell" {
    inline = ["sudo apt-get update", "sudo apt-get install -y nginx"]
  }

  # In a block of its own: a step after Waybill in one chain would destroy the image that was just recorded.
  post-processor "waybill" {
    artifact = "hashicorp/logstream"
    labels   = { os = "ubuntu-24.04" }

    # Read by people and by Terraform as metadata_full["source_ami"].
    metadata = { source_ami = build.SourceAMI }
  }
}
