"""The routes that have a table of their own of who may what, beside `test_who_may_do_what.py`."""

from tests.integration.web.test_who_may_ask_of_their_data import RIGHTS_TABLE
from tests.integration.web.test_who_may_keep_a_directory import DIRECTORY_TABLE
from tests.integration.web.test_who_may_keep_registers import REGISTER_TABLE
from tests.integration.web.test_who_may_suspend import SUSPENSION_TABLE

OTHER_TABLES = DIRECTORY_TABLE.keys() | REGISTER_TABLE.keys() | RIGHTS_TABLE.keys() | SUSPENSION_TABLE.keys()
