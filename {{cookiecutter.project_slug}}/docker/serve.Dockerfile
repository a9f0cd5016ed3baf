# The prediction service and the model that it serves. `make image` writes the bundle, then builds this.
# checkov:skip=CKV_DOCKER_7:base.Dockerfile has the image that BASE names, with its digest
ARG BASE

FROM ${BASE} AS packages
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /opt
ARG PIP_EXTRA_INDEX_URL
COPY requirements/serve.txt .
# What only developers and compilers read is a quarter of the packages. Of the largest ones bytecode takes the place of the
# source: tracebacks name its lines, and do not show them. Of others it is made below, of what is imported only.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends binutils && rm -rf /var/lib/apt/lists/*
RUN python -m venv --without-pip venv \
    && pip --python venv/bin/python install --no-cache-dir --no-compile --no-deps --require-hashes --requirement serve.txt \
    && find venv -type d \( -name tests -o -path '*/numpy/distutils' -o -path '*/sklearn/datasets/*' -o -path '*/sqlalchemy/testing' \) -prune -exec rm -r {} + \
    && find venv -regextype egrep -regex '.*\.(a|c|cpp|h|proto|pxd|pyx|tp)' -delete \
    && find venv -name '*.so' -not -path '*.libs/*' -exec strip --strip-unneeded {} + \
    && for file in venv/lib/*/site-packages/numpy.libs/*; do \
        copy="${file%/*/*}/scipy.libs/${file##*/}"; ! cmp --silent "$file" "$copy" || ln -fsr "$file" "$copy" || exit 1; done \
    && for library in numpy pandas scipy sklearn sqlalchemy; do python -m compileall -q -b /opt/venv/lib/*/site-packages/$library \
        && find venv/lib/*/site-packages/$library -name '*.py' -delete || exit 1; done \
    && rm serve.txt
COPY pyproject.toml .
# Where the plugin comes from a package index, it is in the lock, and this pattern fits nothing.
COPY src kedro-modelop[s]/src src/
COPY build/bundle bundle
RUN printf 'from kedro_modelops.serving.run import main\n\nif __name__ == "__main__":\n    main()\n' >serve.py \
    && PYTHONPATH=src venv/bin/python -c "from pathlib import Path; from kedro_modelops.serving import run; \
        run.ModelSlot(run.BundleSource(Path('bundle')))"

FROM ${BASE} AS service
ARG REVISION=unknown
ARG MODEL_VERSION=unknown
LABEL org.opencontainers.image.title="Prediction service" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.version="${MODEL_VERSION}"
COPY --from=packages /opt /opt
# Mount the folder of the keys, not the file: new keys come by a new file under the same name.
ENV PYTHONPATH=/opt/src \
    KEDRO_MODELOPS_PROJECT=/opt \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    PREDICTION_STORE_URL=sqlite:////var/lib/predictions/predictions.db \
    SERVING_BUNDLE=/opt/bundle \
    SERVING_HOST=0.0.0.0 \
    SERVING_KEYS_FILE=/run/serving/keys.json
RUN install --directory --owner=10001 --group=10001 /var/lib/predictions
VOLUME /var/lib/predictions
USER 10001:10001
WORKDIR /var/lib/predictions
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["/opt/venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/ready', timeout=2)"]
ENTRYPOINT ["/opt/venv/bin/python", "/opt/serve.py"]
