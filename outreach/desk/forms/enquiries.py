"""A question that staff hear, and the answer that they gave."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.classes import codes
from outreach.classes.models import Session
from outreach.classes.queries import sessions_in
from outreach.desk.forms.bookings import BY_STAFF
from outreach.people.rules import Scope
from outreach.registration.forms import QuestionForm, refuse_my_number
from outreach.registration.models import Enquiry, Intake


class HeardForm(QuestionForm):
    """At the counter or on the telephone: a number is asked for only where someone must ring back."""

    code = forms.CharField(
        label=gettext_lazy("講習会番号"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("どの講習会についてか分かるときだけ。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )
    source = forms.ChoiceField(label=gettext_lazy("受付の方法"), choices=BY_STAFF, initial=Intake.COUNTER)
    field_order = ["question", "phone", "name", "code", "source"]

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.session: Session | None = None
        self.fields["phone"].required = False
        self.fields["phone"].help_text = _("折り返すとき。入れると、電話の一覧に載ります。")
        for name in ("phone", "name"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        code = codes.clean_code(typed, codes.SESSION_DIGITS) if typed else ""
        self.session = sessions_in(self.scope).filter(code=code).first() if code else None
        if typed and self.session is None:
            raise forms.ValidationError(_("この番号の講習会は、担当の中に見つかりません。"))
        return code or ""


class AnswerForm(forms.Form):
    """What was answered and how."""

    use_required_attribute = False
    words = forms.CharField(label=gettext_lazy("答えたこと"), max_length=600, widget=forms.Textarea(attrs={"rows": 3}))
    way = forms.ChoiceField(
        label=gettext_lazy("答えた方法"),
        choices=[*Enquiry.Way.choices, ("none", gettext_lazy("答えずに終える（理由を書く）"))],
        initial=Enquiry.Way.CALL,
    )

    def clean_words(self) -> str:
        return refuse_my_number(str(self.cleaned_data["words"]).replace("\r\n", "\n"))
