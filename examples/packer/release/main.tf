variable "hashicorp_web" {
  type = object({
    fingerprint = string
    version     = number
    # By build, then by region, or by platform where there are no regions.
    images = map(map(string))
  })
}

output "image" {
  value = var.hashicorp_web.images["file.web"]["file"]
}
