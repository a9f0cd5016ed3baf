# What a project needs of AWS, as a module for OpenTofu or Terraform; example/ shows how a project takes it.
# docs/run-in-production.md says what to type. No secret passes through here, so that the state holds none.
terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

data "aws_region" "here" {}

data "aws_caller_identity" "here" {}

locals {
  repository = split("@", var.repository)[0]
  name       = trimsuffix(substr(replace(local.repository, "/-+/", "-"), 0, 40), "-") # that all of AWS takes
}
