# syntax=docker/dockerfile:1
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
RUN pip install --no-cache-dir uv==0.13.9 && python -m venv --without-pip .venv
COPY requirements.lock ./
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip sync --cache-dir /var/cache/uv --python .venv/bin/python --require-hashes requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY prompts prompts
COPY config config
COPY migrations migrations
COPY adapters adapters
COPY copbot copbot
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install --cache-dir /var/cache/uv --python .venv/bin/python --no-deps .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home copbot && install --directory --owner copbot --mode 700 /backups
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    COPBOT_HOST=0.0.0.0 \
    COPBOT_PORT=8000 \
    COPBOT_DATABASE_URL=sqlite:////data/copbot.sqlite3
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['COPBOT_PORT']}/healthz\", timeout=2)"]
ENTRYPOINT ["copbot"]
CMD ["run"]
