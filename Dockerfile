FROM python:3.12-slim AS build
COPY requirements.lock /
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r /requirements.lock

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BIND_ADDRESS=0.0.0.0 \
    RAPPORTEUR_DATA_DIR=/data \
    RAPPORTEUR_STATIC_DIR=/data/static
RUN useradd --system --uid 10001 --home-dir /data --create-home rapporteur && chmod 700 /data
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py LICENSE* ./
COPY tracker tracker
COPY positions positions
COPY templates templates
COPY docs docs
COPY locale locale
RUN python -m compileall -q tracker positions && python -m tracker.catalogues
USER rapporteur
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=40s CMD ["python", "-m", "tracker.serve", "check"]
CMD ["python", "-m", "tracker.serve"]
