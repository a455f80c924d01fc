"""What was told to people before, and where they'd be wished less, as costs of coming and of not coming."""

import numpy as np

from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.network import Network


def own_costs(network: Network) -> Ints:
    """By instructor and node: what their coming there costs by itself.

    For a visit of one the whole cost of a change stands here. For a visit of two, what hangs on the start stands with
    the start (`rows`), and a prior instructor's coming gives back `person_cost`.
    """
    own: Ints = np.repeat(network.nodes.wish[None, :], len(network.problem.instructors), axis=0)
    for told in network.problem.prior:
        visit = network.visit_row[told.visit]
        here = np.flatnonzero(network.nodes.visit == visit)
        if network.problem.visits[visit].crew == 1:
            own[:, here] += told.start_cost * (network.nodes.start[here] != told.start)[None, :]
            own[:, here] += told.person_cost * len(told.instructors)
        for name in told.instructors:
            own[network.person_row[name], here] -= told.person_cost
    return own
