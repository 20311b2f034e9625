"""The form that plans an action."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import global_settings, settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty_ai.actions.models import Action
from loyalty_ai.loyalty.models import RFMGroup


def languages() -> list[tuple[str, str]]:
    """The languages that a text is asked for: the project's own, or its one where it never chose any."""
    if settings.LANGUAGES == global_settings.LANGUAGES:
        return [(settings.LANGUAGE_CODE, settings.LANGUAGE_CODE)]
    return [(code, str(name)) for code, name in settings.LANGUAGES]


class PlanForm(forms.ModelForm):
    """All of an action, its text once a language."""

    groups = forms.MultipleChoiceField(
        label=gettext_lazy("RFM groups"),
        choices=RFMGroup.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: every group."),
    )

    class Meta:
        model = Action
        fields = [
            *(
                "store",
                "key",
                "title",
                "groups",
                "days_since_order",
                "churn_at_least",
                "purchase_at_most",
                "clv_at_least",
            ),
            *("kind", "link", "percent", "valid_days", "url", "holdout", "again_after_days"),
        ]
        widgets = {
            "kind": forms.RadioSelect,
            "title": forms.TextInput(attrs={"class": "vTextField"}),
            "link": forms.TextInput(attrs={"class": "vTextField"}),
            "url": forms.TextInput(attrs={"class": "vTextField", "placeholder": "https://"}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["store"].empty_label = None
        for code, name in languages():
            words = self.instance.words.get(code, {})
            self.fields[f"headline_{code}"] = forms.CharField(
                label=_("Headline (%(language)s)") % {"language": name},
                max_length=120,
                required=False,
                initial=words.get("headline", ""),
                widget=forms.TextInput(attrs={"class": "vTextField", "lang": code}),
            )
            self.fields[f"body_{code}"] = forms.CharField(
                label=_("Text (%(language)s)") % {"language": name},
                max_length=500,
                required=False,
                initial=words.get("body", ""),
                widget=forms.Textarea(attrs={"class": "vLargeTextField", "rows": 3, "lang": code}),
            )

    def clean(self) -> dict[str, Any]:
        data, words = super().clean(), {}
        for code, name in languages():
            text = {part: data.get(f"{part}_{code}", "") for part in ("headline", "body")}
            if all(text.values()):
                words[code] = text
            elif any(text.values()):
                part = next(part for part, value in text.items() if not value)
                self.add_error(
                    f"{part}_{code}", _("Write headline and text in %(language)s, or neither.") % {"language": name}
                )
        # Before the model's own checks, which ask for a text.
        self.instance.words = words
        return data

    def parts(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The fields in the order of the questions: name, title, fields."""
        texts = [self[f"{part}_{code}"] for code, _name in languages() for part in ("headline", "body")]

        def named(*names: str) -> list[forms.BoundField]:
            return [self[name] for name in names]

        return [
            ("plan", _("What it is"), named("store", "key", "title")),
            ("whom", _("Whom it takes"), named("groups", "days_since_order", *BOUNDS)),
            ("kind", _("What they get"), named("kind")),
            ("words", _("The message"), [*texts, self["link"]]),
            ("coupon", _("The coupon"), named("percent", "valid_days")),
            ("webhook", _("The call"), named("url")),
            ("measure", _("How its effect is known"), named("holdout", "again_after_days")),
        ]


BOUNDS = ("churn_at_least", "purchase_at_most", "clv_at_least")
