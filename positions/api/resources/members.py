"""``members/``: who takes part in a negotiation's record, in which role; for its leads."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.authentication import SignedIn
from positions.api.inputs.fields import Nothing
from positions.api.inputs.members import MemberChange, MemberInput
from positions.api.lookups import InNegotiation, ids_of
from positions.api.parameters import OneOf, Words, ordering, shorten
from positions.api.serializers.members import MemberSerializer
from positions.api.writing import WritableView
from positions.enums import Role
from positions.exceptions import Invalid
from positions.models import Member
from positions.queries.access import Reader
from positions.services.access import require_role
from positions.services.negotiations import remove_member, set_member_role


def members_for(reader: Reader) -> QuerySet[Member]:
    """The members of the negotiations that the reader leads; of all of them for administrators."""
    if reader.is_administrator:
        return Member.objects.all()
    return Member.objects.filter(negotiation__in=reader.ids_from(Role.LEAD))


class MemberView(WritableView):
    """Who takes part in a negotiation's record, in which role. Its leads see and say that."""

    collection = "members"
    new, change = MemberInput, MemberChange
    related = ("negotiation", "user")
    role = Role.LEAD

    permission_classes = [SignedIn]
    is_open = False
    queryset = Member.objects.none()
    serializer_class = MemberSerializer
    noun = "member"
    filters = (
        ids_of(members_for, "member"),
        InNegotiation(),
        Words(name="username", description="User name of the member.", lookup="user__username"),
        OneOf(name="role", description="What they may do.", choices=Role, lookup="role__in"),
    )
    ordering = ordering("username", username="user__username", role="role")

    def visible(self) -> QuerySet[Member]:
        return members_for(self.reader)

    def loaded(self, rows: QuerySet[Member]) -> QuerySet[Member]:
        return rows.select_related("negotiation", "user")

    def create_one(self, said: dict[str, Any]) -> Member:
        negotiation = said["negotiation"]
        # whoever may not add members learns nothing of who has an account
        require_role(self.reader, negotiation, self.role)
        user = User.objects.filter(username=said["username"], is_active=True).first()
        if user is None:
            raise Invalid({"username": f"there is no active account “{shorten(said['username'])}”"})
        if Member.objects.filter(negotiation=negotiation, user=user).exists():
            raise Invalid({"username": f"“{shorten(said['username'])}” is a member already; change that one's role"})
        return set_member_role(self.reader, negotiation, user, said["role"])

    def change_one(self, row: Member, said: dict[str, Any]) -> Member:
        return set_member_role(self.reader, row.negotiation, row.user, said.get("role", row.role))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take somebody out of a negotiation; never its last lead. `If-Match` is heeded where it is sent."""
        return self.write_below(
            Nothing,
            lambda row, said: remove_member(self.reader, row),
            answer=lambda gone: Response(status=204),
            needs_match=False,
        )
