# What both images begin from, one for each Python: `make image` takes that of .python-version. No other file names one.
# checkov:skip=CKV_DOCKER_2:nothing is built of this file
# checkov:skip=CKV_DOCKER_3:the same
FROM python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b AS python3.11
FROM python:3.12-slim-bookworm@sha256:782412e85d0f0984994c290652577d4018aff08145c85b262bb63dc0c7522254 AS python3.12
FROM python:3.13-slim-bookworm@sha256:01f42367a0a94ad4bc17111776fd66e3500c1d87c15bbd6055b7371d39c124fb AS python3.13
