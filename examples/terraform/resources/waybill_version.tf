# An image that a vendor made, under a name of our own.
resource "waybill_version" "debian" {
  artifact    = "hashicorp/debian"
  fingerprint = "debian-12.6"
  semver      = "12.6.0"
  description = "Debian as its makers publish it"

  builds = {
    "vendor.debian" = {
      artifact_type = "amazon.ami"
      images = [
        { platform = "aws", region = "us-east-1", external_id = "ami-0123456789abcdef0" },
        { platform = "aws", region = "eu-west-1", external_id = "ami-0fedcba9876543210" },
      ]
    }
  }

  # What is made in its place is there before channels that point at it are moved, and it goes after that.
  lifecycle {
    create_before_destroy = true
  }
}
