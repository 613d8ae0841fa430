# The receiver verifies with the same secret: whoever makes it gives it to both.
variable "webhook_secret" {
  description = "whsec_ and 32 random bytes in base64"
  type        = string
  sensitive   = true
  ephemeral   = true
}

resource "waybill_webhook" "deployer" {
  name        = "deployer"
  description = "Deploys what is promoted"
  url         = "https://ci.example.com/hooks/waybill"
  events      = ["channel.assigned"]
  artifacts   = ["hashicorp/web"]

  # Another number sends the secret as it is then; the earlier one signs, too, for a day.
  secret_wo         = var.webhook_secret
  secret_wo_version = 1
}
