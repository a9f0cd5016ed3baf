# Hosts are reached by port 443 from outside, the database by the hosts alone.
locals {
  zones = [for letter in var.zones : "${data.aws_region.here.region}${letter}"]
}

resource "aws_vpc" "this" {
  cidr_block           = var.network
  enable_dns_hostnames = true
  tags                 = { Name = local.name }
}

resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id
}

resource "aws_flow_log" "this" {
  vpc_id               = aws_vpc.this.id
  traffic_type         = "REJECT"
  log_destination_type = "s3"
  log_destination      = "${aws_s3_bucket.this["logs"].arn}/network/"
  depends_on           = [aws_s3_bucket_policy.this]
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "hosts" {
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(var.network, 4, 0)
  availability_zone = local.zones[0]
  tags              = { Name = "${local.name}-hosts" }
}

resource "aws_route_table" "hosts" {
  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table_association" "hosts" {
  subnet_id      = aws_subnet.hosts.id
  route_table_id = aws_route_table.hosts.id
}

resource "aws_subnet" "database" { # no way leads out of it
  count             = 2
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(var.network, 4, 1 + count.index)
  availability_zone = local.zones[count.index]
  tags              = { Name = "${local.name}-database" }
}

resource "aws_security_group" "host" {
  name        = "${local.name}-host"
  description = "Hosts of the service"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "host" {
  for_each          = var.clients
  security_group_id = aws_security_group.host.id
  description       = "The service and MLflow, by TLS"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "host" {
  for_each          = { 443 = "Session Manager, registries, GitHub", 80 = "Packages of Ubuntu, which are signed" }
  security_group_id = aws_security_group.host.id
  description       = each.value
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.key
  to_port           = each.key
}

resource "aws_vpc_security_group_egress_rule" "database" {
  security_group_id            = aws_security_group.host.id
  description                  = "PostgreSQL"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_security_group" "database" {
  name        = "${local.name}-database"
  description = "PostgreSQL"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL, from the hosts"
  referenced_security_group_id = aws_security_group.host.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
