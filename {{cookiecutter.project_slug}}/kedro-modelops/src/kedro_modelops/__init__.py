"""MLOps conventions for Kedro projects: contracts, tracking, gates, registry, service, monitoring and release."""
