"""Reads a form out of a page, as a browser would send it back.

By patterns, not by a parser: the pages have 50 to 280 kB, and what the reading costs is missing
from the machine that is measured.
"""

import re
from html import unescape

type Fields = dict[str, str]

_TEMPLATE = re.compile(r"<template\b.*?</template>", re.DOTALL)
_CONTROL = re.compile(
    r"<input\b(?P<input>[^>]*)>"
    r"|<select\b(?P<select>[^>]*)>(?P<options>.*?)</select>"
    r"|<textarea\b(?P<textarea>[^>]*)>(?P<text>.*?)</textarea>",
    re.DOTALL,
)
_OPTION = re.compile(r"<option\b([^>]*)>")
_ATTRIBUTE = re.compile(r"""([\w:@.-]+)(?:="([^"]*)")?""")
_NOT_SENT = frozenset({"submit", "button", "image", "reset", "file", "search"})


class NoFormError(LookupError):
    """The page has no such form."""


def read_form(page: str, marked: str) -> Fields:
    """The fields of the form whose tag holds `marked`, such as its class or action.

    :raises NoFormError: if there is none
    """
    tag = re.search(rf"<form\b[^>]*{re.escape(marked)}[^>]*>", page)
    if tag is None:
        raise NoFormError(marked)
    end = page.find("</form>", tag.end())
    return _fields(_TEMPLATE.sub("", page[tag.end() : end]))


def _fields(form: str) -> Fields:
    fields: Fields = {}
    for found in _CONTROL.finditer(form):
        if found["select"] is not None:
            name, value = _attributes(found["select"]).get("name"), _chosen(found["options"])
        elif found["textarea"] is not None:
            name = _attributes(found["textarea"]).get("name")
            value = unescape(found["text"]).removeprefix("\n")
        else:
            given = _attributes(found["input"])
            kind = given.get("type", "text")
            ticked = kind not in {"checkbox", "radio"} or "checked" in given
            name = given.get("name") if kind not in _NOT_SENT and ticked else None
            value = given.get("value", "")
        if name and value is not None:
            fields[name] = value
    return fields


def _chosen(options: str) -> str | None:
    """The option that is selected, or else the first one."""
    every = [_attributes(tag) for tag in _OPTION.findall(options)]
    chosen = next((option for option in every if "selected" in option), every[0] if every else None)
    return None if chosen is None else chosen.get("value", "")


def _attributes(text: str) -> Fields:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(text)}


# What a page says when it refuses what was sent.
_REFUSALS = re.compile(
    r'(?:class="inventory-error"[^>]*>|role="alert">)(.*?)</(?:p|div)>', re.DOTALL
)


def refusals(page: str) -> str:
    """The messages at the fields and above the form, on one line."""
    said = (re.sub(r"<[^>]+>", " ", text) for text in _REFUSALS.findall(page))
    return "; ".join(" ".join(text.split()) for text in said if text.strip())
