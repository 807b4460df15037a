"""What Locust reads: who works, and how many when. `./dev loadtest` starts it.

By hand: LOADTEST_PEOPLE=people.json locust -f loadtest/locustfile.py --headless --host …
"""

from loadtest.shapes import ChosenShape
from loadtest.users.auditor import Auditor
from loadtest.users.buyer import Buyer
from loadtest.users.general import GeneralUser
from loadtest.users.manager import Manager
from loadtest.users.storekeeper import Storekeeper

__all__ = ["Auditor", "Buyer", "ChosenShape", "GeneralUser", "Manager", "Storekeeper"]
