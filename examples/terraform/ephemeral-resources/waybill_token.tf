# A token for this run only, with less rights than the one that made it.
ephemeral "waybill_token" "reader" {
  scopes = [{ scope = "read", pattern = "hashicorp" }]
  ttl    = "15m"
}

provider "waybill" {
  alias = "reader"
  token = ephemeral.waybill_token.reader.token
}

data "waybill_artifact" "web" {
  provider = waybill.reader

  name   = "hashicorp/web"
  region = "us-east-1"
}
