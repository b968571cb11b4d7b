# syntax=docker/dockerfile:1
# The locked dependencies are built in the first stage; the last one holds Python, them and the gateway, nothing else.

FROM python:3.11-slim-bookworm AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.lock .
# --require-hashes: a package that is not byte for byte what was locked fails the build.
RUN /opt/venv/bin/pip install --require-hashes --only-binary=:all: -r requirements.lock

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Payments gateway" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --no-create-home gateway \
    && install -d -o gateway -g gateway /data
COPY --from=dependencies /opt/venv /opt/venv
COPY migrations /app/migrations
COPY gateway /app/gateway
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:///data/gateway.db \
    GATEWAY_HOST=0.0.0.0 \
    GATEWAY_PORT=3002
WORKDIR /data
USER gateway
VOLUME /data
EXPOSE 3002
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['GATEWAY_PORT'] + '/healthz', timeout=2)"]
ENTRYPOINT ["python", "-m", "gateway"]
CMD ["serve"]
