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

# One version of the base for all regions, read once: a base that is published meanwhile does not come between.
data "waybill-version" "base" {
  artifact   = "hashicorp/base"
  channel    = "production"
  on_revoked = "previous"
}

data "waybill-artifact" "base_us" {
  artifact    = "hashicorp/base"
  fingerprint = data.waybill-version.base.fingerprint
  region      = "us-east-1"
}

data "waybill-artifact" "base_eu" {
  artifact    = "hashicorp/base"
  fingerprint = data.waybill-version.base.fingerprint
  region      = "eu-west-1"
}

source "amazon-ebs" "us" {
  ami_name      = "web-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  instance_type = "t3.small"
  region        = "us-east-1"
  ssh_username  = "ubuntu"
  source_ami    = data.waybill-artifact.base_us.external_id
}

source "amazon-ebs" "eu" {
  ami_name      = "web-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  instance_type = "t3.small"
  region        = "eu-west-1"
  ssh_username  = "ubuntu"
  source_ami    = data.waybill-artifact.base_eu.external_id
}

build {
  sources = ["source.amazon-ebs.us", "source.amazon-ebs.eu"]

  provisioner "shell" {
    inline = ["sudo apt-get install -y nginx"]
  }

  # Each build records the version of hashicorp/base that it was made from, and the channel it was read from.
  post-processor "waybill" {
    artifact = "hashicorp/web"
    metadata = {
      base_commit = coalesce(data.waybill-version.base.builds[0].commit, "unknown")
    }
  }
}
