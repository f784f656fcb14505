"""A person's own API tokens: made, listed and revoked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from positions.enums import TokenScope
from positions.exceptions import Invalid, NotVisible
from positions.services.tokens import TokenCard, cards_of, create_own_token, latest_expiry, revoke_token

SCOPES = ((TokenScope.READ, _("Read only")), (TokenScope.WRITE, _("Read and write")))


class TokenForm(forms.Form):
    """What a new token is for, what it may do and until when."""

    name = forms.CharField(label=_("What it is for"), max_length=100, help_text=_("A few words, such as “notebook”."))
    scope = forms.ChoiceField(
        label=_("What it may do"),
        choices=SCOPES,
        initial=TokenScope.READ,
        widget=forms.RadioSelect,
        help_text=_("Never more than you may do yourself."),
    )
    expires_on = forms.DateField(
        label=_("Good until"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is not a day; write it as 2026-12-31.")},
    )

    def add_refusal(self, refusal: Invalid) -> None:
        """Show what the service refused beside the fields that were wrong."""
        for name, messages in refusal.errors.items():
            field = {"expires_at": "expires_on"}.get(name, name)
            self.add_error(field if field in self.fields else None, messages)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("made")
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, with a form for a new token; the secret of one just made stands on this one answer."""
    user = user_of(request)
    made: TokenCard | None = None
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = create_own_token(user, asked["name"], asked["scope"], end_of(asked["expires_on"]), None)
        except Invalid as refusal:
            form.add_refusal(refusal)
        else:
            form = TokenForm()
    listed = sorted(cards_of(user, None), key=lambda card: card.created_at, reverse=True)
    context = {
        "form": form,
        "made": made,
        "tokens": [(card, dict(SCOPES)[TokenScope(card.scope)]) for card in listed],
        "latest": latest_expiry(None),
    }
    return render(request, "tokens.html", context, status=400 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_token_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks once more, then takes the token away."""
    user = user_of(request)
    card = next((card for card in cards_of(user, None) if card.id == pk), None)
    if card is None:
        raise Http404
    if request.method == "POST":
        try:
            revoke_token(user, pk)
        except NotVisible:
            raise Http404 from None
        return HttpResponseRedirect(reverse("account-tokens"))
    return render(request, "token_revoke.html", {"token": card})


def user_of(request: HttpRequest) -> User:
    """Who is signed in."""
    user = request.user
    assert isinstance(user, User)
    return user


def end_of(day: date | None) -> datetime | None:
    """The last second of the day in UTC, or the installation's latest moment on its last day; null for null."""
    if day is None:
        return None
    latest, end = latest_expiry(None), datetime.combine(day, time(23, 59, 59), UTC)
    return latest if latest is not None and latest.date() == day else end
