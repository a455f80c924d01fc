"""A curriculum with its units, and the meetings at which they are taught."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.classes.rules import JST
from outreach.people.forms.choosing import choose_from
from outreach.people.forms.hours import clock_widget, day_widget
from outreach.people.models import Curriculum, Meeting, Organisation, Skill, Supporter, Unit
from outreach.people.models.persons import TRAINED

UNITS = 6


class CurriculumForm(forms.Form):
    """The whole curriculum on one page: a line a unit; empty lines are left out."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("実施団体"), empty_label=gettext_lazy("選んでください")
    )
    name = forms.CharField(label=gettext_lazy("研修の名称"), max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("だれのための研修か"), choices=Supporter.Kind)
    valid_years = forms.IntegerField(
        label=gettext_lazy("資格の有効年数（0は無期限）"), min_value=0, max_value=20, initial=3
    )

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "organisation", organisations)
        for n in range(1, UNITS + 1):
            self.fields[f"theme{n}"] = forms.ChoiceField(
                label=_("単元%(n)sの分野") % {"n": n}, choices=[("", "―"), *Unit.Theme.choices], required=False
            )
            self.fields[f"name{n}"] = forms.CharField(
                label=_("単元%(n)sの名称") % {"n": n}, max_length=100, required=False
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for n in range(1, UNITS + 1):
            if bool(data.get(f"theme{n}")) != bool(data.get(f"name{n}")):
                self.add_error(f"name{n}", _("分野と名称の両方を入れてください。"))
        if not any(data.get(f"name{n}") for n in range(1, UNITS + 1)):
            self.add_error("name1", _("単元を1つ以上入れてください。"))
        organisation = data.get("organisation")
        if organisation and Curriculum.objects.filter(organisation=organisation, name=data.get("name", "")).exists():
            self.add_error("name", _("同じ名称の研修が、もうあります。"))
        return data

    def units(self) -> list[tuple[str, str]]:
        data = self.cleaned_data
        lines = [(data[f"theme{n}"], data[f"name{n}"]) for n in range(1, UNITS + 1)]
        return [(theme, name) for theme, name in lines if name]

    def curriculum(self) -> Curriculum:
        data = self.cleaned_data
        skill = Skill.objects.get_or_create(code=TRAINED[data["kind"]], defaults={"name": data["name"][:60]})[0]
        fields = ("organisation", "name", "kind", "valid_years")
        return Curriculum(**{name: data[name] for name in fields}, skill=skill)


class MeetingForm(forms.Form):
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("単元"), empty_label=gettext_lazy("選んでください")
    )
    day = forms.DateField(label=gettext_lazy("日"), widget=day_widget())
    starts = forms.TimeField(label=gettext_lazy("始まり"), widget=clock_widget())
    ends = forms.TimeField(label=gettext_lazy("終わり"), widget=clock_widget())
    place = forms.CharField(label=gettext_lazy("場所"), max_length=100)
    capacity = forms.IntegerField(label=gettext_lazy("定員"), min_value=1, max_value=300, initial=20)

    def __init__(self, *args: Any, curriculum: Curriculum, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "unit", curriculum.units.all())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts, ends = data.get("starts"), data.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("終わりは、始まりより後にしてください。"))
        return data

    def meeting(self) -> Meeting:
        data = self.cleaned_data
        times = [datetime.combine(data["day"], data[name], tzinfo=JST) for name in ("starts", "ends")]
        sample = data["unit"].curriculum.organisation.sample
        return Meeting(
            unit=data["unit"], starts_at=times[0], ends_at=times[1], place=data["place"],
            capacity=data["capacity"], sample=sample,
        )  # fmt: skip
