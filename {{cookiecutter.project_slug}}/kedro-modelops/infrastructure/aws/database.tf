# PostgreSQL for predictions, in place of the one in the stack. RDS makes the administrator's password, keeps it in Secrets
# Manager and changes it each week: the service has a role of its own.
locals {
  database = "db-${local.name}" # RDS wants a letter first
}

resource "aws_db_subnet_group" "this" {
  name       = local.database
  subnet_ids = aws_subnet.database[*].id
}

resource "aws_db_parameter_group" "this" {
  name   = local.database
  family = "postgres17"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_statement"
    value = "ddl" # others have values of people in them
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }
}

resource "aws_db_instance" "this" {
  # checkov:skip=CKV_AWS_118:Metrics of each minute and the log of slow statements tell enough of a store of predictions
  # checkov:skip=CKV_AWS_353:The same
  identifier                          = local.database
  engine                              = "postgres"
  engine_version                      = "17"
  instance_class                      = var.database_class
  allocated_storage                   = 20
  max_allocated_storage               = 500
  storage_type                        = "gp3"
  storage_encrypted                   = true
  username                            = "postgres"
  manage_master_user_password         = true
  iam_database_authentication_enabled = true
  db_subnet_group_name                = aws_db_subnet_group.this.name
  parameter_group_name                = aws_db_parameter_group.this.name
  vpc_security_group_ids              = [aws_security_group.database.id]
  publicly_accessible                 = false
  multi_az                            = var.database_multi_az
  backup_retention_period             = var.kept_days
  copy_tags_to_snapshot               = true
  deletion_protection                 = true
  final_snapshot_identifier           = "${local.database}-last"
  auto_minor_version_upgrade          = true
  enabled_cloudwatch_logs_exports     = ["postgresql", "upgrade"]
}
