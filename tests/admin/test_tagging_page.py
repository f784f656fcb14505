"""The tagging page as it leaves the server: the text it shows, and whom it answers."""

from __future__ import annotations

from django.test import Client
from django.utils.html import escape

from tests.admin.conftest import Talks
from tests.factories import make_source

HOSTILE = "</p><script>alert(1)</script> {{ x }}\n \n\n\u202e\U0001f54a & more"


def test_text_is_shown_as_paragraphs_with_their_offsets(analyst: Client, talks: Talks) -> None:
    source = make_source(talks.negotiation, text=HOSTILE, title="<b>Note</b>")
    page = analyst.get(f"/admin/positions/source/{source.pk}/tag/").content.decode()
    first, second = HOSTILE.split("\n \n\n")
    assert f'<p dir="auto" data-start="0" data-gap="\n \n\n">{escape(first)}</p>' in page
    assert f'<p dir="auto" data-start="{HOSTILE.index(second)}">{escape(second)}</p>' in page
    assert "<b>Note" not in page


def test_page_of_one_person_gets_no_answer_in_the_session_of_another(analyst: Client, talks: Talks) -> None:
    address = f"/admin/positions/source/{talks.source.pk}/tag/state/"
    assert analyst.get(address, headers={"X-Tagging-User": "analyst"}).status_code == 200
    answer = analyst.get(address, headers={"X-Tagging-User": "s%C3%B8ren"})
    assert (answer.status_code, answer.json()["detail"]) == (
        401,
        "Somebody else is signed in now; sign in as søren to send what you did here.",
    )
