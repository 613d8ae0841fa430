terraform {
  required_providers {
    waybill = {
      source  = "waybill/waybill"
      version = ">= 0.1.0"
    }
  }
}

provider "waybill" {
  address   = "https://waybill.example.com"
  namespace = "hashicorp"
  # The token comes from WAYBILL_TOKEN.
}
