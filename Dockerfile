# Two stages: the first installs into a virtual environment, the second carries that and the application only.
# FRAMEWORKS=cpu brings both frameworks for the probes; FRAMEWORKS=none leaves them out.
FROM python:3.11-slim-bookworm AS build
ARG FRAMEWORKS=cpu
WORKDIR /app
RUN python -m venv /venv
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
# only what pip reads, so that a change of the code does not install everything again
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app/__init__.py ./app/__init__.py
COPY probes/__init__.py ./probes/__init__.py
RUN if [ "$FRAMEWORKS" = none ]; then extras=""; else extras="[frameworks]"; fi \
 && /venv/bin/pip install --no-cache-dir --constraint constraints.txt --editable ".$extras"

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Tiebreak" \
      org.opencontainers.image.description="PyTorch or TensorFlow? Evidence instead of opinion." \
      org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --no-create-home tiebreak
WORKDIR /app
COPY --from=build /venv /venv
COPY pyproject.toml README.md LICENSE ./
COPY rules ./rules
COPY templates ./templates
COPY static ./static
COPY probes ./probes
COPY app ./app
RUN python -m compileall -q app \
 && mkdir /data && chown 10001 /data
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TIEBREAK_DATA=/data
VOLUME /data
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["tiebreak", "serve", "--host", "0.0.0.0", "--port", "8000"]
