"""What administrators see of signing in; the tables are those of axes and allauth."""

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.utils.translation import gettext_lazy as _


class SignInFailure(AccessAttempt):
    """Failures of one name, from one address, with one browser, as axes counts them."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        permissions = [("unlock_account", "Can unlock an account")]
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")


class SecondFactor(Authenticator):
    """The authenticator app of a user."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        permissions = [("reset_second_factor", "Can remove the second factor of others")]
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return str(self.user)
