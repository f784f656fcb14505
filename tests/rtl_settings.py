"""The project's settings with a language written from right to left on offer; only the layout turns."""

from __future__ import annotations

from tracker.settings import *  # noqa: F403

LANGUAGES = [("en", "English"), ("ar", "العربية")]
