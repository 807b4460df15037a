"""What is proposed at the moment."""

from purchasing.models import OrderLine, ProposalState, ReorderProposal


def proposed() -> ReorderProposal:
    """The one open proposal."""
    return ReorderProposal.objects.select_related("line__order").get(state=ProposalState.OPEN)


def proposed_line() -> OrderLine:
    found = proposed().line
    assert found is not None
    return found


def none_proposed() -> bool:
    return not ReorderProposal.objects.filter(state=ProposalState.OPEN).exists()
