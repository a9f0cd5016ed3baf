"""Kedro's settings, as https://docs.kedro.org/en/stable/configure/configuration_basics/ has them."""

from kedro_modelops.sessions.session import CheckedSession

SESSION_CLASS = CheckedSession

CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "config_patterns": {"mlflow": ["mlflow*"]},
    "merge_strategy": {"parameters": "soft"},  # conf/<environment> states only what differs
}
