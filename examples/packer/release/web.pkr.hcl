packer {
  required_plugins {
    waybill = {
      source  = "github.com/waybill/waybill"
      version = ">= 0.1.0"
    }
  }
}

source "file" "web" {
  content = "a disk\n"
  target  = "images/web.img"
}

build {
  sources = ["source.file.web"]

  # In place of a tool that lists what is in the image.
  provisioner "shell-local" {
    inline = ["mkdir -p sbom && echo '{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\"}' > sbom/web.cdx.json"]
  }

  post-processor "waybill" {
    artifact  = "hashicorp/web"
    channels  = ["staging"]
    documents = ["sbom/*.cdx.json"]
    output    = "web.auto.tfvars.json"

    # The disk is uploaded, too, not only recorded.
    upload = true
  }
}
