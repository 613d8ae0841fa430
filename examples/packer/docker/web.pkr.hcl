packer {
  required_plugins {
    docker = {
      source  = "github.com/hashicorp/docker"
      version = ">= 1.1.0"
    }
    waybill = {
      source  = "github.com/waybill/waybill"
      version = ">= 0.1.0"
    }
  }
}

variable "repository" {
  type    = string
  default = "registry.example.com/hashicorp/web"
}

source "docker" "web" {
  image  = "debian:13-slim"
  commit = true
}

build {
  sources = ["source.docker.web"]

  provisioner "shell" {
    inline = ["apt-get update", "apt-get install -y nginx"]
  }

  # Waybill is last in the chain: what it records is the image as it was pushed, with the digest that others can pull.
  post-processors {
    post-processor "docker-tag" {
      repository = var.repository
      tags       = ["latest"]
    }
    post-processor "docker-push" {}
    post-processor "waybill" {
      artifact = "hashicorp/web"
    }
  }
}
