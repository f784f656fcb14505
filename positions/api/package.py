"""``exports/package/``: the record of a negotiation with its method and tables, from which others rebuild it."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, ClassVar

from django.conf import settings
from django.http import FileResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from rest_framework.request import Request

from positions.api.conditional import VARY
from positions.api.derived_views import DerivedView
from positions.api.exports import CodingExport, Exported, PositionExport, ShiftExport, StatementExport, marking_of
from positions.api.parameters import Parameter, Question
from positions.api.schema import DocumentedSchema
from positions.api.serializers.derived import PositionSerializer
from positions.api.serializers.fields import instant_text
from positions.formats.tables import FORMATS
from positions.models import Negotiation
from positions.queries.record_bundle import record_bundle_for
from positions.web.take_away import mark_name

# A file's content in parts, so that none has to be in memory whole.
Content = Iterable[bytes]
# The first day that a zip can tell: the same content makes the same file, whenever it is made.
EPOCH = (1980, 1, 1, 0, 0, 0)
TABLES: tuple[type[Exported], ...] = (StatementExport, CodingExport, PositionExport, ShiftExport)

README = """\
{title}

The record of this negotiation as it could be read by whoever took this package, with the method that derives
positions from it and the tables derived. Positions and shifts are as of {as_of}, known at {known_at}.
Marking: {marking}. Pass it on only as the marking allows.

bundle.json      the record with its history, in the format positions-bundle/1
codebook.md      what each issue proposes and what +2 and -2 mean
method.md        how positions and shifts follow from the record
*.csv            statements, codings, positions and shifts, one row each
positions.jsonl  the positions again, for comparison by a program
manifest.json    of what and of which moment this is
SHA256SUMS       checksums of the other files (sha256sum --check SHA256SUMS)

To rebuild it in an installation of Rapporteur, and to compare the positions that it derives with those here:

    python manage.py import_bundle bundle.json
    python manage.py check_package .
"""


class PackageSchema(DocumentedSchema):
    """The answer is a zip."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        bodies.pop("304", None)
        bodies["200"] = {
            "description": "The package. The same record and moment make the same bytes.",
            "headers": {"X-TLP": {"schema": {"type": "string"}, "description": "The strictest marking in it."}},
            "content": {"application/zip": {"schema": {"type": "string"}}},
        }
        return bodies


class PackageView(DerivedView):
    """A replication package: bundle, codebook, method, tables and checksums in one zip."""

    schema = PackageSchema()
    serializer_class = PositionSerializer
    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def asked_parameters(self) -> tuple[Parameter, ...]:
        return tuple(each for each in super().asked_parameters() if each.name != "fields")

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """A package is a zip, whatever ``Accept`` says."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request) -> FileResponse:
        negotiation = self.negotiation
        marking = marking_of(self.reader, negotiation)
        # closed by the response
        file = tempfile.TemporaryFile(prefix="rapporteur-")  # noqa: SIM115
        write_zip(file, self.files(negotiation, marking.label))
        file.seek(0)
        name = mark_name(f"package-{negotiation.slug}-{self.moment.as_of}", marking)
        response = FileResponse(file, as_attachment=True, filename=f"{name}.zip", content_type="application/zip")
        response.headers["X-TLP"] = marking.value
        patch_vary_headers(response, VARY)
        patch_cache_control(response, no_store=True)
        return response

    def files(self, negotiation: Negotiation, marking: str) -> Iterator[tuple[str, Content]]:
        """The files by name, in the order in which they are written."""
        moment = {"as_of": self.moment.as_of.isoformat(), "known_at": instant_text(self.moment.known_at)}
        method = (Path(settings.BASE_DIR) / "docs" / "methodology.md").read_bytes()
        bundle = record_bundle_for(self.reader, negotiation)
        manifest = {
            "format": "positions-package/1",
            "negotiation": negotiation.slug,
            **moment,
            "marking": marking,
            "method_sha256": hashlib.sha256(method).hexdigest(),
        }
        yield "README.txt", [README.format(title=negotiation.title, marking=marking, **moment).encode()]
        yield "manifest.json", [as_json(manifest)]
        yield "bundle.json", [as_json(bundle)]
        yield "codebook.md", [describe_codebook(bundle).encode()]
        yield "method.md", [method]
        for kind in TABLES:
            yield f"{kind.title}.csv", self.table(kind, negotiation, "csv")
        yield "positions.jsonl", self.table(PositionExport, negotiation, "jsonl")

    def table(self, kind: type[Exported], negotiation: Negotiation, ending: str) -> Content:
        """A table as its own address would send it."""
        view = kind()
        view.request = self.request
        view.reader = self.reader
        values = {"as_of": self.moment.as_of, "known_at": self.moment.known_at, "negotiation": negotiation}
        if isinstance(view, StatementExport | CodingExport):
            values = {"negotiation": negotiation, "retired": True}
        view.question = Question(self.reader, negotiation, values)
        return FORMATS[ending].write(view.columns, view.table_rows(view.columns))


def as_json(document: Any) -> bytes:
    """A document for people and programs."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def write_zip(file: IO[bytes], contents: Iterable[tuple[str, Content]]) -> None:
    """Write the files and, last, their checksums."""
    sums = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as package:
        for name, content in contents:
            digest = hashlib.sha256()
            with package.open(_entry(name), "w", force_zip64=True) as entry:
                for part in content:
                    digest.update(part)
                    entry.write(part)
            sums.append(f"{digest.hexdigest()}  {name}\n")
        package.writestr(_entry("SHA256SUMS"), "".join(sums))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def describe_codebook(bundle: dict[str, Any]) -> str:
    """The issues with their poles, and every version of the codebook, in Markdown."""
    parts = [f"# Codebook of “{bundle['negotiation']['title']}”"]
    for issue in bundle["issues"]:
        parts += [f"## {issue['title']} (`{issue['slug']}`)", issue["proposal"]]
        told = (("+2", "pole_for"), ("−2", "pole_against"), ("Reference point", "reference_point"))
        parts += [f"* {word}: {issue[name]}" for word, name in told if issue[name]]
    for version in bundle["codebook"]:
        parts.append(f"## Version {version['version']}, {version['recorded_at']}")
        parts += [version["text"]] if version["text"] else []
        for entry in version.get("entries", ()):
            parts += [f"### `{entry['issue']}`", entry["proposal"]]
            parts += [entry[name] for name in ("definition", "rules") if entry[name]]
            parts += [f"* {stance}: {anchor['meaning']}" for stance, anchor in entry["anchors"].items()]
    return "\n\n".join(parts) + "\n"
