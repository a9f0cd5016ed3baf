# The pipelines, with all that they need: trains, scores months, watches. It says `kedro` to what follows its name.
# To score, give it data and a registry; to train, a whole checkout, since lineage asks git for the commit:
#   docker run --volume data:/project/data --env MLFLOW_TRACKING_URI=… IMAGE run --pipelines=inference
#   docker run --volume "$PWD:/project" --user "$(id -u):$(id -g)" --env MLFLOW_TRACKING_URI=… IMAGE run
# checkov:skip=CKV_DOCKER_7:BASE names one of the stages below, whose images are pinned
ARG BASE=python3.11

FROM python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b AS python3.11
FROM python:3.12-slim-bookworm@sha256:782412e85d0f0984994c290652577d4018aff08145c85b262bb63dc0c7522254 AS python3.12
FROM python:3.13-slim-bookworm@sha256:01f42367a0a94ad4bc17111776fd66e3500c1d87c15bbd6055b7371d39c124fb AS python3.13

FROM ${BASE} AS packages
WORKDIR /opt
ARG PIP_EXTRA_INDEX_URL
COPY requirements requirements
RUN python -m venv --without-pip venv \
    && for lock in requirements/*.txt; do \
        pip --python venv/bin/python install --no-cache-dir --no-deps --require-hashes --requirement "$lock" || exit 1; \
    done \
    && rm -r requirements

FROM ${BASE} AS train
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Pipelines" \
    org.opencontainers.image.revision="${REVISION}"
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/*
COPY --from=packages /opt/venv /opt/venv
WORKDIR /project
COPY . .
# Kedro finds the plugin by its entry points; from a package index it came with the lock.
RUN if [ -f kedro-modelops/pyproject.toml ]; then \
        pip --python /opt/venv/bin/python install --no-cache-dir --no-deps --no-build-isolation ./kedro-modelops \
        && rm -rf kedro-modelops/build; \
    fi
RUN install --directory --owner=10001 --group=10001 data /var/lib/mlflow
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/project/src \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DO_NOT_TRACK=1 \
    DVC_SITE_CACHE_DIR=/tmp/dvc \
    HOME=/tmp \
    LOGNAME=pipelines
USER 10001:10001
HEALTHCHECK NONE
ENTRYPOINT ["kedro"]
CMD ["run"]
