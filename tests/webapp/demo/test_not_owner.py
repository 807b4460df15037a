"""The application's database user may not write the past."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.django_db
def test_generate_large_refuses_whoever_is_not_the_owner() -> None:
    with pytest.raises(CommandError, match="Only the owner"):
        call_command("generate_large", "--parts", "50")
