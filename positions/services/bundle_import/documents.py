"""Sources of a bundle and their texts, from the file itself or from files beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from positions.analysis.anchors import canonical_text
from positions.exceptions import Invalid
from positions.formats.bundle import BundleSource, BundleText
from positions.models import Source, SourceText
from positions.services.bundle_import.plan import Plan, closes_circle, free_ids
from positions.services.fields import field_errors
from positions.services.sources import SourceFacts, apply_source_facts, build_source, build_text, check_text, digest_of
from positions.validators import MAX_TEXT_CHARACTERS


def plan_sources(plan: Plan) -> None:
    """Sources by key, with their texts and the chains they form; a text once fixed never changes."""
    existing = {} if plan.is_new else {s.key: s for s in Source.objects.filter(negotiation=plan.negotiation)}
    digests = _known_digests(plan)
    free = free_ids(Source, (entry.id for entry in plan.bundle.sources))
    plan.sources = dict(existing)
    for entry in plan.bundle.sources:
        source = _plan_source(plan, entry, existing.get(entry.key), free)
        plan.sources[entry.key] = source
        text = _text_of(plan, entry)
        if entry.earlier_texts and entry.text is None and entry.text_file is None:
            plan.refuse(f"{entry.path}.earlier_texts", "needs “text”, the newest version")
        if source is not None and text is not None:
            _plan_texts(plan, entry, source, text, digests)
    for entry in plan.bundle.sources:
        _plan_derivation(plan, entry)
    _refuse_circles(plan)
    _load_texts(plan, existing)


def _plan_source(plan: Plan, entry: BundleSource, existing: Source | None, free: set[UUID]) -> Source | None:
    words: dict[str, Any] = dict(entry.fields)
    if existing is not None:
        # What the file leaves out stays as it is: a marking must never be lifted by silence.
        words.update({name: getattr(existing, name) for name in entry.fields if name not in entry.given})
    facts = SourceFacts(key=entry.key, **words)
    try:
        if existing is None:
            source = build_source(plan.negotiation, facts, plan.now, entry.id if entry.id in free else None)
            plan.add(source)
            return source
        before = {name: getattr(existing, name) for name in entry.fields}
        derived, kind = existing.derived_from, existing.derivation_kind
        apply_source_facts(existing, facts)
        existing.derived_from, existing.derivation_kind = derived, kind
    except Invalid as refusal:
        plan.refuse_fields(entry.path, refusal)
        return None
    changed = [name for name, value in before.items() if getattr(existing, name) != value]
    if changed:
        if "published_on" in changed:
            changed += ["published_earliest", "published_latest"]
            plan.redated.append((entry.path, existing))
        plan.change(existing, changed)
    return existing


def _text_of(plan: Plan, entry: BundleSource) -> str | None:
    """The canonical text of an entry, or null where it has none or a bad one."""
    raw = entry.text
    place = "text"
    if raw is None and entry.text_file is not None:
        place = "text_file"
        raw = read_beside(plan, f"{entry.path}.text_file", entry.text_file)
    if raw is None:
        return None
    try:
        return check_text(raw)
    except Invalid as refusal:
        plan.refuse(f"{entry.path}.{place}", refusal.errors["text"][0])
        return None


def read_beside(plan: Plan, path: str, name: str) -> str | None:
    """The text of a file in the bundle's folder or below it; no path may leave that folder."""
    if plan.folder is None:
        plan.refuse(path, "a bundle that comes without its folder must carry its texts in “text”")
        return None
    root = plan.folder.resolve()
    try:
        target = (root / name).resolve()
        if not target.is_relative_to(root):
            plan.refuse(path, f"“{name[:80]}” lies outside the bundle's folder")
            return None
        if not target.is_file():
            plan.refuse(path, f"“{name[:80]}” cannot be read; is it beside the bundle?")
            return None
        if target.stat().st_size > 4 * MAX_TEXT_CHARACTERS:
            plan.refuse(path, f"“{name[:80]}” is larger than {4 * MAX_TEXT_CHARACTERS:,} bytes")
            return None
        return target.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        plan.refuse(path, f"“{name[:80]}” is not UTF-8: byte {error.start} cannot be read")
    except (OSError, RuntimeError, ValueError):  # RuntimeError: links that lead in a circle
        plan.refuse(path, f"“{name[:80]}” cannot be read; is it beside the bundle?")
    return None


def _known_digests(plan: Plan) -> dict[str, list[tuple[str, str, str]]]:
    """By digest, the (key, publisher, date) of the sources that have the text."""
    known: dict[str, list[tuple[str, str, str]]] = {}
    if not plan.is_new:
        rows = SourceText.objects.filter(source__negotiation=plan.negotiation)
        for digest, key, publisher, on in rows.values_list(
            "sha256", "source__key", "source__publisher", "source__published_on"
        ):
            known.setdefault(digest, []).append((key, publisher, on))
    return known


def _plan_texts(
    plan: Plan, entry: BundleSource, source: Source, text: str, digests: dict[str, list[tuple[str, str, str]]]
) -> None:
    """Every version of the text, oldest first: compared with what is fixed, or added where nothing is."""
    fixed: dict[int, str] = {}
    if not source._state.adding:
        fixed = dict(SourceText.objects.filter(source=source).values_list("version", "sha256"))
    if fixed:
        _match_texts(plan, entry, source, text, fixed)
        return
    digest = digest_of(text)
    holders = digests.setdefault(digest, [])
    twin = next((h for h in holders if h[0] != entry.key and h[1:] == (source.publisher, source.published_on)), None)
    if twin is not None:
        plan.refuse(
            f"{entry.path}.text",
            f"is the same as that of source “{twin[0]}”, with the same publisher and date: it is the same document",
        )
        return
    holders.append((entry.key, source.publisher, source.published_on))
    versions = [_earlier_text(plan, source, number, earlier) for number, earlier in enumerate(entry.earlier_texts, 1)]
    versions.append(build_text(source, text, "plain text", plan.now, len(versions) + 1))
    plan.texts[source.pk] = {version.version: version for version in versions}
    plan.add(*versions)


def _earlier_text(plan: Plan, source: Source, number: int, entry: BundleText) -> SourceText:
    words = entry.text
    try:
        words = check_text(entry.text)
    except Invalid as refusal:
        plan.refuse(f"{entry.path}.text", refusal.errors["text"][0])
    recorded_at = entry.recorded_at if plan.keeps_history and entry.recorded_at else plan.now
    version = build_text(source, words, entry.extraction, recorded_at, number)
    plan.refuse_fields(entry.path, Invalid(field_errors(version, exclude=("text",))))
    return version


def _match_texts(plan: Plan, entry: BundleSource, source: Source, text: str, fixed: dict[int, str]) -> None:
    """Compare the file's versions with the fixed ones; the file may know fewer of them, never others."""
    digests = [*(digest_of(canonical_text(earlier.text)) for earlier in entry.earlier_texts), digest_of(text)]
    if len(digests) == 1:
        number = next((version for version, digest in fixed.items() if digest == digests[0]), None)
    else:
        known = [fixed.get(version) for version in range(1, len(digests) + 1)]
        number = len(digests) if known == digests else None
    if number is None:
        plan.refuse(
            f"{entry.path}.text",
            "differs from the text that is fixed for this source; a fixed text never changes"
            if len(digests) == 1
            else "its versions differ from those that are fixed for this source; add a new version at the desk",
        )
        return
    plan.text_in_file[source.pk] = number


def _plan_derivation(plan: Plan, entry: BundleSource) -> None:
    source = plan.sources.get(entry.key)
    path = f"{entry.path}.derived_from"
    parent = plan.sources.get(entry.derived_from) if entry.derived_from else None
    if entry.derived_from and entry.derived_from not in plan.sources:
        plan.refuse(f"{path}.source", f"no source has the key “{entry.derived_from[:60]}”")
    if source is None or ("derived_from" not in entry.given and not source._state.adding):
        return
    before = (source.derived_from_id, source.derivation_kind)
    source.derived_from, source.derivation_kind = parent, entry.derivation_kind if parent else ""
    if before != (source.derived_from_id, source.derivation_kind) and not source._state.adding:
        plan.change(source, ("derived_from", "derivation_kind"))


def _refuse_circles(plan: Plan) -> None:
    parents = {source.pk: source.derived_from_id for source in plan.sources.values() if source is not None}
    for entry in plan.bundle.sources:
        source = plan.sources.get(entry.key)
        if source is not None and closes_circle(source.pk, parents):
            plan.refuse(
                f"{entry.path}.derived_from",
                "closes a circle: a source cannot derive from itself, directly or through others",
            )


def _load_texts(plan: Plan, existing: dict[str, Source]) -> None:
    """The fixed texts of existing sources that the bundle's statements quote."""
    quoted = {s.source for s in plan.bundle.statements if s.exact or s.start is not None}
    ids = [existing[key].pk for key in quoted if key in existing]
    for version in SourceText.objects.filter(source__in=ids).order_by("version"):
        plan.texts.setdefault(version.source_id, {})[version.version] = version
