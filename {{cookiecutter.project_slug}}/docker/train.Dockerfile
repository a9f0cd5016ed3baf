# The pipelines, with all that they need: trains, scores months, watches. It says `kedro` to what follows its name.
# To score, give it data and a registry; to train, a whole checkout, since lineage asks git for the commit:
#   docker run --volume data:/project/data --env MLFLOW_TRACKING_URI=… IMAGE run --pipelines=inference
#   docker run --volume "$PWD:/project" --user "$(id -u):$(id -g)" --env MLFLOW_TRACKING_URI=… IMAGE run
# checkov:skip=CKV_DOCKER_7:base.Dockerfile has the image that BASE names, with its digest
ARG BASE

FROM ${BASE} AS packages
WORKDIR /opt
ARG PIP_EXTRA_INDEX_URL
COPY requirements requirements
# What only developers, compilers and notebooks read goes; plotly's thousands of modules are bytecode alone. What apt
# installs follows the release of the base, whose digest is pinned, so that no version is named (DL3008).
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends binutils && rm -rf /var/lib/apt/lists/*
RUN python -m venv --without-pip venv \
    && for lock in requirements/*.txt; do \
        pip --python venv/bin/python install --no-cache-dir --no-deps --require-hashes --requirement "$lock" || exit 1; done \
    && rm -r requirements venv/share venv/evidently venv/lib/*/site-packages/jupyterlab_plotly \
    && find venv -type d -name tests -not -path '*/evidently/*' -prune -exec rm -r {} + \
    && find venv -regextype egrep -regex '.*\.(a|c|cpp|h|ipynb|proto|pxd|pxi|pyx|tp)' -delete \
    && find venv -name '*.so*' -not -path '*.libs/*' -exec strip --strip-unneeded {} + \
    && python -m compileall -q -b venv/lib/*/site-packages/plotly \
    && find venv/lib/*/site-packages/plotly \( -name '*.py' -o -path '*/__pycache__/*' \) -delete

FROM ${BASE} AS train
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Pipelines" \
    org.opencontainers.image.revision="${REVISION}"
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
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
