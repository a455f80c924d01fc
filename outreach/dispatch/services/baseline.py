"""What a careful person would have planned: kept beside the problem, so that pages can say what a plan is worth."""

from outreach.dispatch import documents
from outreach.dispatch.check import check
from outreach.dispatch.models import PlanProblem, PlanVersion
from outreach.dispatch.running import run_solver
from outreach.dispatch.score import Score
from outreach.dispatch.solvers.base import NoPlanError

SECONDS = 10
FIGURES = ("cost", "served", "unserved", "hm", "road_minutes")


def keep_baseline(version: PlanVersion) -> None:
    """Work it out once for each problem. Without locks: it answers what was asked, not what became of it."""
    if version.problem.baseline:
        return
    problem = documents.problem_of(version)
    try:
        score = check(problem, run_solver(problem, solver="greedy", seconds=SECONDS))
    except NoPlanError:
        return
    if isinstance(score, Score):
        baseline = {name: getattr(score, name) for name in FIGURES}
        PlanProblem.objects.filter(pk=version.problem_id).update(baseline=baseline)
