"""Words that show who is speaking and what move they make; nothing here names a party, a person or an issue.

English first, with the commonest words of French and Russian. A negotiation in another language still
gets parties and issues, from its own names and keywords.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class MoveCue(NamedTuple):
    """A phrase that points to a move; the stronger of two in one sentence decides."""

    move: str
    phrase: str
    strength: int


def forms(*verbs: str) -> list[str]:
    """The forms of regular English verbs: demand, demands, demanded, demanding."""
    found: list[str] = []
    for verb in verbs:
        head, _, rest = verb.partition(" ")
        if head.endswith("e"):
            endings = [head, head + "s", head + "d", head[:-1] + "ing"]
        elif head.endswith("y") and head[-2] not in "aeou":
            endings = [head, head[:-1] + "ies", head[:-1] + "ied", head + "ing"]
        elif head.endswith(("ch", "sh", "ss", "x")):
            endings = [head, head + "es", head + "ed", head + "ing"]
        else:
            endings = [head, head + "s", head + "ed", head + "ing"]
        found += [f"{ending} {rest}".strip() for ending in endings]
    return found


def split(phrases: str) -> list[str]:
    """Phrases written on a line, with commas between."""
    return [phrase.strip() for phrase in phrases.split(",")]


_SAYING = [
    *forms(
        "state", "add", "declare", "announce", "explain", "note", "stress", "emphasize", "emphasise", "underline",
        "underscore", "reveal", "reiterate", "insist", "argue", "claim", "warn", "comment", "remark", "assert",
        "affirm", "confirm", "repeat", "clarify", "admit", "acknowledge", "observe", "reply", "respond", "conclude",
        "complain", "suggest", "signal", "indicate", "report", "anticipate", "maintain",
        "mention", "recall", "pledge",
        "promise", "vow", "express", "answer", "ask", "caution", "echo", "continue", "contend",
    ),
    *split("say, says, said, saying, tell, tells, told, telling, speak, spoke, speaking, put it, made clear"),
    *split("makes clear, wrote, writes, present, presents, presented, issues a warning"),
    *split("a déclaré, déclare, a dit, dit, affirme, a affirmé, a ajouté, ajoute, a indiqué, a souligné, souligne"),
    *split("a annoncé, annonce, a précisé, selon, estime, a estimé, a rappelé"),
    *split("заявил, заявила, заявили, заявляет, сказал, сказала, сообщил, сообщила, отметил, отметила, подчеркнул"),
    *split("подчеркнула, добавил, добавила, считает, пояснил, напомнил, говорит, объявил, объявила"),
]  # fmt: skip

# Verbs that state a stance when a party is their subject.
_STANDING = [
    *forms(
        "demand", "reject", "refuse", "oppose", "support", "propose", "offer",
        "call for", "call on", "urge", "accept",
        "agree", "welcome", "deny", "condemn", "threaten", "want", "request", "require", "endorse", "favour", "favor",
        "decline", "resist", "appeal", "abstain", "vote", "back", "question", "disagree", "criticize", "criticise",
        "accuse", "regret", "advocate", "prefer", "table", "seek", "lament", "object", "express", "concede", "commit",
        "withdraw", "prepare",
    ),
    *split("sought, withdrew, objected, committed, is willing, are willing, is ready, are ready, is prepared"),
    *split("are prepared, is open to, are open to, is concerned, are concerned, is committed, are committed"),
    *split("is against, are against, is in favour, is in favor, stands by, stand by, stood by, is preparing"),
    *split("feels, feel, felt, fears, fear, feared, believes, believe, believed, considers, consider, considered"),
    *split("rejette, refuse, exige, demande, propose, soutient, s oppose, accepte, condamne, souhaite, appelle"),
    *split("требует, требуют, отвергает, отвергла, предлагает, предложила, поддерживает, выступает, готова, готов"),
    *split("готовы, согласна, согласен, осуждает, настаивает, призывает, призвала, отказалась, отказывается"),
]  # fmt: skip

_HELPING = split(
    "is, are, was, were, has, have, had, will, would, can, cannot, could, may, might, must, shall, should, does, do, "
    "did, also, now, still, already, again, never, not, simply, clearly, repeatedly, yesterday, today, has been, "
    "have been, est, sont, a, ont, sera, doit, peut, не, будет, может, должна, должен, также"
)

SAYING: frozenset[str] = frozenset(phrase for phrase in _SAYING if " " not in phrase)
SAYING_PHRASES: tuple[str, ...] = tuple(_SAYING)
STANDING_PHRASES: tuple[str, ...] = tuple(_STANDING)
HELPING: frozenset[str] = frozenset(_HELPING)
SOURCES_NAMED: tuple[str, ...] = tuple(
    split("according to, in the words of, in the view of, in a statement, selon, d après, по словам, по мнению")
)
PREPOSITIONS: frozenset[str] = frozenset(
    split(
        "of, in, on, with, from, to, against, by, for, about, between, toward, towards, at, near, among, into, over, "
        "under, than, like, around, across, through, inside, outside, via, beyond, within, without, behind, de, du, "
        "des, en, à, au, aux, avec, par, pour, dans, sur, contre, в, во, на, с, со, из, "
        "от, к, о, об, для, против, у, "
        "между, над, под, при, за"
    )
)
POSSESSING: frozenset[str] = frozenset(split("of, for, from, de, du, des, d, aux"))
SUBORDINATING: frozenset[str] = frozenset(
    split("if, unless, when, whether, because, until, once, should, since, whenever, si, quand, lorsque, если, когда")
)
ARTICLES: frozenset[str] = frozenset(split("the, a, an, le, la, les, l, un, une, des, der, die, das, el, los, las"))
FIRST_PERSON: frozenset[str] = frozenset(
    split("we, our, us, ours, i, my, me, ourselves, nous, notre, nos, je, мы, наш, наша, наши, нас, нам, я, мы")
)
PRONOUNS: frozenset[str] = frozenset(split("he, she, they, it, il, elle, ils, elles, он, она, они, оно"))
BEING: frozenset[str] = frozenset(split("is, are, was, were, be, been, being, est, sont"))
# After a form of “be”: what somebody else wants of the subject.
ASKED_OF: frozenset[str] = frozenset(
    split("asked, called, urged, invited, required, expected, told, pressed, warned, accused, to, appelé, invité")
)
MODAL: frozenset[str] = frozenset(
    split("will, would, can, cannot, could, may, might, must, shall, should, ought, needs, need, doit, devrait, должна")
)
ROLES: frozenset[str] = frozenset(
    split(
        "official, officials, spokesman, spokesperson, spokeswoman, spokespeople, minister, ministers, ministry, "
        "ambassador, diplomat, diplomats, source, sources, aide, aides, president, chancellor, envoy, negotiator, "
        "negotiators, delegate, delegates, delegation, representative, representatives, secretary, chair, chairman, "
        "chairperson, leader, leaders, commander, premier, government, administration, side, team, adviser, advisor, "
        "mission, presidency, authorities, commissioner, lawmaker, member, ministre, porte-parole, ambassadeur, "
        "président, gouvernement, délégation, министр, представитель, посол, президент, правительство, делегация"
    )
)
QUALIFIERS: frozenset[str] = frozenset(
    split(
        "senior, top, high, ranking, level, unnamed, anonymous, close, former, chief, "
        "special, deputy, foreign, prime, "
        "defence, defense, permanent, first, vice, acting, leading, general, state, "
        "interior, trade, climate, finance, "
        "environment, energy, lead, government, haut, premier, vice, старший, официальный, первый"
    )
)
QUESTIONERS: frozenset[str] = frozenset(
    split("q, question, questions, reporter, moderator, journalist, interviewer, host, operator, вопрос, журналист")
)
STOP_WORDS: frozenset[str] = (
    PREPOSITIONS
    | ARTICLES
    | FIRST_PERSON
    | PRONOUNS
    | HELPING
    | SUBORDINATING
    | frozenset(
        split(
            "and, or, but, nor, no, its, their, his, her, this, that, these, those, "
            "there, which, who, whom, what, where, "
            "how, be, been, being, it, as, so, such, any, all, each, every, some, other, "
            "another, more, most, less, least, "
            "only, up, down, out, off, after, before, during, both, either, one, two, "
            "new, further, takes, take, make, "
            "made, makes, stay, stays, place, placed, very, then, them, they, you, your, "
            "here, et, ou, ne, pas, que, qui, "
            "ce, cette, ces, il, и, или, что, как, это, же, бы, то"
        )
    )
)

MOVE_CUES: tuple[MoveCue, ...] = tuple(
    MoveCue(move, phrase, strength)
    for move, strength, phrases in [
        ("threat", 4, [
            *forms("retaliate", "threaten to", "impose costs", "impose sanction", "punish"),
            *split("will face, would face, severe consequences, serious consequences"),
            *split("grave consequences, high costs"),
            *split("heavy price, pay a price, ready to punish, countermeasures, retaliatory measures, will respond"),
            *split("military technical, massive consequences, severe costs, swift and severe, will walk away"),
            *split("would walk away, preparing sanctions, will not hesitate, suspend its participation"),
            *split("représailles, conséquences graves, ответные меры, последствия"),
        ]),
        ("condition", 4, [
            *split("no deal without, no agreement without, without which, must first"),
            *split("only if, provided that, on condition that, on the condition, as long as, so long as, in return"),
            *split("in exchange for, contingent on, conditional on, conditioned on"),
            *split("has to be reciprocal, prerequisite"),
            *split("have to be mutual, has to be mutual, must be mutual, same commitment, precondition, subject to"),
            *split("depends on, depend on, not until, unless, we will see whether, willing to see whether"),
            *split("à condition que, sous réserve, при условии, только если"),
        ]),
        ("denial", 4, [
            *forms("deny", "dismiss claim"),
            *split("no plan to, no plans to, no intention of, no intention to, does not intend to, do not intend to"),
            *split("is not true, are not true, untrue, fabricated, is false, never threatened, has not violated"),
            *split("dément, n a pas l intention, отрицает, опроверг, опровергает, не намерена, не планирует"),
        ]),
        ("rejection", 3, [
            *forms("reject", "refuse", "oppose", "rule out"),
            *split("could not support, could not accept, would not accept, no role for"),
            *split("no place for, ruled out, rules out"),
            *split("unacceptable, cannot accept, will not accept, not on the table, off the table, non starter"),
            *split("will not agree, cannot agree, will never, would never, non negotiable, not negotiable, red line"),
            *split("not up for negotiation, not up for discussion, cannot support"),
            *split("does not support, out of question"),
            *split("out of the question, will not be, will not make any, no way"),
            *split("say no to, will close, we will never be"),
            *split("will not slam, is not for, are not for, refusal, objection, objected, objects to"),
            *split("rejette, refuse de, inacceptable, s oppose, неприемлемо, отвергает, отказ, не допустим"),
        ]),
        ("concession", 4, [
            *forms("concede", "drop demand", "soften", "relent"),
            *split("drop its demand, dropped its demand, drop our demand, give up"),
            *split("gave up, gives up, no longer insist"),
            *split("no longer insists, willing to accept, ready to accept"),
            *split("prepared to accept, accepts for the first"),
            *split("can live with, could live with, meet halfway, compromise, renonce"),
            *split("уступка, уступки, соглашается"),
        ]),
        ("offer", 3, [
            *forms("offer", "propose", "pledge"),
            *split("willing to, open to, ready to discuss, ready to talk, ready to negotiate, prepared to discuss"),
            *split("ready to, prepared to, possible to make progress, be able to reach, reach an understanding"),
            *split("interest in discussing, interested in, stands ready, willingness"),
            *split("would consider, could consider"),
            *split("tabled a proposal, put forward, suggests, suggested"),
            *split("would contribute, will contribute, commits to"),
            *split("prêt à, prête à, propose, disposé à, готова, готов, готовы, предлагает, предложила"),
        ]),
        ("demand", 3, [
            *forms("demand", "insist", "require", "stipulate"),
            *split("must, need to, needs to, has to, have to, legally binding, guarantees, ironclad, shall"),
            *split("urge you not, expect, expects, exige, doit, doivent, требует"),
            *split("требуем, должны, должна, настаивает"),
        ]),
        ("appeal", 3, [
            *forms("urge", "call on", "call upon", "call for", "appeal", "implore", "invite", "encourage"),
            *split("ask, asks, asked, please, hope that, hopes that, appelle, призывает, призвал, призвала, просит"),
        ]),
        ("concern", 3, [
            *forms("worry", "accuse", "condemn", "fear", "criticise", "criticize", "regret", "lament", "violate"),
            *split("warned against, warns against, warning against"),
            *split("concern, concerns, concerned, threatened by, alarmed, alarming"),
            *split("deeply troubled, in violation of"),
            *split("feels threatened, felt threatened, interfered, invaded, occupied"),
            *split("coercive, breach, breached, unsafe"),
            *split("pretext, provocation, deplore, deplores, escalation, inquiète"),
            *split("préoccupé, préoccupation, condamne"),
            *split("озабоченность, обеспокоена, обеспокоен, осуждает, нарушает, нарушение"),
        ]),
        ("vote", 4, [
            *forms("abstain"),
            *split("voted, votes in favour, votes in favor, votes against"),
            *split("vote in favour, vote against, cast its vote"),
            *split("roll call, a voté, s est abstenu, проголосовал, проголосовала, проголосовали, воздержался"),
        ]),
        ("procedural", 2, [
            *split("declined to comment, declines to comment, no comment"),
            *split("will not comment, not comment, behind closed doors"),
            *split("exploratory, agenda, consultation"),
            *split("consultations, working group, next meeting, next round, reviewed with, full consultation"),
            *split("bilateral level, multilateral level, in parallel, procedure"),
            *split("timetable, co chairs, contact group"),
            *split("addressed to, should be addressed, question to ask, in detail, will meet, to be considered"),
            *split("ordre du jour, повестка, консультации, без комментариев"),
        ]),
        ("demand", 1, split("should, ought to, we need, wants, want, devrait, хочет")),
        ("rejection", 1, split("will not, won't, cannot, can't, do not want, does not want, ne pas, никогда")),
    ]
    for phrase in phrases
)  # fmt: skip


def phrases_by_strength(cues: Iterable[MoveCue] = MOVE_CUES) -> Mapping[str, MoveCue]:
    """Each phrase with its strongest cue."""
    found: dict[str, MoveCue] = {}
    for cue in cues:
        if cue.phrase not in found or found[cue.phrase].strength < cue.strength:
            found[cue.phrase] = cue
    return found
