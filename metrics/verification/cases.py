"""Every case, in the order in which they are told."""

from metrics.verification.networks import NETWORKS
from metrics.verification.queues import QUEUES

CASES = QUEUES + NETWORKS
BY_NAME = {case.name: case for case in CASES}
