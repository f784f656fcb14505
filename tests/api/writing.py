"""What tests of writes over the API share: requests as one user, a negotiation with everybody in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User

from positions.enums import ReviewPolicy, Role, Visibility
from positions.models import Event, Negotiation
from tests.api.conftest import ROOT, Api
from tests.factories import add_member, make_negotiation, make_user
from tests.services.bundles import row_counts

MISSING = "00000000-0000-4000-8000-000000000000"
READERS = ("anonymous", "outsider", "viewer", "analyst", "reviewer", "lead", "administrator")


class Writer(Api):
    """Reads and writes as one user, or as nobody."""

    def send(
        self, method: str, address: str, body: Any = None, *, match: str | None = None, key: str | None = None
    ) -> Any:
        """The answer to a write."""
        headers = {"If-Match": match, "Idempotency-Key": key}
        sent = {name: value for name, value in headers.items() if value is not None}
        path = address if address.startswith(("/", "http")) else ROOT + address
        return getattr(self.client, method)(path, data=body, format="json", headers=sent)

    def post(self, address: str, body: Any = None, **options: Any) -> Any:
        return self.send("post", address, body, **options)

    def patch(self, address: str, body: Any, **options: Any) -> Any:
        """The answer to a change of the record as it stands now, unless ``match`` says otherwise."""
        options.setdefault("match", self.tag(address))
        return self.send("patch", address, body, **options)

    def act(self, address: str, act: str, body: Any = None, **options: Any) -> Any:
        """The answer to a POST below a record as it stands now, unless ``match`` says otherwise."""
        options.setdefault("match", self.tag(address))
        return self.send("post", f"{address}{act}/", {} if body is None else body, **options)

    def tag(self, address: str) -> str | None:
        """The ETag of a record; anything where it is not to be seen."""
        return str(self(address).headers.get("ETag", '"none"'))


class People:
    """A restricted negotiation and somebody in every role, and beside it."""

    def __init__(self, policy: str = ReviewPolicy.SINGLE, visibility: str = Visibility.RESTRICTED) -> None:
        self.talks: Negotiation = make_negotiation("talks", visibility=visibility, review_policy=policy)
        self.users: dict[str, User] = {
            "outsider": add_member(make_negotiation("elsewhere"), make_user("outsider"), Role.LEAD),
            "administrator": make_user("administrator", is_superuser=True),
        }
        for role in Role.values:
            self.users[role] = add_member(self.talks, make_user(role), role)

    def writer(self, name: str) -> Writer:
        return Writer(self.users.get(name))

    def __getattr__(self, name: str) -> Writer:
        if name not in READERS:
            raise AttributeError(name)
        return self.writer(name)


def written(answer: Any, status: int) -> dict[str, Any]:
    """The body of an answer that did what was asked."""
    assert answer.status_code == status, (answer.status_code, answer.content[:800])
    body: dict[str, Any] = answer.json()
    return body


@contextmanager
def one_event(*actions: str) -> Iterator[None]:
    """The block writes these entries of the log, in this order, and no others."""
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    yield
    assert list(Event.objects.filter(id__gt=last).order_by("id").values_list("action", flat=True)) == list(actions)


@contextmanager
def nothing_written() -> Iterator[None]:
    """The block leaves every table with as many rows as it had."""
    before = row_counts()
    yield
    assert row_counts() == before
