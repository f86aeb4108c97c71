"""The router's reasons and a reply's hints as sentences, in the reader's language.

Codes and parameters come from `dispatch.router` (types.Reason, replycheck); they are stored, the words are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from petitions import choices
from petitions.timeline import listed

Params = Mapping[str, Any]


def sentence(reason: Params) -> str:
    """Return one reason in words; the code itself for one that this version does not know."""
    code = str(reason.get("code", ""))
    return SENTENCES[code](reason) if code in SENTENCES else code


def sentences(reasons: Iterable[Params]) -> list[str]:
    """Return several in words, each once."""
    return list(dict.fromkeys(sentence(reason) for reason in reasons))


def _words(names: Iterable[Any]) -> str:
    return listed(_("“%(word)s”") % {"word": name} for name in names)


def _keywords(reason: Params) -> str:
    known = {
        "words": _words(reason.get("words", ())),
        "subject": choices.category_label(reason.get("category") or "") or _("any subject"),
    }
    return _("%(words)s: keywords of “%(subject)s”.") % known


def _text(reason: Params) -> str:
    words = _words(reason.get("words", ()))
    if category := reason.get("category"):
        subject = choices.category_label(category)
        return _("Words that speak for “%(subject)s”: %(words)s.") % {"words": words, "subject": subject}
    return _("Words that mattered: %(words)s.") % {"words": words}


def _category_given(reason: Params) -> str:
    return _("The resident chose “%(subject)s”.") % {"subject": choices.category_label(reason.get("category", ""))}


def _rule(reason: Params) -> str:
    known = {
        "number": reason.get("rule", ""),
        "subject": choices.category_label(reason.get("category") or "") or _("any subject"),
        "place": _place(reason.get("area")),
    }
    return _("Line %(number)s of the responsibility list: “%(subject)s”, %(place)s.") % known


def _sibling(reason: Params) -> str:
    known = {"subject": choices.category_label(reason.get("category") or ""), "place": _place(reason.get("area"))}
    return _("It answers for the neighbouring subject “%(subject)s”, %(place)s.") % known


def _default(reason: Params) -> str:
    return _("Line %(number)s of the responsibility list, for what no other line covers.") % {
        "number": reason.get("rule", "")
    }


def _history(reason: Params) -> str:
    cases, of = int(reason.get("cases", 0)), int(reason.get("of", 0))
    where = _where(reason.get("where", {}))
    if not where:
        return ngettext(
            "It answered about %(cases)d of the last %(of)d matter.",
            "It answered about %(cases)d of the last %(of)d matters.",
            of,
        ) % {"cases": cases, "of": of}
    return ngettext(
        "It answered about %(cases)d of the last %(of)d matter of this kind (%(where)s).",
        "It answered about %(cases)d of the last %(of)d matters of this kind (%(where)s).",
        of,
    ) % {"cases": cases, "of": of, "where": where}


def _where(fields: Mapping[str, Any]) -> str:
    """The fields of a context in words: subjects and places by name."""
    named = []
    for name, value in fields.items():
        if name.startswith("category"):
            named.append(choices.category_label(str(value)))
        elif name.startswith("area"):
            named.append(choices.area_label(str(value)))
        elif name == "channel":
            named.append(_("channel: %(channel)s") % {"channel": choices.channel_label(str(value))})
        elif name == "kind":
            named.append(choices.kind_label(str(value)))
    return listed(named)


def _similar(reason: Params) -> str:
    references = [str(each) for each in reason.get("references", ())]
    return ngettext(
        "It has a matter like this one: %(references)s.",
        "It has matters like this one: %(references)s.",
        len(references),
    ) % {"references": listed(references)}


def _place(code: Any) -> str:
    return choices.area_label(str(code)) if code else _("everywhere")


def _accusation(reason: Params) -> str:
    words = reason.get("words")
    if not words:
        return _("It is a report of wrongdoing: only people decide where it goes.")
    return _("It reads like a report of wrongdoing (%(words)s): only people decide where it goes.") % {
        "words": _words(words)
    }


SENTENCES: Mapping[str, Callable[[Params], str]] = {
    "category_given": _category_given,
    "keywords": _keywords,
    "rule": _rule,
    "sibling": _sibling,
    "history": _history,
    "text": _text,
    "similar": _similar,
    "default": _default,
    # What forbids assigning without a person
    "accusation": _accusation,
    "restricted": lambda r: (
        _("It may belong to the restricted subject “%(subject)s”.")
        % {"subject": choices.category_label(r.get("category", ""))}
    ),
    "unknown_category": lambda r: _("Its subject is not in the directory any more."),
    "model_unavailable": lambda r: _("The trained router cannot be loaded: these come from the list alone."),
    # What a reply may lack
    "short": lambda r: _("The reply is very short."),
    "unanswered": lambda r: (
        _("Is this question answered? %(questions)s")
        % {"questions": " ".join(str(each) for each in r.get("questions", ()))}
    ),
    "no_action": lambda r: _("It does not say what was done or will be done."),
    "no_date": lambda r: (
        _("It promises something without saying by when: “%(sentence)s”") % {"sentence": r.get("sentence", "")}
    ),
    "no_contact": lambda r: _("It does not say whom to ask."),
    "no_legal_basis": lambda r: (
        _("It refuses without naming the rule: “%(sentence)s”") % {"sentence": r.get("sentence", "")}
    ),
    "copied": lambda r: (
        _("%(share)d %% of it stands in another reply, to %(reference)s.")
        % {"share": round(100 * float(r.get("share", 0))), "reference": r.get("from", "")}
    ),
    "repeats_question": lambda r: (
        _("%(share)d %% of it only repeats the resident's words.") % {"share": round(100 * float(r.get("share", 0)))}
    ),
}
