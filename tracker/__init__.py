"""The project: environment, settings, addresses, background worker. The domain is in ``positions``."""

from tracker.celery import app as celery_app

__all__ = ["celery_app"]
