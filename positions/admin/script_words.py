"""The words that the desk's scripts show, handed to them with the page: js/wording.js fills in the names in braces."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext, pgettext

from positions.web.script_words import forms_of


def tagging_words() -> dict[str, object]:
    """What js/tagging/ says."""
    return {**_said_in_tagging(), **_counted_in_tagging(), **_keys_of_tagging()}


def review_words() -> dict[str, object]:
    """What js/review.js says."""
    return {
        "keys-write": gettext("{action}: write, then press Ctrl and Enter; Esc leaves."),
        "keys-say-first": gettext("Say first what becomes of the reading: its key is on the button."),
        "keys-decide": gettext("Decide"),
        "keys-leave-field": gettext("leave the field"),
        "keys-go": gettext("Go"),
        "keys-keys": gettext("these keys"),
    }


def _said_in_tagging() -> dict[str, object]:
    return {
        "tag-proposal": gettext("Proposal: {words}"),
        "tag-reference-point": gettext("If nothing is agreed: {words}"),
        "tag-stance": gettext("Stance"),
        "tag-no-stance": gettext("No stance, because"),
        "tag-move": gettext("Move"),
        "tag-stating-party": gettext("the party that states it"),
        "tag-stance-2": pgettext("a stance of +2", "categorical"),
        "tag-stance-1": pgettext("a stance of +1", "qualified"),
        "tag-stance-0": pgettext("a stance of 0", "explicit neutrality"),
        "tag-stance--1": pgettext("a stance of −1", "qualified"),
        "tag-stance--2": pgettext("a stance of −2", "categorical refusal"),
        "tag-state-unclear": pgettext("state of a reading", "unclear"),
        "tag-state-abstained": pgettext("state of a reading", "abstained"),
        "tag-state-absent": pgettext("state of a reading", "absent"),
        "tag-status-draft": pgettext("status of a reading", "draft"),
        "tag-status-submitted": pgettext("status of a reading", "submitted"),
        "tag-status-published": pgettext("status of a reading", "published"),
        "tag-status-rejected": pgettext("status of a reading", "rejected"),
        "tag-by-coder": gettext("by {coder}, {status}"),
        "tag-by-another": gettext("by another coder, {status}"),
        "tag-returned": gettext("returned: {comment}"),
        "tag-falls-on": gettext("On whom the condition falls"),
        "tag-on-whom": gettext("on whom"),
        "tag-reading": gettext("Reading"),
        "tag-reading-number": gettext("Reading {number}"),
        "tag-reading-on": gettext("Reading {number}: {issue} {stance}"),
        "tag-choices": gettext("Choices"),
        "tag-remove": gettext("Remove {name}"),
        "tag-kept-as-typed": gettext("Kept as you type it"),
        "tag-nothing-found": gettext("Nothing found"),
        "tag-field-passage": gettext("Passage"),
        "tag-field-party": gettext("Party"),
        "tag-field-speaker": gettext("Speaker"),
        "tag-field-addressees": gettext("Addressees"),
        "tag-field-directness": gettext("Directness"),
        "tag-field-attribution": gettext("Attribution"),
        "tag-field-credibility": gettext("Credibility"),
        "tag-field-stated-on": gettext("Stated on"),
        "tag-field-round": pgettext("of negotiations", "Round"),
        "tag-field-note": gettext("Note"),
        "tag-no-issue": gettext("no issue"),
        "tag-reading-of": gettext("Reading: {party}, {issue}"),
        "tag-condition": gettext("{kind}: {condition}"),
        "tag-condition-on": gettext("{kind}: {condition} (on {party})"),
        "tag-red-line": gettext("red line"),
        "tag-reciprocal": gettext("reciprocal"),
        "tag-confidence-low": gettext("confidence low"),
        "tag-confidence-medium": gettext("confidence medium"),
        "tag-confidence-high": gettext("confidence high"),
        "tag-keep-theirs": gettext("Keep theirs"),
        "tag-leave-withdrawn": gettext("Leave it withdrawn"),
        "tag-why-yours": gettext("Say in a line why yours is right: it is published, so this is a correction."),
        "tag-withdrawn-version": pgettext("the other version", "withdrawn"),
        "tag-differs": gettext("differs"),
        "tag-select-first": gettext("Select a passage first."),
        "tag-passage-bounds": gettext("A passage lies between 0 and {end}, its start before its end."),
        "tag-choose-party": gettext("Choose who states this."),
        "tag-why-corrected": gettext("Say in a line why it is corrected."),
        "tag-choose-issue": gettext("Choose an issue."),
        "tag-choose-stance": gettext("Choose a stance, 1 to 5."),
        "tag-choose-move": gettext("Choose a move."),
        "tag-say-condition": gettext("Say what it depends on, or remove the condition."),
        "tag-offer-bounds": gettext("An offer that depends on a condition is at most ±1."),
        "tag-no-text": gettext("This source has no text."),
        "tag-not-coded": gettext("not coded"),
        "tag-mark": gettext("{mark}: {party}, {issues}: {words}"),
        "tag-dismiss": gettext("Dismiss"),
        "tag-blank": gettext("Only white space is selected; select words."),
        "tag-new-version": gettext("The text has a new version since; select the passage again."),
        "tag-took-up": gettext("Took up what you had begun and not saved."),
        "tag-kept": gettext("kept on this machine {time}"),
        "tag-save-soon": gettext("This browser keeps nothing: save soon"),
        "tag-nothing-unsaved": gettext("Nothing unsaved"),
        "tag-edit-later": gettext("This one waits on this machine to be sent; it can be edited then."),
        "tag-aside-another": gettext("Set aside for another statement."),
        "tag-opened": gettext("Opened: {words}"),
        "tag-aside-left": gettext("Left without saving."),
        "tag-nothing-suggested": gettext("Nothing is suggested for this text."),
        "tag-no-suggestions": gettext("Suggestions could not be fetched; tagging works without them."),
        "tag-sign-in": gettext("Sign in"),
        "tag-not-filled": gettext("The page could not be filled: {why} Reload it."),
        "tag-speaker-example": gettext("a person, or words such as “senior official”"),
        "tag-no-passage-selected": gettext("No passage selected"),
        "tag-statement": gettext("Statement"),
        "tag-new-statement": gettext("New statement"),
        "tag-to": pgettext("addressees", "to {parties}"),
        "tag-round": gettext("round {number}"),
        "tag-credibility": gettext("credibility {grade}"),
        "tag-editing-another": gettext("You are editing another statement."),
        "tag-use-selected": gettext("Use the selected words as its passage"),
        "tag-begin-new": gettext("Leave it, begin a new one"),
        "tag-aside-passage": gettext("Left for another passage."),
        "tag-passage-words": gettext("A passage lies between 0 and {end}, begins before it ends, and holds words."),
        "tag-suggested": gettext("Suggested: {what}. {why}"),
        "tag-last": gettext("That was the last one."),
        "tag-first": gettext("That was the first one."),
        "tag-taken-over": gettext("Taken over; choose the stance."),
        "tag-refused": gettext("Refused."),
        "tag-not-saved": gettext(
            "Not saved: there is no connection, and this browser keeps nothing. Leave the page open and save again."
        ),
        "tag-sent-later": gettext("Kept on this machine; it is sent when the connection is back."),
        "tag-saved": gettext("Saved."),
        "tag-changed-since": gettext("Somebody has changed this statement since you opened it."),
        "tag-aside-other-kept": gettext("The other version was kept."),
        "tag-withdrawn": gettext("Withdrawn."),
        "tag-nothing-to-undo": gettext("Nothing to undo."),
        "tag-undone": gettext("Undone."),
        "tag-not-undone": gettext("Not undone: {why}"),
        "tag-not-undone-away": gettext("Not undone: there is no connection. Try again when it is back."),
        "tag-answered": gettext("The server answered {status}."),
        "tag-session-ended": gettext("Your session has ended."),
        "tag-broke-off": gettext("The answer broke off."),
        "tag-somebody-else": gettext("Somebody else is signed in now; sign in as {name} to send what you did here."),
        "tag-no-connection": gettext("No connection."),
        "tag-go-on": gettext("Go on working."),
        "tag-sign-in-again": gettext("Sign in again"),
        "tag-nothing-lost": gettext("Nothing is lost: sign in again in the new tab, then come back here."),
        "tag-stays-here": gettext("What you filled in stays here and on this machine."),
        "tag-open-again": gettext("Open it again"),
        "tag-throw-away": gettext("Throw it away"),
        "tag-read-only": gettext("You may read this source and not tag it: a lead gives the role of analyst."),
        "tag-no-issues": gettext("This negotiation has no issues yet; a coding needs one."),
        "tag-add-issue": gettext("Add an issue"),
        "tag-waits": gettext("waits to be sent"),
        "tag-no-passage": gettext("(no passage)"),
        "tag-why-withdrawn": gettext("Say in a line why it is withdrawn."),
        "tag-withdraw-published": gettext(
            "It is published: it leaves the record, and its history keeps it with your reason."
        ),
        "tag-withdraw-draft": gettext("It is not published yet; it goes, and the log keeps what it said."),
        "tag-all-sent": gettext("What was kept on this machine has been sent."),
    }


def _counted_in_tagging() -> dict[str, object]:
    return {
        "tag-effort": forms_of(
            lambda number: ngettext(
                "{count} press · mean {mean} of {statements}", "{count} presses · mean {mean} of {statements}", number
            )
        ),
        "tag-mark-more": forms_of(
            lambda number: ngettext(
                "{mark}: {party}, {issues}: {words}, and {count} more",
                "{mark}: {party}, {issues}: {words}, and {count} more",
                number,
            )
        ),
        "tag-waiting": forms_of(
            lambda number: ngettext("{count} waiting to be sent", "{count} waiting to be sent", number)
        ),
        "tag-suggestions-left": forms_of(
            lambda number: ngettext("{count} suggested passage left", "{count} suggested passages left", number)
        ),
        "tag-statements": forms_of(
            lambda number: ngettext("In this text: {count} statement", "In this text: {count} statements", number)
        ),
        "tag-kept-here": forms_of(
            lambda number: ngettext(
                "{count} kept on this machine, sent when the connection is back.",
                "{count} kept on this machine, sent when the connection is back.",
                number,
            )
        ),
        "tag-aside": forms_of(
            lambda number: ngettext(
                "{count} set aside. The newest: {why}", "{count} set aside. The newest: {why}", number
            )
        ),
        "tag-more-in-text": forms_of(
            lambda number: ngettext("and {count} more, in the text", "and {count} more, in the text", number)
        ),
        "tag-arrived": forms_of(
            lambda number: ngettext(
                "{count} statement by {names} arrived.", "{count} statements by {names} arrived.", number
            )
        ),
    }


def _keys_of_tagging() -> dict[str, object]:
    return {
        "keys-in-text": gettext("In the text"),
        "keys-fields": gettext("Fields"),
        "keys-saving": gettext("Saving"),
        "keys-character": gettext("a character on"),
        "keys-word": gettext("a word on; also with Alt"),
        "keys-line": gettext("a line on"),
        "keys-ends": gettext("to the ends of the paragraph; with Ctrl, of the text"),
        "keys-select": gettext("with these: select"),
        "keys-select-all": gettext("select the whole text"),
        "keys-next": gettext("next suggestion, else next sentence"),
        "keys-before": gettext("the one before"),
        "keys-next-sentence": gettext("next sentence"),
        "keys-sentence-before": gettext("sentence before"),
        "keys-add-next": gettext("add the next sentence to the selection"),
        "keys-add-before": gettext("… the sentence before"),
        "keys-open": gettext("open the statement at the caret, or go to the panel"),
        "keys-take-over": gettext("take the suggestion over"),
        "keys-refuse": gettext("refuse the suggestion"),
        "keys-party": gettext("who states it: party"),
        "keys-red-line": gettext("red line"),
        "keys-reciprocal": gettext("reciprocal: both sides bound"),
        "keys-condition": gettext("add a condition"),
        "keys-reading": gettext("add another reading"),
        "keys-next-reading": gettext("go to the next reading"),
        "keys-joint": gettext("said jointly by several parties"),
        "keys-more": gettext("more fields, or fewer"),
        "keys-save-next": gettext("save and go to the next"),
        "keys-mode": gettext("submit on saving, or keep as draft"),
        "keys-undo": gettext("undo the last action (outside fields)"),
        "keys-leave": gettext("leave the field, then the passage"),
        "keys-keys": gettext("these keys"),
        "keys-issue": gettext("issue"),
        "keys-speaker": gettext("speaker"),
        "keys-codebook": gettext("codebook"),
        "keys-save": gettext("save"),
    }
