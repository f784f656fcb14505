"""Passages as pages show them: what is quoted, who says it, on what ground rule and with what grade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from positions.enums import Attribution, Credibility, Directness, Reliability
from positions.models import Statement
from positions.queries.access import Reader
from positions.web.words import clip_text, say_edtf

OWN_WORDING = (Directness.VERBATIM, Directness.TRANSLATED)
STRICTNESS = (
    Attribution.ON_RECORD,
    Attribution.UNATTRIBUTED,
    Attribution.ON_BACKGROUND,
    Attribution.DEEP_BACKGROUND,
    Attribution.OFF_RECORD,
    Attribution.CHATHAM_HOUSE,
)
RULE_WORDS = {
    Attribution.ON_RECORD: _("on the record"),
    Attribution.UNATTRIBUTED: _("unattributed"),
    Attribution.ON_BACKGROUND: _("on background"),
    Attribution.DEEP_BACKGROUND: _("on deep background"),
    Attribution.OFF_RECORD: _("off the record"),
    Attribution.CHATHAM_HOUSE: _("under the Chatham House Rule"),
}
DIRECTNESS_WORDS = {
    Directness.VERBATIM: _("verbatim"),
    Directness.TRANSLATED: _("translated"),
    Directness.PARAPHRASE: _("paraphrase"),
    Directness.REPORTED: _("reported speech"),
    Directness.PRESS_REPORT: _("press report"),
    Directness.INFERRED: _("inferred by the coder"),
}
RELIABILITY_WORDS = {
    Reliability.A.value: _("completely reliable"),
    Reliability.B.value: _("usually reliable"),
    Reliability.C.value: _("fairly reliable"),
    Reliability.D.value: _("not usually reliable"),
    Reliability.E.value: _("unreliable"),
    Reliability.F.value: _("reliability cannot be judged"),
}
CREDIBILITY_WORDS = {
    Credibility.CONFIRMED.value: _("confirmed by other sources"),
    Credibility.PROBABLE.value: _("probably true"),
    Credibility.POSSIBLE.value: _("possibly true"),
    Credibility.DOUBTFUL.value: _("doubtful"),
    Credibility.IMPROBABLE.value: _("improbable"),
    Credibility.UNJUDGED.value: _("truth cannot be judged"),
}


@dataclass(frozen=True, slots=True)
class Quotation:
    """One statement for a list, a table or a card. ``text`` is empty where it is withheld or there is no span."""

    statement: str
    text: str
    instead: str
    is_verbatim: bool
    language: str
    party: str
    speaker: str
    rule: str
    directness: str
    said: str
    day: date
    round: int | None
    source: str
    source_title: str
    source_kind: str
    grade: str
    grade_words: str
    tlp: str

    @property
    def who(self) -> str:
        """The speaker where the reader may know, else the party that asserts it."""
        return self.speaker or self.party

    @property
    def short(self) -> str:
        return clip_text(self.text, 240)

    @property
    def in_lines(self) -> str:
        """The passage, who says it, and how it is graded, for a chart's card: one line each."""
        words = clip_text(self.text, 140)
        quote = f"“{words}”" if self.is_verbatim and words else words or self.instead
        who = ", ".join(dict.fromkeys((self.who, self.party, self.rule, self.directness)))
        return f"{quote}\n{who}\n{self.grade}: {self.grade_words}"


def quote_statement(statement: Statement, reader: Reader) -> Quotation:
    """The statement as ``reader`` may see it. Needs source, asserted_by, speaker and round loaded."""
    source = statement.source
    shown = reader.sees_quote(statement)
    return Quotation(
        statement=str(statement.pk),
        text=statement.exact if shown else "",
        instead="" if shown and statement.exact else _why_no_text(shown),
        is_verbatim=statement.directness in OWN_WORDING,
        language=source.language,
        party=statement.asserted_by.name,
        speaker=name_speaker(statement, reader),
        rule=str(RULE_WORDS[stricter_rule(statement)]),
        directness=str(DIRECTNESS_WORDS[Directness(statement.directness)]),
        said=say_edtf(statement.stated_on, statement.stated_earliest, statement.stated_latest),
        day=statement.stated_latest,
        round=statement.round.number if statement.round else None,
        source=str(source.pk),
        source_title=source.title,
        source_kind=str(source.get_kind_display()),
        grade=f"{source.reliability}{statement.credibility}",
        grade_words=explain_grade(source.reliability, statement.credibility),
        tlp=source.tlp,
    )


def name_speaker(statement: Statement, reader: Reader) -> str:
    """The speaker's name or label; empty where nobody is named or a ground rule withholds it."""
    if not reader.sees_speaker(statement):
        return ""
    return statement.speaker.name if statement.speaker else statement.speaker_label


def stricter_rule(statement: Statement) -> Attribution:
    """The stricter ground rule of the statement and its source."""
    return max(Attribution(statement.attribution), Attribution(statement.source.attribution), key=STRICTNESS.index)


def explain_grade(reliability: str, credibility: int) -> str:
    """``source usually reliable, content probably true``."""
    source, content = RELIABILITY_WORDS[reliability], CREDIBILITY_WORDS[credibility]
    return gettext("source {source}, content {content}").format(source=source, content=content)


def _why_no_text(shown: bool) -> str:
    return (
        gettext("A recorded act: there is no passage to quote.")
        if shown
        else gettext("Withheld: spoken on deep background.")
    )
