# The product's one image: web, events, worker and beat run it with their own commands.

# --- The frontend, built with the same lock as everywhere -------------------------------
FROM node:24-slim AS frontend
WORKDIR /app/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
# The worker's precache list covers the field app's shell, so the build reads it.
COPY field_app/templates /app/field_app/templates
RUN npm run build

# --- The Python packages, by hash ---------------------------------------------------------
FROM python:3.13-slim AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/base.txt
# The fonts of the report, put together from the frontend's packages.
WORKDIR /app
COPY --from=frontend /app/frontend/node_modules/@fontsource frontend/node_modules/@fontsource
COPY dispatch/integrations/typst/fonts.py dispatch/integrations/typst/
RUN /venv/bin/python dispatch/integrations/typst/fonts.py

# --- What runs: no compiler, no Node, no root ---------------------------------------------
FROM python:3.13-slim AS runtime
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/var/lib/dispatch \
    NUMBA_CACHE_DIR=/var/lib/dispatch/kernel
RUN useradd --system --uid 10001 --home-dir /var/lib/dispatch dispatch \
    && install -d -o dispatch -g dispatch /var/lib/dispatch /var/lib/dispatch/media \
        /var/lib/dispatch/keys
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py pyproject.toml ./
COPY scheduling ./scheduling
COPY dispatch ./dispatch
COPY field_app ./field_app
COPY --from=frontend /app/frontend/dist ./frontend/dist
COPY --from=packages /app/frontend/dist/fonts ./frontend/dist/fonts
USER dispatch
# The engine's inner loop, compiled here so that no worker has to.
RUN python -m scheduling warm
EXPOSE 8000
