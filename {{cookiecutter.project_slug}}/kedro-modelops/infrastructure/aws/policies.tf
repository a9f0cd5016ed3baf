# What the roles may do: one policy for each thing. A cluster's identities take `read` and `mlflow`.
locals {
  allowed = {
    read   = data.aws_iam_policy_document.read.json
    write  = data.aws_iam_policy_document.write.json
    mlflow = data.aws_iam_policy_document.mlflow.json
    pull   = data.aws_iam_policy_document.pull.json
    push   = data.aws_iam_policy_document.push.json
  }
  images   = [for repository in aws_ecr_repository.this : repository.arn]
  document = "arn:aws:ssm:${data.aws_region.here.region}::document/AWS-StartSSHSession"
  sessions = "arn:aws:ssm:${data.aws_region.here.region}:${data.aws_caller_identity.here.account_id}:session/*"
}

resource "aws_iam_policy" "this" {
  for_each = local.allowed
  name     = "${local.name}-${each.key}"
  policy   = each.value
}

data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["s3:GetBucketLocation", "s3:ListBucket"]
    resources = [aws_s3_bucket.this["dvc"].arn]
  }

  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.this["dvc"].arn}/*"]
  }
}

data "aws_iam_policy_document" "write" {
  statement {
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"] # what is deleted stays as a version
    resources = ["${aws_s3_bucket.this["dvc"].arn}/*"]
  }
}

data "aws_iam_policy_document" "mlflow" {
  statement {
    actions   = ["s3:GetBucketLocation", "s3:ListBucket"]
    resources = [aws_s3_bucket.this["mlflow"].arn]
  }

  statement {
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.this["mlflow"].arn}/*"]
  }
}

data "aws_iam_policy_document" "pull" {
  statement {
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # AWS knows no narrower one
  }

  statement { # signatures, which refer to images, are read so too
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = local.images
  }
}

data "aws_iam_policy_document" "push" {
  source_policy_documents = [data.aws_iam_policy_document.pull.json]

  statement {
    actions   = ["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]
    resources = local.images
  }
}

data "aws_iam_policy_document" "reach" { # SSH by Session Manager to one host, and nothing else there
  for_each = aws_instance.host

  statement {
    actions   = ["ssm:StartSession"]
    resources = [each.value.arn, local.document]

    condition { # or any document, a shell of the administrator too, could be named
      test     = "BoolIfExists"
      variable = "ssm:SessionDocumentAccessCheck"
      values   = ["true"]
    }
  }

  statement { # with the token that StartSession gave
    actions   = ["ssmmessages:OpenDataChannel"]
    resources = [local.sessions]
  }

  statement {
    actions   = ["ssm:ResumeSession", "ssm:TerminateSession"]
    resources = [local.sessions]

    condition {
      test     = "StringEquals"
      variable = "ssm:resourceTag/aws:ssmmessages:session-id"
      values   = ["$${aws:userid}"]
    }
  }
}
