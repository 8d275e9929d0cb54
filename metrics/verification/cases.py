"""Every case, in the order in which they are told."""

from metrics.verification.logistics import LOGISTICS
from metrics.verification.networks import NETWORKS
from metrics.verification.priorities import PRIORITIES
from metrics.verification.queues import QUEUES

CASES = QUEUES + PRIORITIES + NETWORKS + LOGISTICS
BY_NAME = {case.name: case for case in CASES}
