# Two stages: the first installs the service and the frameworks; the second holds only them and the application.
#
#   FRAMEWORKS=cpu|cuda|none   builds of PyTorch and TensorFlow for the probes (cuda: with their CUDA libraries)
#   TOOLS=none|cpp             cpp: a C++ compiler and the headers of the frameworks, for torch.compile and C++ probes
#   PYTHON_IMAGE               the base image, such as one from your own mirror, or this one pinned by its digest
#   PIP_INDEX_URL, PIP_EXTRA_INDEX_URL   package indexes for pip, as for `make serve`
#   PIP_CACHE_DIR              the folder of pip's cache; by default one that builds share and that stays out of the image
#   VERSION, REVISION, CREATED, SOURCE   the labels of the image
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends binutils=2.40-* tini=0.19.0-* \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_CACHE_DIR=/root/.cache/pip
# Only the files that pip reads, so that a change of code or documents does not reinstall everything.
COPY pyproject.toml constraints.txt ./
COPY app/__init__.py ./app/__init__.py
COPY probes/__init__.py ./probes/__init__.py
RUN --mount=type=cache,target=/root/.cache/pip \
    touch README.md LICENSE \
 && python -m venv --without-pip /venv \
 && pip --python /venv/bin/python install --constraint constraints.txt --editable '.[telemetry]'
ARG FRAMEWORKS=cpu
COPY image/frameworks.py ./image/frameworks.py
RUN --mount=type=cache,target=/root/.cache/pip /venv/bin/python image/frameworks.py "$FRAMEWORKS" /frameworks
ARG TOOLS=none
COPY image/pruning.py ./image/pruning.py
RUN python image/pruning.py "$TOOLS" /venv/lib/python3*/site-packages /frameworks/*/lib/python3*/site-packages \
 && /venv/bin/python -c 'import numpy, sqlalchemy, psycopg' \
 && { [ "$FRAMEWORKS" = none ] || /frameworks/pytorch/bin/python -c 'import torch'; } \
 && { [ "$FRAMEWORKS" = none ] || /frameworks/tensorflow/bin/python -c 'import tensorflow'; }

FROM ${PYTHON_IMAGE}
ARG TOOLS=none
RUN groupadd --gid 10001 tiebreak \
 && useradd --uid 10001 --gid tiebreak --no-create-home --home-dir /data --shell /usr/sbin/nologin tiebreak \
 && install -d -o tiebreak -g tiebreak -m 700 /data \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
RUN if [ "$TOOLS" = cpp ]; then \
      apt-get update && apt-get install -y --no-install-recommends g++=4:12.* ninja-build=1.11.* && rm -rf /var/lib/apt/lists/*; \
    fi
COPY --from=build /usr/bin/tini /usr/bin/tini
# One layer for each, largest first: they download in parallel, and none of them changes with the code.
COPY --from=build /frameworks/tensorflow /frameworks/tensorflow
COPY --from=build /frameworks/pytorch /frameworks/pytorch
COPY --from=build /venv /venv
WORKDIR /app
COPY LICENSE ./
COPY rules ./rules
COPY templates ./templates
COPY static ./static
COPY probes ./probes
COPY app ./app
RUN /venv/bin/python -m compileall -q app probes
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TIEBREAK_DATA=/data \
    TIEBREAK_LISTEN_HOST=0.0.0.0 \
    TIEBREAK_LISTEN_PORT=8000 \
    TIEBREAK_PYTORCH_PYTHON=/frameworks/pytorch/bin/python \
    TIEBREAK_TENSORFLOW_PYTHON=/frameworks/tensorflow/bin/python
VOLUME /data
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# Without site-packages it starts within hundredths of a second and disturbs no measurement.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python3", "-IS", "/app/app/server/healthcheck.py"]
# Exit by SIGTERM (status 143) counts as success.
ENTRYPOINT ["tini", "-e", "143", "--"]
CMD ["tiebreak", "serve"]
ARG VERSION=0.1.0
ARG REVISION
ARG CREATED
ARG SOURCE
LABEL org.opencontainers.image.title="Tiebreak" \
      org.opencontainers.image.description="PyTorch or TensorFlow? Evidence instead of opinion." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.source="$SOURCE"
