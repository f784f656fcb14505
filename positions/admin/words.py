"""How the desk says days, numbers, yes and no, columns and what was done, in the language of whoever reads."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.formats import date_format, number_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy

from positions.models.names import COLUMNS

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# What the log calls what was done.
ACTIONS: dict[str, StrPromise] = {
    "account_added": gettext_lazy("account added"),
    "account_updated": gettext_lazy("account updated"),
    "bloc_memberships_set": gettext_lazy("bloc memberships set"),
    "bundle_imported": gettext_lazy("bundle imported"),
    "change_undone": gettext_lazy("change undone"),
    "codebook_version_added": gettext_lazy("codebook version added"),
    "codebook_version_edited": gettext_lazy("codebook version edited"),
    "coding_corrected": gettext_lazy("coding corrected"),
    "coding_draft_deleted": gettext_lazy("coding draft deleted"),
    "coding_drafted": gettext_lazy("coding drafted"),
    "coding_edited": gettext_lazy("coding edited"),
    "coding_published": gettext_lazy("coding published"),
    "coding_recalled": gettext_lazy("coding recalled"),
    "coding_reinstated": gettext_lazy("coding reinstated"),
    "coding_rejected": gettext_lazy("coding rejected"),
    "coding_returned": gettext_lazy("coding returned"),
    "coding_submitted": gettext_lazy("coding submitted"),
    "coding_withdrawn": gettext_lazy("coding withdrawn"),
    "codings_adjudicated": gettext_lazy("codings adjudicated"),
    "codings_confirmed": gettext_lazy("codings confirmed"),
    "codings_reassigned": gettext_lazy("codings reassigned"),
    "codings_recoded": gettext_lazy("codings recoded"),
    "condition_status_set": gettext_lazy("condition status set"),
    "drafts_deleted": gettext_lazy("drafts deleted"),
    "feed_token_made": gettext_lazy("feed token made"),
    "feed_token_revoked": gettext_lazy("feed token revoked"),
    "issue_added": gettext_lazy("issue added"),
    "issue_merged": gettext_lazy("issue merged"),
    "issue_updated": gettext_lazy("issue updated"),
    "job_cancelled": gettext_lazy("job cancelled"),
    "job_created": gettext_lazy("job created"),
    "joint_statement_recorded": gettext_lazy("joint statement recorded"),
    "member_removed": gettext_lazy("member removed"),
    "member_role_set": gettext_lazy("member role set"),
    "negotiation_created": gettext_lazy("negotiation created"),
    "negotiation_updated": gettext_lazy("negotiation updated"),
    "party_added": gettext_lazy("party added"),
    "party_merged": gettext_lazy("party merged"),
    "party_updated": gettext_lazy("party updated"),
    "passage_edited": gettext_lazy("passage edited"),
    "passage_tagged": gettext_lazy("passage tagged"),
    "passage_undone": gettext_lazy("passage undone"),
    "passage_withdrawn": gettext_lazy("passage withdrawn"),
    "person_added": gettext_lazy("person added"),
    "person_merged": gettext_lazy("person merged"),
    "person_updated": gettext_lazy("person updated"),
    "read_by_administrator": gettext_lazy("read by administrator"),
    "relation_withdrawn": gettext_lazy("relation withdrawn"),
    "round_added": gettext_lazy("round added"),
    "round_updated": gettext_lazy("round updated"),
    "source_registered": gettext_lazy("source registered"),
    "source_text_fixed": gettext_lazy("source text fixed"),
    "source_text_replaced": gettext_lazy("source text replaced"),
    "source_updated": gettext_lazy("source updated"),
    "statement_corrected": gettext_lazy("statement corrected"),
    "statement_recorded": gettext_lazy("statement recorded"),
    "statement_reinstated": gettext_lazy("statement reinstated"),
    "statement_withdrawn": gettext_lazy("statement withdrawn"),
    "statements_moved_to_round": gettext_lazy("statements moved to round"),
    "statements_redated": gettext_lazy("statements redated"),
    "statements_related": gettext_lazy("statements related"),
    "suggestion_refused": gettext_lazy("suggestion refused"),
    "token_created": gettext_lazy("token created"),
    "token_revoked": gettext_lazy("token revoked"),
    "view_changed": gettext_lazy("view changed"),
    "view_deleted": gettext_lazy("view deleted"),
    "view_saved": gettext_lazy("view saved"),
    "watch_changed": gettext_lazy("watch changed"),
    "watch_deleted": gettext_lazy("watch deleted"),
    "watch_set": gettext_lazy("watch set"),
    "webhook_added": gettext_lazy("webhook added"),
    "webhook_deleted": gettext_lazy("webhook deleted"),
    "webhook_secret_rotated": gettext_lazy("webhook secret rotated"),
    "webhook_updated": gettext_lazy("webhook updated"),
}

# How many rows of each kind an import adds, by the plural that it counts them under.
COUNTED = {
    "parties": ngettext_lazy("%(number)s party", "%(number)s parties", "count"),
    "aliases": ngettext_lazy("%(number)s alias", "%(number)s aliases", "count"),
    "bloc memberships": ngettext_lazy("%(number)s bloc membership", "%(number)s bloc memberships", "count"),
    "people": ngettext_lazy("%(number)s person", "%(number)s people", "count"),
    "appointments": ngettext_lazy("%(number)s appointment", "%(number)s appointments", "count"),
    "negotiations": ngettext_lazy("%(number)s negotiation", "%(number)s negotiations", "count"),
    "rounds": ngettext_lazy("%(number)s round", "%(number)s rounds", "count"),
    "delegations": ngettext_lazy("%(number)s delegation", "%(number)s delegations", "count"),
    "delegation members": ngettext_lazy("%(number)s delegation member", "%(number)s delegation members", "count"),
    "members": ngettext_lazy("%(number)s member", "%(number)s members", "count"),
    "issues": ngettext_lazy("%(number)s issue", "%(number)s issues", "count"),
    "codebook versions": ngettext_lazy("%(number)s codebook version", "%(number)s codebook versions", "count"),
    "codebook entries": ngettext_lazy("%(number)s codebook entry", "%(number)s codebook entries", "count"),
    "sources": ngettext_lazy("%(number)s source", "%(number)s sources", "count"),
    "source texts": ngettext_lazy("%(number)s source text", "%(number)s source texts", "count"),
    "statement groups": ngettext_lazy("%(number)s statement group", "%(number)s statement groups", "count"),
    "statements": ngettext_lazy("%(number)s statement", "%(number)s statements", "count"),
    "codings": ngettext_lazy("%(number)s coding", "%(number)s codings", "count"),
    "conditions": ngettext_lazy("%(number)s condition", "%(number)s conditions", "count"),
    "condition status entries": ngettext_lazy(
        "%(number)s condition status entry", "%(number)s condition status entries", "count"
    ),
    "relations": ngettext_lazy("%(number)s relation", "%(number)s relations", "count"),
    "posts held for it": ngettext_lazy("%(number)s post held for it", "%(number)s posts held for it", "count"),
    "other names": ngettext_lazy("%(number)s other name", "%(number)s other names", "count"),
    "rosters": ngettext_lazy("%(number)s roster", "%(number)s rosters", "count"),
    "delegations headed": ngettext_lazy("%(number)s delegation headed", "%(number)s delegations headed", "count"),
    "seats in delegations": ngettext_lazy("%(number)s seat in delegations", "%(number)s seats in delegations", "count"),
    "posts": ngettext_lazy("%(number)s post", "%(number)s posts", "count"),
    "issues under it": ngettext_lazy("%(number)s issue under it", "%(number)s issues under it", "count"),
    "changed": ngettext_lazy("%(number)s changed", "%(number)s changed", "count"),
}


def say_day(day: date) -> str:
    """A day as people write it: 9 January 2022."""
    return date_format(day, "DATE_FORMAT")


def say_number(number: int) -> str:
    """A whole number, its thousands set apart as the language does."""
    return number_format(number, force_grouping=True)


def say_yes_no(holds: bool) -> str:
    """Whether something holds."""
    return gettext("yes") if holds else gettext("no")


def say_count(kind: str, number: int) -> str:
    """So many rows of a kind of :data:`COUNTED`: 3 sources."""
    said = {"count": number, "number": say_number(number)}
    return str(COUNTED[kind] % said) if kind in COUNTED else f"{say_number(number)} {kind}"


def name_column(name: str) -> str:
    """A column by the words of its table; one that no table has goes by its own name."""
    return str(COLUMNS[name]) if name in COLUMNS else name.replace("_", " ")


def name_action(action: str) -> str:
    """What an event of the log says was done: ``coding_submitted`` as *coding submitted*."""
    return str(ACTIONS[action]) if action in ACTIONS else action.replace("_", " ")


def fill_in(words: str, **parts: SafeString) -> SafeString:
    """A translated sentence with pieces of HTML in its places; the sentence itself is only text."""
    return format_html("{}", mark_safe(escape(words) % parts))  # noqa: S308 - escaped here, the pieces are safe


def link_to(address: str) -> dict[str, SafeString]:
    """The pieces ``link`` and ``end`` around the words of a sentence that lead somewhere."""
    return {"link": format_html('<a href="{}">', address), "end": SafeString("</a>")}


def quote_start(words: str, at_most: int) -> str:
    """The first characters of a quotation on one line."""
    line = " ".join(words.split())
    return f"{line[:at_most]}…" if len(line) > at_most else line
