"""途中の案: the best that a run has found so far, in case that its worker dies."""

from django.db import models

from outreach.dispatch.models.plans import Plan, PlanProblem


class PlanDraft(models.Model):
    """Of a plan that is being made for the first time; gone once it is made. Who uses it has it checked first."""

    plan = models.OneToOneField(Plan, on_delete=models.CASCADE, related_name="draft")
    problem = models.ForeignKey(PlanProblem, on_delete=models.CASCADE, related_name="+")
    document = models.TextField(editable=False)
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.plan_id} {self.at:%Y-%m-%d %H:%M}"
