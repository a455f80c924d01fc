"""Short forms around letters and requests: finding, filtering, deciding."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.models import Municipality, Prefecture
from outreach.classes.codes import REFERENCE_DIGITS, clean_code
from outreach.classes.forms import DayField
from outreach.contact.forms import NumberField
from outreach.dispatch.forms.letters import DAY_WORDS
from outreach.dispatch.models import Channel, RequestLetter, RequestStatus
from outreach.people.forms.choosing import choose_from
from outreach.people.models import Organisation


class LookupForm(forms.Form):
    """What proves that a letter is one's own."""

    use_required_attribute = False

    reference = forms.CharField(
        label=gettext_lazy("受付番号"),
        max_length=40,
        help_text=gettext_lazy("8けたの数字です。例：1234‑5678"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )
    phone = NumberField(
        label=gettext_lazy("担当者の電話番号"),
        max_length=40,
        help_text=gettext_lazy("依頼のときに書いた電話番号です。"),
    )


class ReasonForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=200, help_text=gettext_lazy("記録に残ります。依頼した方も見られます。")
    )


class AcceptForm(forms.Form):
    """Who answers for the sessions, once someone has made sure that the letter is what it says."""

    use_required_attribute = False

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("実施団体"), empty_label=gettext_lazy("選んでください")
    )
    sure = forms.BooleanField(
        label=gettext_lazy("役場などの代表番号に電話をかけ、本当の依頼だと確かめました"),
        required=False,
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "organisation", organisations)

    def clean_sure(self) -> bool:
        if not self.cleaned_data["sure"]:
            raise forms.ValidationError(_("代表番号に電話をかけて確かめてから、受け付けてください。"))
        return True


class StaffForm(forms.Form):
    """What only staff say of a letter: how it came, when, and who answers for the sessions."""

    use_required_attribute = False

    channel = forms.ChoiceField(
        label=gettext_lazy("受けた方法"),
        choices=[(c.value, c.label) for c in (Channel.PHONE, Channel.PAPER, Channel.WEB)],
        widget=forms.RadioSelect,
        initial=Channel.PHONE,
    )
    received_on = DayField(label=gettext_lazy("受付日"), error_messages=DAY_WORDS)
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("実施団体"), empty_label=gettext_lazy("選んでください")
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        kwargs["initial"] = {"received_on": timezone.localdate(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        field = choose_from(self, "organisation", organisations)
        some = list(organisations[:2])
        if len(some) == 1:
            field.initial = some[0].pk

    def clean_received_on(self) -> Any:
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("きょうより後の日は選べません。"))
        return day


class RequestFilter(forms.Form):
    """Everything optional; by GET, since nothing in it names a person."""

    plain_labels = True
    use_required_attribute = False

    status = forms.ChoiceField(
        label=gettext_lazy("状態"),
        required=False,
        choices=[("", gettext_lazy("すべて")), ("open", gettext_lazy("これから")), *RequestStatus.choices],
    )
    prefecture = forms.ModelChoiceField(
        Prefecture.objects.all(), label=gettext_lazy("都道府県"), required=False, empty_label=gettext_lazy("すべて")
    )
    reference = forms.CharField(
        label=gettext_lazy("受付番号"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )
    since = DayField(label=gettext_lazy("この日から"), required=False, error_messages=DAY_WORDS)
    until = DayField(label=gettext_lazy("この日まで"), required=False, error_messages=DAY_WORDS)

    def __init__(self, *args: Any, towns: QuerySet[Municipality], **kwargs: Any) -> None:
        """`towns`: those to choose from; none until a prefecture is chosen, since 1,741 are too many for a list."""
        super().__init__(*args, **kwargs)
        self.fields["municipality"] = forms.ModelChoiceField(
            towns, label=_("市区町村"), required=False, empty_label=_("すべて")
        )
        self.order_fields(["reference", "status", "prefecture", "municipality", "since", "until"])

    def letter(self, letters: QuerySet[RequestLetter]) -> RequestLetter | None:
        """The one of `letters` whose number was asked for, also where no request came of it; said if there is none."""
        if not self.is_valid() or not self.cleaned_data["reference"]:
            return None
        code = clean_code(self.cleaned_data["reference"], REFERENCE_DIGITS)
        found = letters.filter(reference=code).first() if code else None
        if found is None:
            self.add_error("reference", _("この受付番号の依頼書は見つかりません。"))
        return found

    def condition(self) -> Q:
        """Call after `is_valid()`. Requests whose dates meet the chosen ones."""
        data, wanted = self.cleaned_data, Q()
        if data["status"] == "open":
            wanted &= Q(status__in=[RequestStatus.RECEIVED, RequestStatus.PLANNED, RequestStatus.OFFERED])
        elif data["status"]:
            wanted &= Q(status=data["status"])
        if data["prefecture"]:
            wanted &= Q(municipality__prefecture=data["prefecture"])
        if data["municipality"]:
            wanted &= Q(municipality=data["municipality"])
        if data["since"]:
            wanted &= Q(latest__gte=data["since"])
        if data["until"]:
            wanted &= Q(earliest__lte=data["until"])
        return wanted
