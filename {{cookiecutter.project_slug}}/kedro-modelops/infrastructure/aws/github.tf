# Roles for the jobs of this repository: each trusts environments of GitHub and, but for reading, the branch main too.
locals {
  github_host = "token.actions.githubusercontent.com"
  github_arn  = coalesce(var.github_provider_arn, one(aws_iam_openid_connect_provider.github[*].arn))
  roles = {
    read       = { environments = ["ci", "monitoring"], policies = ["read"], branches = [] } # any branch is in ci
    train      = { environments = ["training"], policies = ["read", "write"], branches = ["refs/heads/main"] }
    build      = { environments = ["build"], policies = ["read", "push"], branches = ["refs/heads/main"] }
    staging    = { environments = ["staging"], policies = ["pull"], branches = ["refs/heads/main"] }
    production = { environments = ["production"], policies = ["pull"], branches = ["refs/heads/main"] }
  }
  grants = merge([for role, has in local.roles : { for policy in has.policies : "${role}-${policy}" => [role, policy] }]...)
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = var.github_provider_arn == null ? 1 : 0
  url            = "https://${local.github_host}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trust" {
  for_each = local.roles

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.github_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.github_host}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.github_host}:sub"
      values   = [for environment in each.value.environments : "repo:${var.organization}/${var.repository}:environment:${environment}"]
    }

    dynamic "condition" { # should the environment let in other branches some day
      for_each = each.value.branches

      content {
        test     = "StringEquals"
        variable = "${local.github_host}:ref"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "github" {
  for_each           = local.roles
  name               = "${local.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

resource "aws_iam_role_policy_attachment" "github" {
  for_each   = local.grants
  role       = aws_iam_role.github[each.value[0]].name
  policy_arn = aws_iam_policy.this[each.value[1]].arn
}

resource "aws_iam_role_policy" "reach" {
  for_each = data.aws_iam_policy_document.reach
  name     = "reach"
  role     = aws_iam_role.github[each.key].name
  policy   = each.value.json
}
