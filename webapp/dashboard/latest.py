"""The lines of the latest movements: seldom the same twice, so that keeping them helps nobody."""

from django.template.defaultfilters import truncatechars
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from core.dates import moment_shown
from core.html import escaped
from core.links import link, page_address
from core.templatetags.inventory import signed
from dashboard.rows import LatestMovement

LONGEST_REASON = 60


def movement_line(movement: LatestMovement, *, opens_parts: bool) -> SafeString:
    """One line of the card.

    :param opens_parts: whether whoever asks may see the pages of parts
    """
    address = page_address("admin:stock_stockmovement_change", movement.pk)
    part = page_address("admin:catalog_part_change", movement.part_id) if opens_parts else ""
    way = "is-good" if movement.quantity > 0 else "is-bad"
    at = link(address, moment_shown(movement.occurred_at), css="figures-link is-fixed")
    reason = escaped(truncatechars(movement.reason, LONGEST_REASON))
    return mark_safe(  # noqa: S308 - each part is escaped
        f"<tr><td>{at} <small>{escaped(movement.who or gettext('By the system'))}</small></td>"
        f'<td class="is-wrapped">{link(part, movement.part_number, css="figures-link")} '
        f"{escaped(movement.part_name)} "
        f"<small>{escaped(movement.location)}{f' · {reason}' if movement.reason else ''}</small>"
        "</td>"
        f'<td class="is-number"><span class="{way}">{signed(movement.quantity)}</span> '
        f"{escaped(movement.unit)} <small>{escaped(movement.kind)}</small></td></tr>"
    )
