terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
    waybill = {
      source  = "waybill/waybill"
      version = ">= 0.1.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

data "waybill_artifact" "logstream" {
  name    = "hashicorp/logstream"
  type    = "amazon.ami"
  version = "latest"
}

resource "aws_launch_template" "logstream" {
  name_prefix   = "logstream-"
  image_id      = data.waybill_artifact.logstream.metadata_full["region-us-east-1"]
  instance_type = "t3.small"
}

# A new image makes a new version of the template; the instance refresh rolls it out.
resource "aws_autoscaling_group" "logstream" {
  name_prefix        = "logstream-"
  availability_zones = ["us-east-1a", "us-east-1b"]
  min_size           = 2
  max_size           = 4

  launch_template {
    id      = aws_launch_template.logstream.id
    version = aws_launch_template.logstream.latest_version
  }

  instance_refresh {
    strategy = "Rolling"
  }
}
