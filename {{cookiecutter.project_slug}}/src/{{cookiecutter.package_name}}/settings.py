"""Kedro's settings, as https://docs.kedro.org/en/stable/configure/configuration_basics/ has them."""

from .hooks import ProjectHooks

HOOKS = (ProjectHooks(),)

CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "config_patterns": {"mlflow": ["mlflow*"]},
    "merge_strategy": {"parameters": "soft"},  # conf/<environment> states only what differs
}
