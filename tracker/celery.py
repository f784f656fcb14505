"""The Celery application: how the worker is set up. The tasks are in positions/tasks.py."""

from __future__ import annotations

import os

from celery import Celery

from tracker import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

broker.register()
app = Celery("rapporteur")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
