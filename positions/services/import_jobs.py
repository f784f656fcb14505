"""Imports in the background: the file is kept until its job has ended, the import itself is one transaction."""

from __future__ import annotations

import logging
import tempfile
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from positions.enums import JobState, Role
from positions.exceptions import Invalid, NotVisible
from positions.formats.sheets import READERS
from positions.models import Job, Negotiation
from positions.queries.access import Reader, negotiation_for
from positions.services.access import require_role
from positions.services.annotations_import import AnnotationDefaults, import_annotations
from positions.services.codings_import import import_codings
from positions.services.dna_import import import_dna
from positions.services.imports import ImportReport, import_bundle
from positions.services.job_runs import JobContext
from positions.services.jobs import enqueue_job, register_job_kind
from positions.validators import SLUG

log = logging.getLogger(__name__)

KIND = "import"
FOLDER = "imports"
SWEPT_AT_ONCE = 100


@dataclass(frozen=True)
class ImportOrder:
    """What is to be imported: the negotiation's slug (empty where the file names it), and how.

    ``asserted_by`` and ``stated_on`` are for annotations that do not say it themselves.
    """

    slug: str
    dry_run: bool = False
    create_missing: bool = False
    asserted_by: str = ""
    stated_on: str = ""


Importer = Callable[[Reader, bytes, ImportOrder], ImportReport]


def _import_bundle(reader: Reader, content: bytes, order: ImportOrder) -> ImportReport:
    return import_bundle(reader, content, dry_run=order.dry_run, expected_slug=order.slug or None)


def _import_table(format: str) -> Importer:
    def run(reader: Reader, content: bytes, order: ImportOrder) -> ImportReport:
        return import_codings(
            reader, order.slug, content, format, create_missing=order.create_missing, dry_run=order.dry_run
        )

    return run


def _import_dna(reader: Reader, content: bytes, order: ImportOrder) -> ImportReport:
    # the format is a database, which its reader wants as a file
    with tempfile.NamedTemporaryFile(prefix="rapporteur-", suffix=".dna") as file:
        file.write(content)
        file.flush()
        return import_dna(reader, Path(file.name), order.slug, dry_run=order.dry_run)


def _import_annotations(reader: Reader, content: bytes, order: ImportOrder) -> ImportReport:
    defaults = AnnotationDefaults(order.asserted_by, order.stated_on)
    return import_annotations(reader, order.slug, content, defaults, dry_run=order.dry_run)


IMPORTERS: Final[Mapping[str, Importer]] = {
    "bundle": _import_bundle,
    **{format: _import_table(format) for format in READERS},
    "dna": _import_dna,
    "annotations": _import_annotations,
}
# The formats that can begin a negotiation, for a site administrator.
BEGINNING: Final = frozenset({"bundle", "dna"})


@transaction.atomic
def order_import(reader: Reader, format: str, file: File[Any], order: ImportOrder) -> Job:
    """Keep the file and put its import in the queue.

    Raises :class:`Invalid` for an unknown format or a negotiation that is missing, :class:`NotVisible` and
    :class:`NotPermitted` where the reader may not import into it.
    """
    if format not in IMPORTERS:
        raise Invalid({"format": f"“{format[:40]}” is none of {', '.join(IMPORTERS)}"})
    negotiation = _target(reader, format, order.slug)
    name = default_storage.save(f"{FOLDER}/{uuid.uuid4()}", file)
    try:
        with transaction.atomic():
            arguments = {
                "file": name,
                "format": format,
                "slug": order.slug,
                "dry_run": order.dry_run,
                "create_missing": order.create_missing,
                "asserted_by": order.asserted_by,
                "stated_on": order.stated_on,
            }
            return enqueue_job(reader, KIND, negotiation=negotiation, arguments=arguments)
    except BaseException:
        default_storage.delete(name)
        raise


def _target(reader: Reader, format: str, slug: str) -> Negotiation | None:
    """The negotiation that the file goes into; null where a site administrator begins a new one."""
    begins = format in BEGINNING and reader.is_administrator
    if not slug:
        if begins and format == "bundle":
            return None
        raise Invalid({"negotiation": "is required"})
    if not SLUG.fullmatch(slug):
        raise NotVisible("No such negotiation.")
    try:
        negotiation = negotiation_for(reader, slug)
    except NotVisible:
        if begins:
            return None
        raise
    require_role(reader, negotiation, Role.ANALYST)
    return negotiation


def run_import(context: JobContext) -> None:
    """Import the file of a job; its result is written with what it says."""
    told = context.arguments
    order = ImportOrder(
        told["slug"], told["dry_run"], told["create_missing"],
        # missing from what was ordered before they were known
        told.get("asserted_by", ""), told.get("stated_on", ""),
    )  # fmt: skip
    with default_storage.open(told["file"], "rb") as file:
        content = file.read()
    with transaction.atomic():
        report = IMPORTERS[told["format"]](context.reader, content, order)
        context.finish(
            {
                "negotiation": report.negotiation.slug,
                "dry_run": order.dry_run,
                "counts": report.counts,
                "warnings": [{"place": place, "message": message} for place, message in report.warnings],
            }
        )


register_job_kind(KIND, run_import, queue="bulk")


def forget_imported_files() -> int:
    """Delete the files whose jobs have ended, whatever became of them; how many there were."""
    over = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)
    jobs = Job.objects.filter(kind=KIND, state__in=over, arguments__has_key="file").order_by("finished_at")
    deleted = 0
    for job in jobs[:SWEPT_AT_ONCE]:
        try:
            default_storage.delete(job.arguments["file"])
        except OSError:
            log.exception("the file of job %s cannot be deleted; the next sweep tries again", job.pk)
            continue
        kept = {name: value for name, value in job.arguments.items() if name != "file"}
        deleted += Job.objects.filter(pk=job.pk).update(arguments=kept)
    return deleted
