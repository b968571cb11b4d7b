# syntax=docker/dockerfile:1
# Two stages build: GraphiQL's files from their packages, and the locked dependencies. The last one holds Python, them
# and the gateway, and neither a compiler nor a package manager for them. It runs on a read-only root.

FROM node:22-bookworm-slim AS playground
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /packages
# The files that gateway/graphql/playground.py names, and no others. npm checks each package against the registry's hash,
# the last stage each file against ours.
RUN npm pack --silent react@18.3.1 react-dom@18.3.1 graphiql@4.1.2 graphql-ws@6.4.2 \
    && for package in *.tgz; do \
         mkdir "${package%.tgz}" && tar -xzf "$package" -C "${package%.tgz}" --strip-components=1; \
       done \
    && install -D -m 0644 -t /assets \
         react-18.3.1/umd/react.production.min.js \
         react-dom-18.3.1/umd/react-dom.production.min.js \
         graphiql-4.1.2/graphiql.min.js \
         graphiql-4.1.2/graphiql.min.css \
         graphql-ws-6.4.2/umd/graphql-ws.min.js

FROM python:3.11-slim-bookworm AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/venv
COPY requirements.lock .
# --require-hashes: a package that is not byte for byte what was locked fails the build.
RUN /opt/venv/bin/pip install --require-hashes --only-binary=:all: -r requirements.lock \
    && /opt/venv/bin/python -m compileall -q /opt/venv/lib \
    && /opt/venv/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Payments gateway" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --no-create-home gateway \
    && install -d -o gateway -g gateway /data
COPY --from=dependencies /opt/venv /opt/venv
COPY migrations /app/migrations
COPY gateway /app/gateway
COPY --from=playground /assets /app/gateway/graphql/assets
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:///data/gateway.db \
    GATEWAY_HOST=0.0.0.0 \
    GATEWAY_PORT=3002
# Bytecode is made here, because the root cannot be written to later; and a file that is not GraphiQL's fails the build.
RUN python -m compileall -q /app/gateway /app/migrations \
    && python -c "from base64 import b64encode as b; from hashlib import sha384 as h; from gateway.graphql import playground as p; \
assert all('sha384-' + b(h((p.assets_directory() / a.name).read_bytes()).digest()).decode() == a.integrity for a in (p.STYLE, *p.SCRIPTS))"
WORKDIR /data
USER 10001
VOLUME /data
EXPOSE 3002
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['GATEWAY_PORT'] + '/healthz', timeout=2)"]
ENTRYPOINT ["python", "-m", "gateway"]
CMD ["serve"]
