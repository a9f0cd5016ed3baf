variable "organization" {
  description = "Owner of the repository on GitHub; with its number, as in example-org@1234, where the repository's Settings, Actions, OIDC shows one."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+(@[0-9]+)?$", var.organization))
    error_message = "organization is a name such as example-org, or example-org@1234: a pattern would trust others."
  }
}

variable "repository" {
  description = "Name of the repository on GitHub, without its owner; with its number, where organization has one."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]*[a-z0-9](@[0-9]+)?$", var.repository))
    error_message = "repository is a name in lower case such as my-project, or my-project@5678: a pattern would trust others."
  }

  validation {
    condition     = strcontains(var.repository, "@") == strcontains(var.organization, "@")
    error_message = "GitHub's tokens have numbers behind both names, of organization and repository, or behind none."
  }
}

variable "bucket_prefix" {
  description = "What the names of the buckets begin with, which nobody else in the world may have: PREFIX-dvc, PREFIX-mlflow, PREFIX-logs. The repository's name by default, as in .dvc/config."
  type        = string
  default     = null

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]+$", coalesce(var.bucket_prefix, "none")))
    error_message = "bucket_prefix has small letters, digits and hyphens."
  }
}

variable "github_provider_arn" {
  description = "ARN of the account's OIDC provider for GitHub, where another project has made it already; an account has one. It is made here by default."
  type        = string
  default     = null

  validation {
    condition     = var.github_provider_arn == null || can(regex(":oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.github_provider_arn))
    error_message = "github_provider_arn ends with :oidc-provider/token.actions.githubusercontent.com."
  }
}

variable "hosts" {
  description = "Environments of GitHub that have a host for Docker Compose; none where a cluster serves."
  type        = set(string)
  default     = ["staging", "production"]

  validation {
    condition     = alltrue([for host in var.hosts : contains(["staging", "production"], host)])
    error_message = "hosts are staging, production, both or none."
  }
}

variable "deploy_key" {
  description = "Public half of the key with which deployments come to the hosts; the secret DEPLOY_SSH_KEY is the other one."
  type        = string
  default     = ""

  validation {
    condition     = length(var.hosts) == 0 || can(regex("^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp[0-9]+) [A-Za-z0-9+/=]+", var.deploy_key))
    error_message = "deploy_key is a public key, such as the content of deploy.pub after ssh-keygen -t ed25519 -f deploy."
  }
}

variable "instance_type" {
  description = "Size of a host, with a processor of the kind amd64: MLflow, two containers of the service and PostgreSQL want 6 GB."
  type        = string
  default     = "t3.large"
}

variable "disk_gb" {
  description = "Size of a host's disk in GB: images, and what the stack stores."
  type        = number
  default     = 100

  validation {
    condition     = var.disk_gb >= 30
    error_message = "disk_gb is 30 or more: two images of each kind have to fit beside what is stored."
  }
}

variable "clients" {
  description = "Networks that reach the hosts, by port 443 alone."
  type        = set(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = alltrue([for block in var.clients : can(cidrnetmask(block))])
    error_message = "clients are IPv4 networks such as 203.0.113.0/24."
  }
}

variable "network" {
  description = "Addresses of the network that hosts and database are in; its first 20 bits or fewer are fixed."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.network, 4, 15)) && can(cidrnetmask(var.network))
    error_message = "network is an IPv4 network such as 10.20.0.0/16."
  }
}

variable "zones" {
  description = "Letters of two zones of the region: hosts are in the first one, the database in both."
  type        = list(string)
  default     = ["a", "b"]

  validation {
    condition     = length(distinct(var.zones)) == 2 && alltrue([for letter in var.zones : can(regex("^[a-z]$", letter))])
    error_message = "zones are two different letters."
  }
}

variable "database_class" {
  description = "Size of the database."
  type        = string
  default     = "db.t4g.small"
}

variable "database_multi_az" {
  description = "Whether the database has a second half in another zone, which takes over when the first one fails, and costs as much."
  type        = bool
  default     = true
}

variable "kept_days" {
  description = "For how many days the database can be brought back, and deleted objects of the buckets: 7 to 35."
  type        = number
  default     = 30

  validation {
    condition     = var.kept_days >= 7 && var.kept_days <= 35
    error_message = "kept_days is 7 to 35, as RDS keeps backups no longer."
  }
}
