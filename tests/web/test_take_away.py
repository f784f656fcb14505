"""What staff take away from a timeline: a picture, a frame for another page, and what oEmbed says of it."""

from __future__ import annotations

import subprocess
from urllib.parse import quote

import pytest
from django.test import Client

from positions.enums import Role, Visibility
from positions.web import pictures
from positions.web.pictures import PictureFailed, draw_picture
from tests.factories import add_member
from tests.web.conftest import Talks

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40" font-family="\'Noto Sans\', sans-serif">'
    '<rect width="200" height="40" fill="#ffffff"/>{}</svg>'
)
WORDS = '<text x="10" y="28" font-size="22" fill="#000000">Вена +2 ▲</text>'


def test_picture_holds_the_words_of_the_drawing() -> None:
    empty, written = draw_picture(SVG.format(""), "png"), draw_picture(SVG.format(WORDS), "png")
    assert written[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(written[16:20]) == 400
    assert len(written) > 2 * len(empty)
    assert draw_picture(SVG.format(WORDS), "pdf")[:5] == b"%PDF-"


def test_drawing_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(*args: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("draw", 1)

    monkeypatch.setattr("positions.web.pictures.subprocess.run", wait)
    with pytest.raises(PictureFailed, match="took too long"):
        draw_picture(SVG.format("<g/>"), "png")


def test_drawing_that_fails_or_is_too_large_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PictureFailed, match="could not be drawn"):
        draw_picture("no drawing at all", "png")
    monkeypatch.setattr(pictures, "LARGEST_SVG", 10)
    with pytest.raises(PictureFailed, match="too large"):
        draw_picture(SVG.format(""), "png")


@pytest.mark.django_db
def test_png_of_the_timeline(client: Client, talks: Talks) -> None:
    response = client.get(f"{talks.timeline}timeline.png")
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert response.content[:4] == b"\x89PNG"


@pytest.mark.django_db
def test_png_that_cannot_be_drawn_is_no_server_error(
    client: Client, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "LARGEST_SVG", 10)
    response = client.get(f"{talks.timeline}timeline.png")
    assert (response.status_code, response.content.decode()) == (
        503,
        "This chart is too large to be drawn as a picture; take the SVG, or fewer parties.",
    )


@pytest.mark.django_db
def test_frame_may_stand_in_other_pages_and_leads_out_of_itself(client: Client, talks: Talks) -> None:
    response = client.get(f"{talks.timeline}embed/?as_of=2022-01-31")
    content = response.content.decode()
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    assert '<base target="_top">' in content
    assert f"http://testserver{talks.timeline}?as_of=2022-01-31" in content
    assert "frame-ancestors 'self'" in client.get(talks.timeline)["Content-Security-Policy"]


@pytest.mark.django_db
def test_frame_carries_nobodys_rights(client: Client, talks: Talks) -> None:
    client.force_login(add_member(talks.negotiation, role=Role.LEAD))
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    assert client.get(talks.timeline).status_code == 200
    assert client.get(f"{talks.timeline}embed/").status_code == 404
    assert client.get(f"/oembed/?url={quote(talks.timeline)}").status_code == 404


@pytest.mark.django_db
def test_oembed_describes_the_frame(client: Client, talks: Talks) -> None:
    address = quote(f"http://testserver{talks.timeline}?party=north")
    answer = client.get(f"/oembed/?url={address}&maxwidth=400").json()
    assert (answer["type"], answer["width"], answer["title"]) == ("rich", 400, "Ferries · River talks")
    assert f'src="http://testserver{talks.timeline}embed/?party=north"' in answer["html"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        ("url=http://elsewhere.example/n/river-talks/issues/ferries/", 404),
        ("url=/method/", 404),
        ("url=/n/river-talks/matrix/matrix.csv", 404),
        ("url=/n/river-talks/issues/nothing/", 404),
        ("url=/n/river-talks/issues/ferries/%3Fas_of=soon", 404),
        ("url=/n/river-talks/issues/ferries/&format=xml", 501),
        ("url=http://[", 404),
    ],
)
def test_oembed_refuses_other_addresses(client: Client, talks: Talks, query: str, status: int) -> None:
    assert client.get(f"/oembed/?{query}").status_code == status
