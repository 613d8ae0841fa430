# Whoever makes the secret hands it on, such as to the secrets of the CI system.
variable "ci_secret" {
  description = "wbl_ and 43 random letters, digits, hyphens or underscores"
  type        = string
  sensitive   = true
  ephemeral   = true
}

resource "waybill_token" "ci" {
  name              = "ci-web"
  description       = "Builds of the web team"
  secret_wo         = var.ci_secret
  secret_wo_version = 1
  scopes = [
    { scope = "publish", pattern = "hashicorp/web" },
    { scope = "read", pattern = "hashicorp" },
  ]
}
