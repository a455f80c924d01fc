"""途中の案: the best that a run has found so far, in case that its worker dies."""

from django.db import models

from outreach.dispatch.models.plans import Plan, PlanProblem, PlanVersion


class PlanDraft(models.Model):
    """Of a plan that is being made, or made anew; gone once it is made. Who uses it has it checked first.

    `before`: the version that it was to take the place of; once another stands there, the draft is of no use.
    """

    plan = models.OneToOneField(Plan, on_delete=models.CASCADE, related_name="draft")
    problem = models.ForeignKey(PlanProblem, on_delete=models.CASCADE, related_name="+")
    before = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, null=True, editable=False, related_name="+")
    document = models.TextField(editable=False)
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.plan_id} {self.at:%Y-%m-%d %H:%M}"
