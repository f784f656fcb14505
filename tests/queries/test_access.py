"""Who sees what: visibility, roles, ground rules and markings, in every read that positions are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from positions.enums import Attribution, CodingStatus, ReviewPolicy, Role, TextAccess, Tlp, Visibility
from positions.exceptions import NotVisible
from positions.models import Coding, Issue, Negotiation, Person, Statement
from positions.queries import access
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.queries.evidence import Moment
from positions.queries.positions import (
    concessions_for,
    matrix_for,
    positions_for,
    positions_page_for,
    shifts_for,
    timeline_for,
)
from positions.queries.withholding import text_for
from tests.factories import (
    RECORDED_AT,
    add_member,
    make_coding,
    make_delegation,
    make_event,
    make_issue,
    make_job,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
    make_user,
)

pytestmark = pytest.mark.django_db

READERS = (
    "anonymous",
    "signed-in",
    "inactive",
    "member elsewhere",
    "viewer",
    "analyst",
    "reviewer",
    "lead",
    "administrator",
    "system",
)
OUTSIDERS = ("anonymous", "signed-in", "inactive", "member elsewhere")
INSIDERS = ("analyst", "reviewer", "lead", "administrator", "system")

# By the name of a party: the ground rule of its statement, that of its source, and the source's marking.
PASSAGES: dict[str, tuple[str, str, str]] = {
    "plain": (Attribution.ON_RECORD, Attribution.ON_RECORD, Tlp.CLEAR),
    "unnamed": (Attribution.UNATTRIBUTED, Attribution.ON_RECORD, Tlp.GREEN),
    "amber": (Attribution.ON_RECORD, Attribution.ON_RECORD, Tlp.AMBER_STRICT),
    "background": (Attribution.ON_BACKGROUND, Attribution.ON_RECORD, Tlp.CLEAR),
    "deep": (Attribution.DEEP_BACKGROUND, Attribution.ON_RECORD, Tlp.CLEAR),
    "deep-source": (Attribution.ON_RECORD, Attribution.DEEP_BACKGROUND, Tlp.CLEAR),
    "off": (Attribution.OFF_RECORD, Attribution.ON_RECORD, Tlp.CLEAR),
    "off-source": (Attribution.ON_RECORD, Attribution.OFF_RECORD, Tlp.CLEAR),
    "chatham": (Attribution.CHATHAM_HOUSE, Attribution.ON_RECORD, Tlp.CLEAR),
    "chatham-source": (Attribution.ON_RECORD, Attribution.CHATHAM_HOUSE, Tlp.CLEAR),
    "red": (Attribution.ON_RECORD, Attribution.ON_RECORD, Tlp.RED),
    "red-chatham": (Attribution.CHATHAM_HOUSE, Attribution.ON_RECORD, Tlp.RED),
}
NEVER_OUTSIDE = {"off", "off-source", "chatham", "chatham-source", "red", "red-chatham"}
NEVER_TO_VIEWERS = {"chatham", "chatham-source", "red-chatham"}
SPEAKER_HIDDEN = {"background", "deep", "deep-source", "off", "off-source", "chatham", "chatham-source", "red-chatham"}
QUOTE_HIDDEN = {"deep", "deep-source"}


def shown_to(reader: str) -> set[str]:
    if reader in INSIDERS:
        return set(PASSAGES)
    return set(PASSAGES) - (NEVER_TO_VIEWERS if reader == "viewer" else NEVER_OUTSIDE)


@dataclass
class Case:
    """A negotiation with one coded passage a party, each under a rule of its own."""

    negotiation: Negotiation
    issue: Issue
    statements: dict[str, Statement] = field(default_factory=dict)


def make_case(visibility: str = Visibility.PUBLIC) -> Case:
    negotiation = make_negotiation(visibility=visibility)
    case = Case(negotiation, make_issue(negotiation))
    for name, (rule, source_rule, tlp) in PASSAGES.items():
        source = make_source(negotiation, key=name, attribution=source_rule, tlp=tlp)
        statement = make_statement(
            source=source, asserted_by=make_party(name), attribution=rule, speaker=make_person(f"speaker-{name}")
        )
        make_coding(statement, issue=case.issue)
        case.statements[name] = statement
    return case


def reader_called(name: str, negotiation: Negotiation) -> Reader:
    if name == "system":
        return SYSTEM
    if name == "anonymous":
        return reader_of(AnonymousUser())
    user = make_user(is_superuser=name == "administrator", is_active=name != "inactive")
    if name in Role.values:
        add_member(negotiation, user, name)
    if name == "member elsewhere":
        add_member(make_negotiation(), user, Role.LEAD)
    if name == "inactive":
        add_member(negotiation, user, Role.LEAD)
    return reader_of(user)


Read = Callable[[Reader, Case], set[str]]
NOW = Moment.now


def _positions(reader: Reader, case: Case) -> set[str]:
    return {p.party for p in positions_for(reader, case.negotiation, NOW())}


def _page(reader: Reader, case: Case) -> set[str]:
    return {p.party for p in positions_page_for(reader, case.negotiation, NOW(), limit=50)[0]}


def _matrix(reader: Reader, case: Case) -> set[str]:
    matrix = matrix_for(reader, case.negotiation, NOW())
    assert set(matrix.parties) == {cell.party for cell in matrix.cells}
    return set(matrix.parties)


def _timeline(reader: Reader, case: Case) -> set[str]:
    return {series.party for series in timeline_for(reader, case.negotiation, case.issue, NOW()).series}


def _shifts(reader: Reader, case: Case) -> set[str]:
    return {shift.party for shift in shifts_for(reader, case.negotiation, NOW())}


def _published(reader: Reader, case: Case) -> set[str]:
    return set(
        access.published_codings_for(reader).filter(negotiation=case.negotiation).values_list("party__slug", flat=True)
    )


def _codings(reader: Reader, case: Case) -> set[str]:
    return set(access.codings_for(reader).filter(negotiation=case.negotiation).values_list("party__slug", flat=True))


def _statements(reader: Reader, case: Case) -> set[str]:
    return set(
        access.statements_for(reader).filter(negotiation=case.negotiation).values_list("asserted_by__slug", flat=True)
    )


READS: list[Read] = [_positions, _page, _matrix, _timeline, _shifts, _published, _codings, _statements]


@pytest.mark.parametrize("name", READERS)
def test_ground_rules_and_markings_hold_in_every_read(name: str) -> None:
    case = make_case()
    reader = reader_called(name, case.negotiation)
    assert {read.__name__: read(reader, case) for read in READS} == {read.__name__: shown_to(name) for read in READS}


@pytest.mark.parametrize("name", READERS)
def test_sources_follow_their_own_rule_and_marking(name: str) -> None:
    case = make_case()
    keys = set(access.sources_for(reader_called(name, case.negotiation)).values_list("key", flat=True))
    hidden = (
        {"off-source", "chatham-source", "red", "red-chatham"}
        if name in OUTSIDERS
        else {"chatham-source"}
        if name == "viewer"
        else set()
    )
    assert keys == set(PASSAGES) - hidden


@pytest.mark.parametrize("name", READERS)
def test_speakers_and_quotations_follow_the_stricter_rule(name: str) -> None:
    case = make_case()
    reader = reader_called(name, case.negotiation)
    seen = shown_to(name)
    speakers = {
        party for party, statement in case.statements.items() if party in seen and reader.sees_speaker(statement)
    }
    quotes = {party for party, statement in case.statements.items() if party in seen and reader.sees_quote(statement)}
    assert speakers == (seen if name in INSIDERS else seen - SPEAKER_HIDDEN)
    assert quotes == (seen if name in INSIDERS else seen - QUOTE_HIDDEN)


@pytest.mark.parametrize("name", READERS)
def test_people_are_shown_only_as_speakers_the_reader_may_know(name: str) -> None:
    case = make_case()
    people = set(access.persons_for(reader_called(name, case.negotiation)).values_list("slug", flat=True))
    allowed = shown_to(name) if name in INSIDERS else shown_to(name) - SPEAKER_HIDDEN
    assert people == {f"speaker-{party}" for party in allowed}


@pytest.mark.parametrize("name", READERS)
def test_parties_are_shown_only_by_what_the_reader_may_see(name: str) -> None:
    case = make_case()
    assert set(access.parties_for(reader_called(name, case.negotiation)).values_list("slug", flat=True)) == shown_to(
        name
    )


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("visibility", Visibility.values)
def test_negotiation_exists_by_its_visibility(name: str, visibility: str) -> None:
    case = make_case(visibility)
    reader = reader_called(name, case.negotiation)
    hidden_from = {
        Visibility.PUBLIC: (),
        Visibility.INTERNAL: ("anonymous", "inactive"),
        Visibility.RESTRICTED: OUTSIDERS,
    }[Visibility(visibility)]
    if name not in hidden_from:
        assert access.negotiation_for(reader, case.negotiation.slug) == case.negotiation
        return
    with pytest.raises(NotVisible, match=r"^No such negotiation\.$"):
        access.negotiation_for(reader, case.negotiation.slug)
    for derived in (
        lambda: positions_for(reader, case.negotiation, NOW()),
        lambda: matrix_for(reader, case.negotiation, NOW()),
        lambda: timeline_for(reader, case.negotiation, case.issue, NOW()),
        lambda: shifts_for(reader, case.negotiation, NOW()),
        lambda: concessions_for(reader, case.negotiation, NOW()),
    ):
        with pytest.raises(NotVisible, match=r"^No such negotiation\.$"):
            derived()
    for read in (_published, _codings, _statements):
        assert read(reader, case) == set()
    for queryset, path in (
        (access.negotiations_for(reader), "pk"),
        (access.sources_for(reader), "negotiation"),
        (access.issues_for(reader), "negotiation"),
        (access.rounds_for(reader), "negotiation"),
        (access.conditions_for(reader), "coding__negotiation"),
        (access.events_for(reader), "negotiation"),
    ):
        assert not queryset.filter(**{path: case.negotiation.pk}).exists()


def test_unknown_and_hidden_negotiation_are_told_apart_by_nothing() -> None:
    make_negotiation("secret", visibility=Visibility.RESTRICTED)
    messages = set()
    for slug in ("secret", "nowhere", "a\x00b", "", "x" * 5000):
        with pytest.raises(NotVisible) as refusal:
            access.negotiation_for(Reader(), slug)
        messages.add(str(refusal.value))
    assert messages == {"No such negotiation."}


def test_rule_in_one_negotiation_is_no_right_in_another() -> None:
    """Analyst here, viewer there: insiders' rights do not travel."""
    here, there = make_case(), None
    user = add_member(here.negotiation)
    there = make_negotiation()
    add_member(there, user, Role.VIEWER)
    issue = make_issue(there)
    for name in ("plain", "off", "chatham"):
        statement = make_statement(there, asserted_by=here.statements[name].asserted_by, attribution=PASSAGES[name][0])
        make_coding(statement, issue=issue)
    reader = reader_of(user)
    assert _published(reader, here) == set(PASSAGES)
    assert _published(reader, Case(there, issue)) == {"plain", "off"}


@pytest.mark.parametrize("corrections", [1, 2, 4])
@pytest.mark.parametrize("name", READERS)
def test_passage_corrected_to_a_stricter_rule_was_under_it_all_along(name: str, corrections: int) -> None:
    """Nobody learns by asking about an earlier instant what a correction took back."""
    negotiation = make_negotiation()
    case = Case(negotiation, make_issue(negotiation))
    source, party, before = make_source(negotiation), make_party("north"), None
    for step in range(corrections + 1):
        recorded_at = RECORDED_AT + timedelta(hours=step)
        rule = Attribution.CHATHAM_HOUSE if step == corrections else Attribution.ON_RECORD
        statement = make_statement(
            source=source, asserted_by=party, attribution=rule, supersedes=before, recorded_at=recorded_at
        )
        if before is not None:
            before.codings.update(retired_at=recorded_at)
            Statement.objects.filter(pk=before.pk).update(retired_at=recorded_at)
        make_coding(statement, issue=case.issue)
        before = statement
    reader, first = reader_called(name, negotiation), Moment(NOW().as_of, RECORDED_AT)
    seen = {"north"} if name in INSIDERS else set()
    assert {p.party for p in positions_for(reader, negotiation, first)} == seen
    assert set(matrix_for(reader, negotiation, first).parties) == seen
    assert (_published(reader, case), _codings(reader, case), _statements(reader, case)) == (seen, seen, seen)
    assert (text_for(reader, source) is not None) is bool(seen)


# ---------------------------------------------------------------- a position is computed from what its reader may see


def test_position_leaves_out_what_its_reader_may_not_see() -> None:
    negotiation = make_negotiation()
    issue, party = make_issue(negotiation), make_party("north")
    said = [
        ("2022-01-01", Attribution.ON_RECORD, -2),
        ("2022-01-02", Attribution.OFF_RECORD, -1),
        ("2022-01-03", Attribution.CHATHAM_HOUSE, 2),
    ]
    for on, rule, stance in said:
        make_coding(
            make_statement(negotiation, asserted_by=party, stated_on=on, attribution=rule), issue=issue, stance=stance
        )
    readers = {name: reader_called(name, negotiation) for name in ("anonymous", "viewer", "analyst")}
    found = {name: positions_for(reader, negotiation, NOW())[0] for name, reader in readers.items()}
    assert {name: (p.stance, p.evidence_total) for name, p in found.items()} == {
        "anonymous": (-2, 1),
        "viewer": (-1, 2),
        "analyst": (2, 3),
    }
    kinds = {name: [s.kind for s in shifts_for(reader, negotiation, NOW())] for name, reader in readers.items()}
    assert kinds == {"anonymous": ["first"], "viewer": ["first", "moved"], "analyst": ["first", "moved", "reversed"]}


def test_copy_stands_for_readers_who_may_not_see_the_original() -> None:
    negotiation = make_negotiation()
    issue, party = make_issue(negotiation), make_party("north")
    original = make_source(negotiation, tlp=Tlp.RED)
    copy = make_source(negotiation, derived_from=original)
    for source, stance in ((original, -1), (copy, 2)):
        make_coding(make_statement(source=source, asserted_by=party), issue=issue, stance=stance)
    outside, inside = Reader(), reader_called("viewer", negotiation)
    assert [(p.stance, p.evidence_count) for p in positions_for(outside, negotiation, NOW())] == [(2, 1)]
    assert [(p.stance, p.evidence_count) for p in positions_for(inside, negotiation, NOW())] == [(-1, 1)]
    assert [(c.stance, c.evidence_total) for c in matrix_for(outside, negotiation, NOW()).cells] == [(2, 1)]
    assert [(c.stance, c.evidence_total) for c in matrix_for(inside, negotiation, NOW()).cells] == [(-1, 1)]


# ---------------------------------------------------------------- unpublished work


def test_statement_without_published_coding_is_the_insiders() -> None:
    negotiation = make_negotiation()
    statement = make_statement(negotiation)
    make_coding(statement, status=CodingStatus.SUBMITTED)
    seen = {name: access.statements_for(reader_called(name, negotiation)).exists() for name in READERS}
    assert seen == {name: name in INSIDERS for name in READERS}


def test_retired_record_stays_in_the_record() -> None:
    coding = make_coding()
    Coding.objects.filter(pk=coding.pk).update(retired_at=NOW().known_at)
    assert list(access.published_codings_for(Reader())) == [coding]


@pytest.mark.parametrize("policy", ReviewPolicy.values)
def test_unpublished_codings_by_role_and_policy(policy: str) -> None:
    negotiation = make_negotiation(review_policy=policy)
    statement = make_statement(negotiation)
    coder = add_member(negotiation, make_user("coder"))
    issue = make_issue(negotiation)
    for status in CodingStatus.values:
        make_coding(statement, issue=make_issue(negotiation), coder_user=coder, status=status, key=status)
    competitor = add_member(negotiation, make_user("competitor"), Role.REVIEWER)
    make_coding(statement, issue=issue, coder_user=competitor, status=CodingStatus.SUBMITTED, key="rival")
    readers = {name: reader_called(name, negotiation) for name in READERS}
    readers |= {"coder": reader_of(coder), "competitor": reader_of(competitor)}
    seen = {name: set(access.codings_for(reader).values_list("key", flat=True)) for name, reader in readers.items()}
    public, handed_in = {"published"}, {"submitted", "rejected", "rival"}
    blind = policy == ReviewPolicy.DOUBLE
    everything = public | handed_in | {"draft"}
    assert seen == {
        **dict.fromkeys(OUTSIDERS, public),
        "viewer": public,
        "analyst": public if blind else public | handed_in,
        "reviewer": public | handed_in,
        "lead": everything,
        "administrator": everything,
        "system": everything,
        "coder": everything - {"rival"} if blind else everything,
        "competitor": public | {"rival"} if blind else public | handed_in,
    }


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("access_rule", "source_rule", "passage", "outsider", "viewer"),
    [
        (TextAccess.PUBLIC, Attribution.ON_RECORD, Attribution.ON_RECORD, True, True),
        (TextAccess.MEMBERS, Attribution.ON_RECORD, Attribution.ON_RECORD, False, True),
        (TextAccess.PUBLIC, Attribution.ON_BACKGROUND, Attribution.ON_RECORD, True, True),
        (TextAccess.PUBLIC, Attribution.ON_RECORD, Attribution.ON_BACKGROUND, True, True),
        (TextAccess.PUBLIC, Attribution.ON_RECORD, Attribution.DEEP_BACKGROUND, False, False),
        (TextAccess.PUBLIC, Attribution.DEEP_BACKGROUND, Attribution.ON_RECORD, False, False),
        (TextAccess.PUBLIC, Attribution.ON_RECORD, Attribution.CHATHAM_HOUSE, False, False),
        (TextAccess.PUBLIC, Attribution.ON_RECORD, Attribution.OFF_RECORD, False, True),
        (TextAccess.MEMBERS, Attribution.ON_RECORD, Attribution.OFF_RECORD, False, True),
    ],
)
def test_text_is_withheld(access_rule: str, source_rule: str, passage: str, outsider: bool, viewer: bool) -> None:
    source = make_source(text_access=access_rule, attribution=source_rule)
    make_statement(source=source, attribution=passage)
    readers = {name: reader_called(name, source.negotiation) for name in READERS}
    assert {name: text_for(reader, source) is not None for name, reader in readers.items()} == {
        **dict.fromkeys(OUTSIDERS, outsider),
        "viewer": viewer,
        **dict.fromkeys(INSIDERS, True),
    }


def test_newest_version_is_the_text() -> None:
    source = make_source(text="One")
    version = source.texts.get()
    version.pk, version.version, version.text = None, 2, "Two"
    version.save(force_insert=True)
    found = text_for(SYSTEM, source)
    assert found is not None
    assert found.text == "Two"


def test_source_without_text_has_none() -> None:
    assert text_for(SYSTEM, make_source(text=None)) is None


# ---------------------------------------------------------------- the log, jobs, rosters


def test_log_is_the_insiders() -> None:
    negotiation = make_negotiation()
    event = make_event(negotiation)
    elsewhere = make_event(make_negotiation())
    bare = make_event(None)
    seen = {
        name: set(access.events_for(reader_called(name, negotiation)).values_list("pk", flat=True))
        & {event.pk, elsewhere.pk, bare.pk}
        for name in READERS
    }
    everything = {event.pk, elsewhere.pk, bare.pk}
    assert seen == {
        **{name: set() for name in (*OUTSIDERS, "viewer")},
        **{name: {event.pk} for name in ("analyst", "reviewer", "lead")},
        **dict.fromkeys(("administrator", "system"), everything),
    }


def test_jobs_are_those_of_whoever_started_them() -> None:
    user = make_user()
    job, _ = make_job(user), make_job(make_user())
    assert list(access.jobs_for(reader_of(user))) == [job]
    assert access.jobs_for(SYSTEM).count() == 2
    assert access.jobs_for(Reader()).count() == 0


def test_roster_of_a_restricted_negotiation_is_its_members() -> None:
    negotiation = make_negotiation(visibility=Visibility.RESTRICTED)
    party, person = make_party("north"), make_person("ada")
    negotiation.parties.add(party)
    negotiation.persons.add(person)
    held = make_round(negotiation, parties=[make_party("south")])
    make_delegation(held, make_party("east"), head=make_person("ben"), members=[(make_person("eve"), "Aide")])
    make_party("listed", is_listed=True)
    make_person("known", is_listed=True)
    for name in READERS:
        reader = reader_called(name, negotiation)
        parties = set(access.parties_for(reader).values_list("slug", flat=True))
        people = set(Person.objects.filter(pk__in=access.persons_for(reader)).values_list("slug", flat=True))
        assert (name, parties, people) == (
            (name, {"listed"}, {"known"})
            if name in OUTSIDERS
            else (name, {"listed", "north", "south", "east"}, {"known", "ada", "ben", "eve"})
        )
