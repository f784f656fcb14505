"""Saved views: kept under a name, followed by a short address, never an open door."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from positions.enums import Attribution, Role, Visibility
from positions.models import Event, SavedView
from positions.services import saved_views
from positions.services.saved_views import READING_PAGES, read_address
from positions.web.saved_views import PAGE_WORDS
from positions.web.urls import urlpatterns
from tests.factories import add_member, make_coding, make_party, make_saved_view, make_statement, make_user
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
LIST = "/views/"
ADD = "/views/new/"
TIMELINE = "/n/river-talks/issues/ferries/"
VIEW = f"{TIMELINE}?as_of=2022-01-20&party=north%2Csouth"
# Addresses that are no page one reads: files, forms, frames, probes.
OTHERS = re.compile(
    r".*-(csv|svg|png|docx|pdf|bibtex|csl|embed)|saved-view.*|account-.*|watch.*|notices-read|signin|signout"
    r"|set-language|oembed|healthz|readyz"
)


@pytest.fixture
def member(talks: Talks) -> User:
    return add_member(talks.negotiation, role=Role.VIEWER)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def save(client: Client, address: str = VIEW, name: str = "Ferries in January", **more: str) -> SavedView:
    before = set(SavedView.objects.values_list("pk", flat=True))
    response = client.post(ADD, {"address": address, "name": name, **more})
    assert response.status_code == 302, response.content.decode()
    view = SavedView.objects.exclude(pk__in=before).get()
    assert response["Location"] == f"{LIST}?new={view.code}#view-{view.code}"
    return view


def test_view_is_saved_and_followed(talks: Talks, member: User) -> None:
    client = signed_in(member)
    assert f'href="{ADD}?address=%2Fn%2Friver-talks%2Fissues%2Fferries%2F%3Fas_of%3D2022-01-20' in (
        client.get(VIEW).content.decode()
    )
    form = client.get(ADD, {"address": VIEW}).content.decode()
    assert 'value="Timeline of an issue"' in form
    view = save(client, name="  Ferries in January ")
    assert (view.name, view.page, view.address, view.negotiation, view.is_shared) == (
        "Ferries in January", "issue-timeline", VIEW, talks.negotiation, False,
    )  # fmt: skip
    assert re.fullmatch(r"[\w-]{16}", view.code)
    answer = client.get(f"/v/{view.code}/")
    assert (answer.status_code, answer["Location"], answer["Cache-Control"]) == (302, VIEW, "private, no-store")
    listed = client.get(f"{LIST}?new={view.code}").content.decode()
    assert f'<code id="address-{view.code}">http://testserver/v/{view.code}/</code>' in listed
    assert "Timeline of an issue, River talks" in listed
    assert f'href="/v/{view.code}/"' in client.get("/").content.decode()
    [event] = Event.objects.all()
    assert (event.action, event.actor, event.negotiation, event.subject_id, event.after) == (
        "view_saved", member, None, str(view.pk),
        {"name": "Ferries in January", "path": TIMELINE, "query": "as_of=2022-01-20&party=north%2Csouth",
         "is_shared": False},
    )  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/n/river-talks/",
        "//elsewhere.example/n/river-talks/",
        "/\\elsewhere.example/",
        "/n/river-talks/matrix/matrix.csv",
        "/signout/",
        "/views/",
        "/admin/",
        "/api/v1/negotiations/",
        "/nowhere/",
        "n/river-talks/",
        "",
        "/n/river-talks/?q=%00",
        "/n/river-talks/\x00",
        "http://[::1",
        "javascript:alert(1)",
        "/n/river-talks/?" + "a=b&" * 600,
        "/search/?q=" + "é" * 400,
    ],
)
def test_only_reading_pages_of_this_site_are_kept(talks: Talks, member: User, address: str) -> None:
    client = signed_in(member)
    for response in (client.get(ADD, {"address": address}), client.post(ADD, {"address": address, "name": "x"})):
        assert response.status_code == 400
        assert 'role="alert"' in response.content.decode()
    assert (SavedView.objects.count(), Event.objects.count()) == (0, 0)


def test_address_is_written_anew(talks: Talks) -> None:
    match, query = read_address("/n/river-talks/?a=1%0d%0aSet-Cookie:x=1&b=\u202e<i>#part")
    assert (match.url_name, query) == ("negotiation", "a=1%0D%0ASet-Cookie%3Ax%3D1&b=%E2%80%AE%3Ci%3E")


def test_page_that_does_not_answer_cannot_be_saved(talks: Talks, member: User) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    outsider = signed_in(make_user())
    for address in (VIEW, "/n/no-such-talks/", f"/n/river-talks/parties/{make_party().slug}/", f"{TIMELINE}?as_of=x"):
        for client in (outsider, signed_in(member)) if address != VIEW else (outsider,):
            assert client.get(ADD, {"address": address}).status_code == 404
            assert client.post(ADD, {"address": address, "name": "x"}).status_code == 404
    assert SavedView.objects.count() == 0


def test_private_view_is_for_its_owner_alone(talks: Talks, member: User) -> None:
    view = save(signed_in(member))
    unknown = "/v/AAAAAAAAAAAAAAAA/"
    for client in (Client(), signed_in(make_user()), signed_in(add_member(talks.negotiation, role=Role.LEAD))):
        for address in (f"/v/{view.code}/", unknown):
            assert client.get(address).status_code == 404
    other = signed_in(add_member(talks.negotiation))
    assert view.name not in other.get(LIST).content.decode()
    for act in ("edit", "delete"):
        assert other.get(f"{LIST}{view.code}/{act}/").status_code == 404
        assert other.post(f"{LIST}{view.code}/{act}/", {"name": "taken"}).status_code == 404
        assert Client().post(f"{LIST}{view.code}/{act}/").status_code == 302  # to sign in
    view.refresh_from_db()
    assert view.name == "Ferries in January"


def test_shared_view_is_for_members_and_only_its_owner_changes_it(talks: Talks, member: User) -> None:
    view = save(signed_in(member), is_shared="on")
    colleague = signed_in(add_member(talks.negotiation))
    assert colleague.get(f"/v/{view.code}/")["Location"] == VIEW
    listed = colleague.get(LIST).content.decode()
    assert (view.name in listed, member.get_username() in listed, f"{view.code}/edit/" in listed) == (True, True, False)
    assert colleague.post(f"{LIST}{view.code}/delete/").status_code == 404
    # the talks are public, the view is not
    assert signed_in(make_user()).get(f"/v/{view.code}/").status_code == 404
    assert Client().get(f"/v/{view.code}/").status_code == 404
    signed_in(member).post(f"{LIST}{view.code}/edit/", {"name": view.name})
    assert colleague.get(f"/v/{view.code}/").status_code == 404


def test_the_page_decides_who_may_follow(talks: Talks) -> None:
    """Neither a closed negotiation nor a party or passage of which the follower may not know is given away."""
    analyst = add_member(talks.negotiation, role=Role.ANALYST)
    hidden = make_party("hidden")
    statement = make_statement(negotiation=talks.negotiation, asserted_by=hidden, attribution=Attribution.CHATHAM_HOUSE)
    make_coding(statement, party=hidden, issue=talks.issue, stance=1)
    views = [
        save(signed_in(analyst), address, is_shared="on")
        for address in (f"/statements/{statement.pk}/", "/n/river-talks/parties/hidden/", f"{TIMELINE}?party=hidden")
    ]
    viewer = signed_in(add_member(talks.negotiation, role=Role.VIEWER))
    assert [signed_in(analyst).get(f"/v/{view.code}/").status_code for view in views] == [302] * 3
    assert [viewer.get(f"/v/{view.code}/").status_code for view in views] == [404] * 3
    talks.negotiation.members.filter(user=analyst).delete()
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    assert [signed_in(analyst).get(f"/v/{view.code}/").status_code for view in views] == [404] * 3
    # still theirs to put away
    assert signed_in(analyst).post(f"{LIST}{views[0].code}/delete/").status_code == 302


def test_renaming_and_deleting(talks: Talks, member: User) -> None:
    client = signed_in(member)
    view = save(client)
    assert client.post(f"{LIST}{view.code}/edit/", {"name": "Boats <b>\u202e", "is_shared": "on"}).status_code == 302
    client.post(f"{LIST}{view.code}/edit/", {"name": "Boats <b>\u202e", "is_shared": "on"})
    listed = client.get(LIST).content.decode()
    assert "<bdi>Boats &lt;b&gt;\u202e</bdi>" in listed
    assert "shared with members" in listed
    assert "<b>" not in client.get(f"{LIST}{view.code}/delete/").content.decode()
    assert SavedView.objects.count() == 1  # asking deletes nothing
    assert client.post(f"{LIST}{view.code}/delete/")["Location"] == LIST
    assert client.get(f"/v/{view.code}/").status_code == 404
    assert list(Event.objects.order_by("id").values_list("action", flat=True)) == [
        "view_saved", "view_changed", "view_deleted",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "Give the view a name."),
        (" \u200b ", "Give the view a name."),
        ("x" * 81, "A name has at most 80 characters."),
        ("a\x00b", "contains a NUL character at offset 1; remove it"),
        ("a\nb", "A name is one line."),
    ],
)
def test_bad_names_are_refused_in_words(talks: Talks, member: User, name: str, problem: str) -> None:
    client = signed_in(member)
    view = save(client)
    for address in (ADD, f"{LIST}{view.code}/edit/"):
        response = client.post(address, {"address": VIEW, "name": name})
        assert (response.status_code, problem in response.content.decode()) == (400, True)
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Ferries in January"]


def test_limit_and_sharing_are_refused_in_words(talks: Talks, member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(member)
    response = client.post(ADD, {"address": "/search/?q=boats", "name": "x", "is_shared": "on"})
    assert (response.status_code, "negotiation you are a member of" in response.content.decode()) == (400, True)
    outsider = signed_in(make_user())
    assert outsider.post(ADD, {"address": VIEW, "name": "x", "is_shared": "on"}).status_code == 400
    save(client, "/search/?q=boats")
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 1)
    response = client.post(ADD, {"address": VIEW, "name": "x"})
    assert (response.status_code, "You keep 1 saved views" in response.content.decode()) == (400, True)
    assert SavedView.objects.count() == 1


def test_strangers_are_asked_to_sign_in(client: Client, talks: Talks) -> None:
    assert "Save this view" not in client.get(VIEW).content.decode()
    for address in (LIST, ADD):
        assert client.get(address)["Location"].startswith("/signin/?next=")


def test_every_page_can_be_saved_or_is_none() -> None:
    """A new page belongs into ``READING_PAGES`` and ``PAGE_WORDS``; a new file or form into ``OTHERS`` here."""
    names = {pattern.name or "" for pattern in urlpatterns}
    assert {name for name in names if not OTHERS.fullmatch(name)} == READING_PAGES == set(PAGE_WORDS)


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(talks: Talks, member: User, count_queries: CountQueries, number: int) -> None:
    for _ in range(number):
        make_saved_view(member, negotiation=talks.negotiation)
        make_saved_view(negotiation=talks.negotiation, is_shared=True)
    queries, response = count_queries(LIST, member)
    assert (response.content.decode().count('<li id="view-'), queries) == (2 * number, 4)
