import time
from tests.postgres import database_server
from reelm.infra.db.schema import migrate
from psycopg import sql
from reelm.infra.embedded import postgres
def test_x(database_server):
    s=database_server
    n=s.create(); migrate(s.url(n))
    for strat in ("file_copy","wal_log")*2:
        t=time.perf_counter()
        for i in range(10):
            s._as_superuser(sql.SQL(f"CREATE DATABASE x{strat}{i} OWNER reelm TEMPLATE {n} STRATEGY {strat}"))
        t2=time.perf_counter()
        for i in range(10): s.drop(f"x{strat}{i}")
        print(strat,(t2-t)/10,(time.perf_counter()-t2)/10)
