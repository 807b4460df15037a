"""What a screen reader, or somebody who sees badly, would stumble over: axe-core's judgement."""

import os
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

# The rules of WCAG 2.2, levels A and AA.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SERIOUS = {"serious", "critical"}


@cache
def _axe() -> str:
    return Path(os.environ["AXE"]).read_text("utf-8")


def serious_findings(page: Page) -> list[str]:
    """One line a rule that is broken seriously: which, where, and what to do."""
    page.evaluate(_axe())
    result = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, "
        "resultTypes: ['violations']})",
        TAGS,
    )
    return [
        f"{page.url} [{violation['impact']}] {violation['id']}: {violation['help']}: "
        + "; ".join(f"{node['target']} {node['html'][:160]}" for node in violation["nodes"][:4])
        for violation in result["violations"]
        if violation["impact"] in SERIOUS
    ]
