"""The faults. Each strikes when called, is over when it returns, and tells how often it could be caused."""

from tests.chaos.fault import Fault
from tests.chaos.faults import broker, consumers, databases, processes, tweets

FAULTS: list[Fault] = [*consumers.FAULTS, *broker.FAULTS, *databases.FAULTS, *processes.FAULTS, *tweets.FAULTS]
