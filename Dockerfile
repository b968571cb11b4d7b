# syntax=docker/dockerfile:1
# Two stages build: the files of our two pages from their npm packages, and the locked dependencies. The last one holds
# Python, them and the gateway, and neither a compiler nor a package manager for them. It runs on a read-only root.
# Images are named by tag. The digest to pin one to: docker buildx imagetools inspect python:3.11-slim-bookworm

FROM node:22-bookworm-slim AS assets
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /packages
# The files that gateway/http/assets.py names, and no others. npm checks each package against the registry's hash, the
# last stage each file against ours.
RUN npm pack --silent react@18.3.1 react-dom@18.3.1 graphiql@4.1.2 graphql-ws@6.4.2 swagger-ui-dist@5.35.0 \
    && for package in *.tgz; do \
         mkdir "${package%.tgz}" && tar -xzf "$package" -C "${package%.tgz}" --strip-components=1; \
       done \
    && mkdir /assets \
    && cp react-18.3.1/umd/react.production.min.js /assets/react.production.min.js \
    && cp react-18.3.1/LICENSE /assets/react.LICENSE \
    && cp react-dom-18.3.1/umd/react-dom.production.min.js /assets/react-dom.production.min.js \
    && cp react-dom-18.3.1/LICENSE /assets/react-dom.LICENSE \
    && cp graphiql-4.1.2/graphiql.min.js /assets/graphiql.min.js \
    && cp graphiql-4.1.2/graphiql.min.css /assets/graphiql.min.css \
    && cp graphiql-4.1.2/LICENSE /assets/graphiql.LICENSE \
    && cp graphql-ws-6.4.2/umd/graphql-ws.min.js /assets/graphql-ws.min.js \
    && cp graphql-ws-6.4.2/LICENSE.md /assets/graphql-ws.LICENSE.md \
    && cp swagger-ui-dist-5.35.0/swagger-ui-bundle.js /assets/swagger-ui-bundle.js \
    && cp swagger-ui-dist-5.35.0/swagger-ui.css /assets/swagger-ui.css \
    && cp swagger-ui-dist-5.35.0/LICENSE /assets/swagger-ui-dist.LICENSE \
    && cp swagger-ui-dist-5.35.0/NOTICE /assets/swagger-ui-dist.NOTICE \
    && chmod -R u=rwX,go=rX /assets

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
COPY --from=assets /assets /app/gateway/assets
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:///data/gateway.db \
    GATEWAY_HOST=0.0.0.0 \
    GATEWAY_PORT=3002
# Bytecode is made here, because the root cannot be written to later; and a file that is not the pinned one fails the build.
RUN python -m compileall -q /app/gateway /app/migrations \
    && python -m gateway assets --check
WORKDIR /data
USER 10001
VOLUME /data
EXPOSE 3002
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['GATEWAY_PORT'] + '/healthz', timeout=2)"]
ENTRYPOINT ["python", "-m", "gateway"]
CMD ["serve"]
