# The exchange, its followers and the bots: one image, `exchange …`.
#
#     docker build -f deploy/docker/exchange.Dockerfile -t exchange .

# The same Python on the same Debian twice; this one has a C compiler, for the engine.
FROM python:3.12 AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /build

COPY requirements requirements
RUN python -m venv /opt/tools && /opt/tools/bin/python -m pip install --quiet --require-hashes -r requirements/uv.txt

# What builds the wheels, and what compiles the engine; versions and hashes are the lock's.
COPY requirements.lock .
RUN /opt/tools/bin/uv pip install --quiet --python /opt/tools/bin/python -c requirements.lock hatchling mypy setuptools

COPY proto proto
COPY gen gen
COPY gateway gateway
COPY sdks sdks
COPY bots bots
COPY server server
RUN for member in server sdks/python sdks/python-proto bots; do \
      /opt/tools/bin/uv build --quiet --wheel --no-build-isolation --python /opt/tools/bin/python --out-dir wheels "$member"; \
    done

# Not editable, and nothing but what the server needs: no embedded databases, no development tools.
# Modules are compiled here, because who runs them may not write.
RUN /opt/tools/bin/uv venv --quiet --python python /opt/exchange && \
    /opt/tools/bin/uv pip install --quiet --compile-bytecode --python /opt/exchange/bin/python -c requirements.lock wheels/*.whl

# --build-arg COMPILE=no: the engine's sources run as they are, slower.
ARG COMPILE=yes
COPY tools/compile_engine.py tools/
RUN if [ "$COMPILE" != no ]; then \
      root="$(/opt/exchange/bin/python -c 'import exchange_server as e; print(e.__path__[0])')/.."; \
      PYTHONPATH="$root" /opt/tools/bin/python tools/compile_engine.py --root "$root"; \
    fi

# Volumes take owner and mode of the folders that the image has in their place.
RUN mkdir -p /opt/volumes/data /opt/volumes/keys && chmod 700 /opt/volumes/data /opt/volumes/keys

FROM python:3.12-slim
COPY --from=build /opt/exchange /opt/exchange
COPY --from=build --chown=10001:10001 /opt/volumes /var/lib/exchange
ENV PATH=/opt/exchange/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
WORKDIR /tmp
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["exchange"]
CMD ["serve"]
