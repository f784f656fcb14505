"""Static files: hashed, compressed names once they have been collected, plain names before."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A file that was not collected keeps its plain name, so that tests and ``runserver`` need no collecting."""

    manifest_strict = False
    # modules import each other by their hashed names too
    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        cleaned: str = self.clean_name(name)
        hashed: str = self.hashed_files.get(self.hash_key(cleaned), name)
        return hashed
