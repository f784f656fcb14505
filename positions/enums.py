"""The field's fixed vocabularies, each member with the words people read.

A leaf module: it imports nothing of the project, so every layer may use it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import IntegerChoices, TextChoices


class Visibility(TextChoices):
    """Who may know that a negotiation exists."""

    PUBLIC = "public", "Public: anyone may read it"
    INTERNAL = "internal", "Internal: anyone signed in may read it"
    RESTRICTED = "restricted", "Restricted: members only; to others it does not exist"


class ReviewPolicy(TextChoices):
    """What it takes for a coding to enter the record."""

    NONE = "none", "None: submitting publishes"
    SINGLE = "single", "Single: a reviewer other than the coder publishes"
    DOUBLE = "double", "Double: two blind coders, a third record by adjudication"


class RoundFormat(TextChoices):
    BILATERAL = "bilateral", "Bilateral meeting"
    MULTILATERAL = "multilateral", "Multilateral meeting"
    MINISTERIAL = "ministerial", "Ministerial meeting"
    SUMMIT = "summit", "Summit"
    CALL = "call", "Call"
    EXCHANGE_OF_DOCUMENTS = "exchange_of_documents", "Exchange of documents"
    PRESS_BRIEFING = "press_briefing", "Press briefing"
    SESSION = "session", "Session"


class RoundStatus(TextChoices):
    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    POSTPONED = "postponed", "Postponed"
    CANCELLED = "cancelled", "Cancelled"


class PartyKind(TextChoices):
    STATE = "state", "State"
    ALLIANCE = "alliance", "Alliance"
    IGO = "igo", "Intergovernmental organisation"
    BLOC = "bloc", "Bloc or negotiating group"
    NON_STATE = "non_state", "Non-state party"
    SECRETARIAT = "secretariat", "Secretariat"
    MEDIATOR = "mediator", "Mediator or chair"
    MEDIA = "media", "Media"


class AliasKind(TextChoices):
    NAME = "name", "Name"
    ABBREVIATION = "abbreviation", "Abbreviation"
    METONYM = "metonym", "Metonym (a seat of power that stands for the party)"


class SourceKind(TextChoices):
    COMMUNIQUE = "communique", "Communiqué"
    STATEMENT = "statement", "Statement"
    READOUT = "readout", "Readout"
    BRIEFING = "briefing", "Briefing"
    INTERVIEW = "interview", "Interview"
    SPEECH = "speech", "Speech"
    LETTER = "letter", "Letter"
    DRAFT = "draft", "Draft"
    NON_PAPER = "non_paper", "Non-paper"
    TREATY = "treaty", "Treaty"
    SUMMARY = "summary", "Summary"
    TRANSCRIPT = "transcript", "Transcript"
    NEWS_REPORT = "news_report", "News report"
    SOCIAL_POST = "social_post", "Social-media post"
    ROLL_CALL = "roll_call", "Roll call"
    OTHER = "other", "Other"


class Reliability(TextChoices):
    """Admiralty grade of the source, rated apart from what it says."""

    A = "A", "A: completely reliable"
    B = "B", "B: usually reliable"
    C = "C", "C: fairly reliable"
    D = "D", "D: not usually reliable"
    E = "E", "E: unreliable"
    F = "F", "F: reliability cannot be judged"


class Credibility(IntegerChoices):
    """Admiralty grade of the content, rated apart from the source."""

    CONFIRMED = 1, "1: confirmed by other sources"
    PROBABLE = 2, "2: probably true"
    POSSIBLE = 3, "3: possibly true"
    DOUBTFUL = 4, "4: doubtful"
    IMPROBABLE = 5, "5: improbable"
    UNJUDGED = 6, "6: truth cannot be judged"


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

    ON_RECORD = "on_record", "On the record"
    ON_BACKGROUND = "on_background", "On background: party may be named, speaker not"
    DEEP_BACKGROUND = "deep_background", "Deep background: neither quotation nor speaker"
    OFF_RECORD = "off_record", "Off the record: stays with the members"
    CHATHAM_HOUSE = "chatham_house", "Chatham House Rule: neither speaker nor party"
    UNATTRIBUTED = "unattributed", "Unattributed"


class TextAccess(TextChoices):
    PUBLIC = "public", "Whoever sees the source may read its whole text"
    MEMBERS = "members", "Only members may read the whole text"


class DerivationKind(TextChoices):
    TRANSLATION = "translation", "Translation"
    REPOST = "repost", "Re-post"
    REPORT = "report", "Report"
    EXCERPT = "excerpt", "Excerpt"


class Directness(TextChoices):
    """How near the passage is to the words of the one who asserts it."""

    VERBATIM = "verbatim", "Verbatim"
    TRANSLATED = "translated", "Translated"
    PARAPHRASE = "paraphrase", "Paraphrase"
    REPORTED = "reported", "Reported"
    PRESS_REPORT = "press_report", "Press report"
    INFERRED = "inferred", "Inferred by the coder"


class AnchorStatus(TextChoices):
    """How a statement sits in the current version of its source's text."""

    EXACT = "exact", "Exact"
    MOVED = "moved", "Moved"
    FUZZY = "fuzzy", "Fuzzy: waits for a person"
    ORPHAN = "orphan", "Orphan: waits for a person"
    NONE = "none", "No span (a vote, an absence)"


class CodingState(TextChoices):
    """Whether a reading yields a stance; only ``coded`` carries one."""

    CODED = "coded", "Coded"
    UNCLEAR = "unclear", "Unclear (“no comment” included)"
    ABSTAINED = "abstained", "Abstained"
    ABSENT = "absent", "Absent"


class Stance(IntegerChoices):
    """Where a party stands toward the issue's written proposal."""

    CATEGORICAL_FOR = 2, "+2 categorical: demand or commitment"
    QUALIFIED_FOR = 1, "+1 qualified, conditional or exploratory"
    NEUTRAL = 0, "0 explicit neutrality"
    QUALIFIED_AGAINST = -1, "−1 qualified or implied opposition"
    CATEGORICAL_AGAINST = -2, "−2 categorical refusal"


class Move(TextChoices):
    DEMAND = "demand", "Demand"
    APPEAL = "appeal", "Appeal"
    OFFER = "offer", "Offer"
    CONCESSION = "concession", "Concession"
    REJECTION = "rejection", "Rejection"
    THREAT = "threat", "Threat"
    CONDITION = "condition", "Condition"
    CONCERN = "concern", "Concern"
    DENIAL = "denial", "Denial"
    VOTE = "vote", "Vote"
    PROCEDURAL = "procedural", "Procedural"


class Confidence(TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class CodingStatus(TextChoices):
    """Where a coding is in the review workflow; ``published`` and ``rejected`` are final."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    PUBLISHED = "published", "Published"
    REJECTED = "rejected", "Rejected"


class ConditionKind(TextChoices):
    RECIPROCITY = "reciprocity", "Reciprocity"
    PRECONDITION = "precondition", "Precondition"
    SEQUENCE = "sequence", "Sequence"
    PARTICIPATION = "participation", "Participation"
    LINKAGE = "linkage", "Linkage"
    TRIGGER = "trigger", "Trigger (of a threat)"


class ConditionStatus(TextChoices):
    OPEN = "open", "Open"
    MET = "met", "Met"
    FAILED = "failed", "Failed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class RelationKind(TextChoices):
    """How one statement stands to another."""

    RESPONDS_TO = "responds_to", "Responds to"
    CONTRADICTS = "contradicts", "Contradicts"
    CLARIFIES = "clarifies", "Clarifies"
    DENIES = "denies", "Denies"
    REPEATS = "repeats", "Repeats"
    WITHDRAWS = "withdraws", "Withdraws"


class ChangeKind(TextChoices):
    """What was done to many records at once."""

    REASSIGN = "reassign", "Readings given to another coder"
    REDATE = "redate", "Statements dated anew"
    MOVE_TO_ROUND = "move_to_round", "Statements moved to a round"
    RECODE = "recode", "Readings of an issue recoded"
    CONFIRM = "confirm", "Readings confirmed under a codebook version"
    DELETE_DRAFTS = "delete_drafts", "Drafts deleted"
    MERGE_PARTIES = "merge_parties", "Parties merged"
    MERGE_PERSONS = "merge_persons", "People merged"
    MERGE_ISSUES = "merge_issues", "Issues merged"


class FeedKind(TextChoices):
    """What a change in the feed asks of whoever keeps a copy."""

    CHANGED = "changed", "The records named are new or changed: read them at their addresses"
    GONE = "gone", "The records named are no longer to be seen: drop them"
    REREAD = "reread", "Much may have changed: read everything of the negotiation again"
    CLOSED = "closed", "The negotiation is no longer to be seen: drop everything of it"


class Role(TextChoices):
    """What a member may do in a negotiation, each role including those before it."""

    VIEWER = "viewer", "Viewer: reads"
    ANALYST = "analyst", "Analyst: tags and codes"
    REVIEWER = "reviewer", "Reviewer: also publishes and adjudicates"
    LEAD = "lead", "Lead: also rounds, issues, members, settings"


class Footing(TextChoices):
    """On whose word evidence stands; the first present decides."""

    OWN = "own", "Own words"
    INFERRED = "inferred", "Inferred from its own conduct"
    REPORTED = "reported", "Somebody else's account"


class JobState(TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


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

    READ = "read", "Read only"
    WRITE = "write", "Read and write"
