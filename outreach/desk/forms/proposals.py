"""A partner's proposal, its slots, and the town's answer."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.models import Municipality
from geo.queries import find_municipalities
from outreach.classes.models import Course, Venue
from outreach.desk.forms.sessions import TimesForm
from outreach.people.forms.choosing import choose_from
from outreach.people.models import Organisation
from outreach.registration.rules import looks_like_my_number

MOST_YEN = 10_000_000


def checked(words: str) -> str:
    if looks_like_my_number(words):
        raise forms.ValidationError(_("マイナンバー（個人番号）は書かないでください。"))
    return words


class ProposalForm(forms.Form):
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("提案する団体"), empty_label=gettext_lazy("選んでください")
    )
    town = forms.CharField(
        label=gettext_lazy("市区町村"),
        max_length=40,
        help_text=gettext_lazy("名前か団体コード。同じ名前があるときは、団体コード（6けた）で書いてください。"),
        widget=forms.TextInput(attrs={"class": "medium"}),
    )
    title = forms.CharField(label=gettext_lazy("題名"), max_length=100)
    words = forms.CharField(
        label=gettext_lazy("ねらい・内容"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = choose_from(self, "organisation", organisations)
        field.initial = organisations.first()

    def clean_town(self) -> Municipality:
        """One town: of that very name, else the only one that the words are part of."""
        text = self.cleaned_data["town"].strip()
        found = list(find_municipalities(q=text).select_related("prefecture")[:6])
        exact = [town for town in found if text in {town.name, town.code6, f"{town.prefecture.name}{town.name}"}]
        chosen = exact if len(exact) == 1 else found
        if len(chosen) != 1:
            names = "、".join(f"{town.prefecture.name}{town.name}（{town.code6}）" for town in found[:5])
            raise forms.ValidationError(_("市区町村が決められません。%(names)s") % {"names": names})
        return chosen[0]

    def clean_words(self) -> str:
        return checked(self.cleaned_data["words"])


class SlotForm(TimesForm):
    """One class of a proposal."""

    capacity = forms.IntegerField(label=gettext_lazy("定員"), min_value=1, max_value=500)
    cost = forms.IntegerField(
        label=gettext_lazy("見込みの費用（円）"),
        min_value=0,
        max_value=MOST_YEN,
        help_text=gettext_lazy("講師・会場・教材など、この回にかかるすべて"),
    )

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        venues = Venue.objects.filter(municipality=municipality)
        self.fields["venue"] = forms.ModelChoiceField(venues, label=_("会場"), empty_label=_("選んでください"))
        self.fields["course"] = forms.ModelChoiceField(
            Course.objects.all(), label=_("講座"), empty_label=_("選んでください")
        )
        self.order_fields(["venue", "course", "day", "starts", "ends", "capacity", "cost"])


class AnswerForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("直してほしいこと"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_words(self) -> str:
        return checked(self.cleaned_data["words"])


class CostForm(forms.Form):
    cost = forms.IntegerField(min_value=0, max_value=MOST_YEN, required=False)
