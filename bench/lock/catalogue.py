"""All scenarios, in the order of the report."""

from lock.autovacuum import OrdinaryAutovacuum, WraparoundAutovacuum
from lock.index import ConcurrentIndex
from lock.kill import Killed
from lock.partitions import ShortHolders, StaggeredHolders
from lock.pooler import TransactionPool
from lock.traffic import ForeignKey, HotTransactions, IdleInTransaction, OverlappingReports

SCENARIOS = [IdleInTransaction, OverlappingReports, HotTransactions, OrdinaryAutovacuum, WraparoundAutovacuum,
             StaggeredHolders, ShortHolders, Killed, ConcurrentIndex, ForeignKey, TransactionPool]
NAMES = list(dict.fromkeys(scenario.key for scenario in SCENARIOS))
