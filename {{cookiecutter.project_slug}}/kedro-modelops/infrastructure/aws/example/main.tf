# Copy this folder to infrastructure/ in the project, and write your own names: what is there is yours. Commit it, with
# .terraform.lock.hcl. `tofu` may be `terraform`.
terraform {
  required_version = ">= 1.10"

  backend "s3" { # a bucket of the organization's, with versions, that few may read
    bucket       = "example-org-infrastructure"
    key          = "my-project"
    region       = "eu-central-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-central-1"

  default_tags {
    tags = { project = "my-project" }
  }
}

module "platform" {
  source       = "../kedro-modelops/infrastructure/aws"
  organization = "example-org"
  repository   = "my-project"
  deploy_key   = file("${path.module}/deploy.pub")
}

output "settings" {
  value = module.platform
}

output "commands" {
  value = module.platform.commands
}
