data "waybill_artifact" "web" {
  name       = "hashicorp/web"
  channel    = "production"
  region     = "us-east-1"
  on_revoked = "previous"
}

# Stands for the machine that runs the image.
resource "terraform_data" "web" {
  input = data.waybill_artifact.web.external_id
}
