# In capitals: variables for GitHub, by the place where they stand, `repository` or an environment. docs/operate.md has the
# table, and `make doctor` looks whether they are there.
locals {
  settings = {
    AWS_ROLE = {
      repository = aws_iam_role.github["read"].arn
      training   = aws_iam_role.github["train"].arn
      build      = aws_iam_role.github["build"].arn
      staging    = aws_iam_role.github["staging"].arn
      production = aws_iam_role.github["production"].arn
    }
    AWS_REGION       = { repository = data.aws_region.here.region }
    IMAGE_REPOSITORY = { repository = trimsuffix(aws_ecr_repository.this["serve"].repository_url, "/serve") }
    DEPLOY_HOST      = { for environment, host in aws_instance.host : environment => "deploy@${host.id}" }
  }
  commands = flatten([for name, places in local.settings : [for place, value in places :
    "gh variable set ${name} --body '${value}'${place == "repository" ? "" : " --env ${place}"}"
  ]])
}

output "variables" {
  description = "For GitHub, by name and place; a role is who jobs are: the repository's reads the data, an environment's does what its jobs do."
  value       = local.settings
}

output "commands" {
  description = "Sets these variables on GitHub, typed by who administers the repository."
  value       = join("\n", local.commands)
}

output "dvc_remote" {
  description = "For .dvc/config: dvc remote modify storage url."
  value       = "s3://${aws_s3_bucket.this["dvc"].id}"
}

output "mlflow_artifacts" {
  description = "For --artifacts-destination of an MLflow server whose identity has policies.mlflow."
  value       = "s3://${aws_s3_bucket.this["mlflow"].id}"
}

output "policies" {
  description = "ARNs for the identities of a cluster: `read` for the account predictions, `mlflow` for MLflow's server."
  value       = { for name in ["read", "mlflow"] : name => aws_iam_policy.this[name].arn }
}

output "addresses" {
  description = "Where the names of the service and of MLflow lead, by environment."
  value       = { for environment, address in aws_eip.host : environment => address.public_ip }
}

output "database" {
  description = "The secret has the password of `postgres`, who administers; `url` is PREDICTION_STORE_URL for a role and a database `predictions`, once that role's password stands behind its name."
  value = {
    secret = aws_db_instance.this.master_user_secret[0].secret_arn
    url    = "postgresql+psycopg://predictions@${aws_db_instance.this.endpoint}/predictions?sslmode=verify-full&sslrootcert=/run/serving/rds.pem"
  }
}
