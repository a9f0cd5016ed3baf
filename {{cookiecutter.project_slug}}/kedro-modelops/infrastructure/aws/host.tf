# Hosts for Docker Compose. No port is open but 443: deployments come by SSH through AWS Session Manager, and so do people.
data "aws_ssm_parameter" "ubuntu" {
  name = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
}

data "aws_iam_policy_document" "host" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "host" {
  name               = "${local.name}-host"
  assume_role_policy = data.aws_iam_policy_document.host.json
}

resource "aws_iam_role_policy_attachment" "host" {
  for_each = {
    read    = aws_iam_policy.this["read"].arn
    pull    = aws_iam_policy.this["pull"].arn
    session = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
  }
  role       = aws_iam_role.host.name
  policy_arn = each.value
}

resource "aws_iam_instance_profile" "host" {
  name = "${local.name}-host"
  role = aws_iam_role.host.name
}

resource "aws_instance" "host" {
  for_each                = var.hosts
  ami                     = data.aws_ssm_parameter.ubuntu.insecure_value
  instance_type           = var.instance_type
  subnet_id               = aws_subnet.hosts.id
  vpc_security_group_ids  = [aws_security_group.host.id]
  iam_instance_profile    = aws_iam_instance_profile.host.name
  disable_api_termination = true
  ebs_optimized           = true
  monitoring              = true
  tags                    = { Name = "${local.name}-${each.key}" }

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1 # containers, which others reach, are nobody in this account
  }

  root_block_device {
    encrypted             = true
    volume_type           = "gp3"
    volume_size           = var.disk_gb
    delete_on_termination = false
  }

  user_data = "#cloud-config\n${yamlencode({
    package_update = true
    packages       = ["docker.io", "docker-compose-v2"]
    users = ["default", {
      name                = "deploy"
      groups              = "docker"
      shell               = "/bin/bash"
      ssh_authorized_keys = [trimspace(var.deploy_key)]
    }]
  })}"

  lifecycle {
    ignore_changes = [ami, user_data] # a newer one would put an empty host in place of this one
  }
}

resource "aws_eip" "host" {
  # checkov:skip=CKV2_AWS_19:It is attached by the next lines, which checkov does not follow
  for_each = var.hosts
  instance = aws_instance.host[each.key].id
  tags     = { Name = "${local.name}-${each.key}" }
}
