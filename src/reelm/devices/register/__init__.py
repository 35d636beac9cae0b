"""What was decided about which app, in which state is it, whom does it bind, and who was asked, told and excepted?"""

from reelm.devices.register.comparing import (
    Difference,
    compare,
)
from reelm.devices.register.compiling import (
    compile_now,
    find_next_change,
)
from reelm.devices.register.counting import (
    count_figures,
)
from reelm.devices.register.excepting import (
    Wish,
    ask_exception,
    check_wish,
    decide_exception,
    revoke_exception,
)
from reelm.devices.register.figures import (
    suppress,
)
from reelm.devices.register.filing import (
    ask,
    fetch_own,
    file,
    lift,
    note_lapsed,
    publish,
    review,
)
from reelm.devices.register.happening import (
    Event,
    list_events,
)
from reelm.devices.register.model import (
    Excepted,
    Filed,
    Reviewed,
    ReviewRecord,
    Said,
)
from reelm.devices.register.replies import (
    fetch_readable,
    list_asked,
    reply_as_bound,
    reply_as_service,
)
from reelm.devices.register.rules import (
    names_host,
)
from reelm.devices.register.store import (
    list_decisions,
    list_exceptions,
    list_replies,
    read_change_number,
)
from reelm.devices.register.subjects_store import (
    decision_uuid,
    is_bound,
)
from reelm.devices.register.telling import (
    Person,
    Reached,
    Told,
    acknowledge,
    choose_language,
    is_told,
    list_people,
    report_telling,
    tell,
)
from reelm.devices.register.watching import (
    Notice,
    Watch,
)

__all__ = [
    "Difference",
    "Event",
    "Excepted",
    "Filed",
    "Notice",
    "Person",
    "Reached",
    "ReviewRecord",
    "Reviewed",
    "Said",
    "Told",
    "Watch",
    "Wish",
    "acknowledge",
    "ask",
    "ask_exception",
    "check_wish",
    "choose_language",
    "compare",
    "compile_now",
    "count_figures",
    "decide_exception",
    "decision_uuid",
    "fetch_own",
    "fetch_readable",
    "file",
    "find_next_change",
    "is_bound",
    "is_told",
    "lift",
    "list_asked",
    "list_decisions",
    "list_events",
    "list_exceptions",
    "list_people",
    "list_replies",
    "names_host",
    "note_lapsed",
    "publish",
    "read_change_number",
    "reply_as_bound",
    "reply_as_service",
    "report_telling",
    "review",
    "revoke_exception",
    "suppress",
    "tell",
]
