"""Why a change of a person's account or rights was refused, in words fit for the user."""

from core.errors import BusinessError


class OwnRightsError(BusinessError):
    """Nobody decides about their own rights."""


class BeyondOwnRightsError(BusinessError):
    """The person would give, deny or take over what they do not have themselves."""


class LastAdministratorError(BusinessError):
    """Nobody would be left who can give rights."""


class RightsChangedError(BusinessError):
    """Somebody else changed the rights since they were read."""


class WorkRecordedError(BusinessError):
    """What was recorded under a name keeps it."""
