"""The field's fixed vocabularies, each member with the words people read.

A leaf module: it imports nothing of the project, so every layer may use it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Visibility(TextChoices):
    """Who may know that a negotiation exists."""

    PUBLIC = "public", _("Public: anyone may read it")
    INTERNAL = "internal", _("Internal: anyone signed in may read it")
    RESTRICTED = "restricted", _("Restricted: members only; to others it does not exist")


class ReviewPolicy(TextChoices):
    """What it takes for a coding to enter the record."""

    NONE = "none", _("None: submitting publishes")
    SINGLE = "single", _("Single: a reviewer other than the coder publishes")
    DOUBLE = "double", _("Double: two blind coders, a third record by adjudication")


class RoundFormat(TextChoices):
    BILATERAL = "bilateral", pgettext_lazy("format of a round", "Bilateral meeting")
    MULTILATERAL = "multilateral", pgettext_lazy("format of a round", "Multilateral meeting")
    MINISTERIAL = "ministerial", pgettext_lazy("format of a round", "Ministerial meeting")
    SUMMIT = "summit", pgettext_lazy("format of a round", "Summit")
    CALL = "call", pgettext_lazy("format of a round", "Call")
    EXCHANGE_OF_DOCUMENTS = "exchange_of_documents", pgettext_lazy("format of a round", "Exchange of documents")
    PRESS_BRIEFING = "press_briefing", pgettext_lazy("format of a round", "Press briefing")
    SESSION = "session", pgettext_lazy("format of a round", "Session")


class RoundStatus(TextChoices):
    PLANNED = "planned", pgettext_lazy("status of a round", "Planned")
    HELD = "held", pgettext_lazy("status of a round", "Held")
    POSTPONED = "postponed", pgettext_lazy("status of a round", "Postponed")
    CANCELLED = "cancelled", pgettext_lazy("status of a round", "Cancelled")


class PartyKind(TextChoices):
    STATE = "state", pgettext_lazy("kind of party", "State")
    ALLIANCE = "alliance", pgettext_lazy("kind of party", "Alliance")
    IGO = "igo", pgettext_lazy("kind of party", "Intergovernmental organisation")
    BLOC = "bloc", pgettext_lazy("kind of party", "Bloc or negotiating group")
    NON_STATE = "non_state", pgettext_lazy("kind of party", "Non-state party")
    SECRETARIAT = "secretariat", pgettext_lazy("kind of party", "Secretariat")
    MEDIATOR = "mediator", pgettext_lazy("kind of party", "Mediator or chair")
    MEDIA = "media", pgettext_lazy("kind of party", "Media")


class AliasKind(TextChoices):
    NAME = "name", pgettext_lazy("kind of name", "Name")
    ABBREVIATION = "abbreviation", pgettext_lazy("kind of name", "Abbreviation")
    METONYM = "metonym", pgettext_lazy("kind of name", "Metonym (a seat of power that stands for the party)")


class SourceKind(TextChoices):
    COMMUNIQUE = "communique", pgettext_lazy("kind of source", "Communiqué")
    STATEMENT = "statement", pgettext_lazy("kind of source", "Statement")
    READOUT = "readout", pgettext_lazy("kind of source", "Readout")
    BRIEFING = "briefing", pgettext_lazy("kind of source", "Briefing")
    INTERVIEW = "interview", pgettext_lazy("kind of source", "Interview")
    SPEECH = "speech", pgettext_lazy("kind of source", "Speech")
    LETTER = "letter", pgettext_lazy("kind of source", "Letter")
    DRAFT = "draft", pgettext_lazy("kind of source", "Draft")
    NON_PAPER = "non_paper", pgettext_lazy("kind of source", "Non-paper")
    TREATY = "treaty", pgettext_lazy("kind of source", "Treaty")
    SUMMARY = "summary", pgettext_lazy("kind of source", "Summary")
    TRANSCRIPT = "transcript", pgettext_lazy("kind of source", "Transcript")
    NEWS_REPORT = "news_report", pgettext_lazy("kind of source", "News report")
    SOCIAL_POST = "social_post", pgettext_lazy("kind of source", "Social-media post")
    ROLL_CALL = "roll_call", pgettext_lazy("kind of source", "Roll call")
    OTHER = "other", pgettext_lazy("kind of source", "Other")


class Reliability(TextChoices):
    """Admiralty grade of the source, rated apart from what it says."""

    A = "A", _("A: completely reliable")
    B = "B", _("B: usually reliable")
    C = "C", _("C: fairly reliable")
    D = "D", _("D: not usually reliable")
    E = "E", _("E: unreliable")
    F = "F", _("F: reliability cannot be judged")


class Credibility(IntegerChoices):
    """Admiralty grade of the content, rated apart from the source."""

    CONFIRMED = 1, _("1: confirmed by other sources")
    PROBABLE = 2, _("2: probably true")
    POSSIBLE = 3, _("3: possibly true")
    DOUBTFUL = 4, _("4: doubtful")
    IMPROBABLE = 5, _("5: improbable")
    UNJUDGED = 6, _("6: truth cannot be judged")


class Tlp(TextChoices):
    """Traffic Light Protocol 2.0 markings, from the freest to the most restricted."""

    CLEAR = "CLEAR", "TLP:CLEAR"
    GREEN = "GREEN", "TLP:GREEN"
    AMBER = "AMBER", "TLP:AMBER"
    AMBER_STRICT = "AMBER+STRICT", "TLP:AMBER+STRICT"
    RED = "RED", "TLP:RED"

    @classmethod
    def strictest(cls, markings: Iterable[str]) -> Tlp:
        """The most restrictive of the markings; ``CLEAR`` where there are none."""
        return cls(max(set(markings), key=cls.values.index, default=cls.CLEAR))


class Attribution(TextChoices):
    """The ground rule under which words were spoken."""

    ON_RECORD = "on_record", _("On the record")
    ON_BACKGROUND = "on_background", _("On background: party may be named, speaker not")
    DEEP_BACKGROUND = "deep_background", _("Deep background: neither quotation nor speaker")
    OFF_RECORD = "off_record", _("Off the record: stays with the members")
    CHATHAM_HOUSE = "chatham_house", _("Chatham House Rule: neither speaker nor party")
    UNATTRIBUTED = "unattributed", _("Unattributed")


class TextAccess(TextChoices):
    PUBLIC = "public", _("Whoever sees the source may read its whole text")
    MEMBERS = "members", _("Only members may read the whole text")


class DerivationKind(TextChoices):
    TRANSLATION = "translation", pgettext_lazy("kind of derivation", "Translation")
    REPOST = "repost", pgettext_lazy("kind of derivation", "Re-post")
    REPORT = "report", pgettext_lazy("kind of derivation", "Report")
    EXCERPT = "excerpt", pgettext_lazy("kind of derivation", "Excerpt")


class Directness(TextChoices):
    """How near the passage is to the words of the one who asserts it."""

    VERBATIM = "verbatim", pgettext_lazy("wording", "Verbatim")
    TRANSLATED = "translated", pgettext_lazy("wording", "Translated")
    PARAPHRASE = "paraphrase", pgettext_lazy("wording", "Paraphrase")
    REPORTED = "reported", pgettext_lazy("wording", "Reported")
    PRESS_REPORT = "press_report", pgettext_lazy("wording", "Press report")
    INFERRED = "inferred", pgettext_lazy("wording", "Inferred by the coder")


class AnchorStatus(TextChoices):
    """How a statement sits in the current version of its source's text."""

    EXACT = "exact", pgettext_lazy("anchor of a passage", "Exact")
    MOVED = "moved", pgettext_lazy("anchor of a passage", "Moved")
    FUZZY = "fuzzy", pgettext_lazy("anchor of a passage", "Fuzzy: waits for a person")
    ORPHAN = "orphan", pgettext_lazy("anchor of a passage", "Orphan: waits for a person")
    NONE = "none", pgettext_lazy("anchor of a passage", "No span (a vote, an absence)")


class CodingState(TextChoices):
    """Whether a reading yields a stance; only ``coded`` carries one."""

    CODED = "coded", pgettext_lazy("state of a reading", "Coded")
    UNCLEAR = "unclear", pgettext_lazy("state of a reading", "Unclear (“no comment” included)")
    ABSTAINED = "abstained", pgettext_lazy("state of a reading", "Abstained")
    ABSENT = "absent", pgettext_lazy("state of a reading", "Absent")


class Stance(IntegerChoices):
    """Where a party stands toward the issue's written proposal."""

    CATEGORICAL_FOR = 2, _("+2 categorical: demand or commitment")
    QUALIFIED_FOR = 1, _("+1 qualified, conditional or exploratory")
    NEUTRAL = 0, _("0 explicit neutrality")
    QUALIFIED_AGAINST = -1, _("−1 qualified or implied opposition")
    CATEGORICAL_AGAINST = -2, _("−2 categorical refusal")


class Move(TextChoices):
    DEMAND = "demand", pgettext_lazy("move", "Demand")
    APPEAL = "appeal", pgettext_lazy("move", "Appeal")
    OFFER = "offer", pgettext_lazy("move", "Offer")
    CONCESSION = "concession", pgettext_lazy("move", "Concession")
    REJECTION = "rejection", pgettext_lazy("move", "Rejection")
    THREAT = "threat", pgettext_lazy("move", "Threat")
    CONDITION = "condition", pgettext_lazy("move", "Condition")
    CONCERN = "concern", pgettext_lazy("move", "Concern")
    DENIAL = "denial", pgettext_lazy("move", "Denial")
    VOTE = "vote", pgettext_lazy("move", "Vote")
    PROCEDURAL = "procedural", pgettext_lazy("move", "Procedural")


class Confidence(TextChoices):
    LOW = "low", pgettext_lazy("confidence", "Low")
    MEDIUM = "medium", pgettext_lazy("confidence", "Medium")
    HIGH = "high", pgettext_lazy("confidence", "High")


class CodingStatus(TextChoices):
    """Where a coding is in the review workflow; ``published`` and ``rejected`` are final."""

    DRAFT = "draft", pgettext_lazy("status of a reading", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("status of a reading", "Submitted")
    PUBLISHED = "published", pgettext_lazy("status of a reading", "Published")
    REJECTED = "rejected", pgettext_lazy("status of a reading", "Rejected")


class ConditionKind(TextChoices):
    RECIPROCITY = "reciprocity", pgettext_lazy("kind of condition", "Reciprocity")
    PRECONDITION = "precondition", pgettext_lazy("kind of condition", "Precondition")
    SEQUENCE = "sequence", pgettext_lazy("kind of condition", "Sequence")
    PARTICIPATION = "participation", pgettext_lazy("kind of condition", "Participation")
    LINKAGE = "linkage", pgettext_lazy("kind of condition", "Linkage")
    TRIGGER = "trigger", pgettext_lazy("kind of condition", "Trigger (of a threat)")


class ConditionStatus(TextChoices):
    OPEN = "open", pgettext_lazy("status of a condition", "Open")
    MET = "met", pgettext_lazy("status of a condition", "Met")
    FAILED = "failed", pgettext_lazy("status of a condition", "Failed")
    WITHDRAWN = "withdrawn", pgettext_lazy("status of a condition", "Withdrawn")


class RelationKind(TextChoices):
    """How one statement stands to another."""

    RESPONDS_TO = "responds_to", pgettext_lazy("how a statement stands to another", "Responds to")
    CONTRADICTS = "contradicts", pgettext_lazy("how a statement stands to another", "Contradicts")
    CLARIFIES = "clarifies", pgettext_lazy("how a statement stands to another", "Clarifies")
    DENIES = "denies", pgettext_lazy("how a statement stands to another", "Denies")
    REPEATS = "repeats", pgettext_lazy("how a statement stands to another", "Repeats")
    WITHDRAWS = "withdraws", pgettext_lazy("how a statement stands to another", "Withdraws")


class ChangeKind(TextChoices):
    """What was done to many records at once."""

    REASSIGN = "reassign", _("Readings given to another coder")
    REDATE = "redate", _("Statements dated anew")
    MOVE_TO_ROUND = "move_to_round", _("Statements moved to a round")
    RECODE = "recode", _("Readings of an issue recoded")
    CONFIRM = "confirm", _("Readings confirmed under a codebook version")
    DELETE_DRAFTS = "delete_drafts", _("Drafts deleted")
    MERGE_PARTIES = "merge_parties", _("Parties merged")
    MERGE_PERSONS = "merge_persons", _("People merged")
    MERGE_ISSUES = "merge_issues", _("Issues merged")


class FeedKind(TextChoices):
    """What a change in the feed asks of whoever keeps a copy."""

    CHANGED = "changed", "The records named are new or changed: read them at their addresses"
    GONE = "gone", "The records named are no longer to be seen: drop them"
    REREAD = "reread", "Much may have changed: read everything of the negotiation again"
    CLOSED = "closed", "The negotiation is no longer to be seen: drop everything of it"


class DeliveryState(TextChoices):
    """How far a message to a webhook has come."""

    PENDING = "pending", pgettext_lazy("how far a message has come", "Waiting for its next try")
    DELIVERED = "delivered", pgettext_lazy("how far a message has come", "Delivered")
    FAILED = "failed", pgettext_lazy("how far a message has come", "Given up")
    WITHHELD = "withheld", pgettext_lazy("how far a message has come", "Withheld: its owner may not see it any more")


class Role(TextChoices):
    """What a member may do in a negotiation, each role including those before it."""

    VIEWER = "viewer", _("Viewer: reads")
    ANALYST = "analyst", _("Analyst: tags and codes")
    REVIEWER = "reviewer", _("Reviewer: also publishes and adjudicates")
    LEAD = "lead", _("Lead: also rounds, issues, members, settings")


class Footing(TextChoices):
    """On whose word evidence stands; the first present decides."""

    OWN = "own", pgettext_lazy("footing", "Own words")
    INFERRED = "inferred", pgettext_lazy("footing", "Inferred from its own conduct")
    REPORTED = "reported", pgettext_lazy("footing", "Somebody else's account")


class JobState(TextChoices):
    QUEUED = "queued", pgettext_lazy("state of a job", "Queued")
    RUNNING = "running", pgettext_lazy("state of a job", "Running")
    SUCCEEDED = "succeeded", pgettext_lazy("state of a job", "Succeeded")
    FAILED = "failed", pgettext_lazy("state of a job", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("state of a job", "Cancelled")


# The coder whose readings come from the machine. Nobody can sign up under this name. Its readings never enter the
# record without a person's decision, and no measure of agreement between coders may count them.
MACHINE_CODER = "suggestions"

# CAMEO root codes and PLOVER event types for export; their scores are never used as stance.
# Sources: CAMEO codebook 1.1b3 (Schrodt 2012); PLOVER 1.0 (Open Event Data Alliance 2023).
EVENT_CODES: dict[str, tuple[str, str]] = {
    Move.DEMAND: ("10", "DEMAND"),
    Move.APPEAL: ("02", "REQUEST"),
    Move.OFFER: ("03", "AGREE"),
    Move.CONCESSION: ("08", "CONCEDE"),
    Move.REJECTION: ("12", "REJECT"),
    Move.THREAT: ("13", "THREATEN"),
    Move.CONDITION: ("10", "DEMAND"),
    Move.CONCERN: ("11", "ACCUSE"),
    Move.DENIAL: ("12", "REJECT"),
    Move.VOTE: ("01", "CONSULT"),
    Move.PROCEDURAL: ("04", "CONSULT"),
}


class TokenScope(TextChoices):
    """What a tool with a token may do; never more than its user may."""

    READ = "read", _("Read only")
    WRITE = "write", _("Read and write")


class WatchKind(TextChoices):
    """What a person wants to be told of."""

    MOVE = "move", _("A party moves")
    RED_LINE = "red_line", _("A red line is declared, softened or crossed")
    CONDITION = "condition", _("A condition is met, fails or is withdrawn")
    STATEMENT = "statement", _("A statement enters the record")
    REVIEW = "review", _("A source waits for review")


class WatchDelivery(TextChoices):
    """How a person is told, besides on the page of their watches and in their feed."""

    AT_ONCE = "at_once", _("By mail, at once")
    DAILY = "daily", _("By mail, every day")
    WEEKLY = "weekly", _("By mail, every Monday")
    PAGE = "page", _("Here only")
