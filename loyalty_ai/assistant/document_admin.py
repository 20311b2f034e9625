"""Documents in Django admin: what the assistant may cite, every version of it, and publishing the next one."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty_ai.assistant.documents import LONGEST, DocumentError, html_of, parts_of, publish_document
from loyalty_ai.assistant.models import Document
from loyalty_ai.assistant.passages import document_url
from loyalty_ai.readonly_admin import ReadOnlyAdmin, label, may
from loyalty_ai.shop.models import Store

LARGEST_FILE = 4 * LONGEST
"""Bytes: so many has a character of UTF-8 at most."""


class DocumentForm(forms.Form):
    """A version of a document: a file, or its text."""

    store = forms.ModelChoiceField(Store.objects.all(), label=gettext_lazy("Store"), empty_label=None)
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".md,.markdown,.txt,text/markdown,text/plain"}),
        help_text=gettext_lazy("Markdown in UTF-8; or write the text below."),
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "vLargeTextField"}),
        help_text=gettext_lazy(
            "# for the title, ## for headings, - for lists. Each heading becomes a passage to cite."
        ),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Empty: the first line of the text, if it begins with #."),
    )
    slug = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("The same for every language, such as “delivery”. Empty: the name of the file."),
    )
    language = forms.RegexField(
        r"^[A-Za-z-]{2,16}$", label=gettext_lazy("Language"), initial="en", help_text=gettext_lazy("“en” or “zh-hans”.")
    )
    kind = forms.ChoiceField(choices=Document.Kind.choices, label=gettext_lazy("Kind"))

    def clean_file(self) -> UploadedFile | None:
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than a document may be."))
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        file = data.get("file")
        if file:
            try:
                data["body"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("The file is no text in UTF-8."))
        data["slug"] = data.get("slug") or (
            slugify(PurePath(file.name).stem) if file else slugify(data.get("title", ""))
        )
        return data


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    list_display = ["title", "slug", "language", "version", "state", "kind", "parts", "created_at", "created_by"]
    list_filter = ["live", "language", "kind", "store"]
    list_select_related = ["created_by", "store"]
    search_fields = ["title", "slug", "body"]
    ordering = ["slug", "language", "-version"]
    change_list_template = "admin/loyalty_ai/document/change_list.html"
    change_form_template = "admin/loyalty_ai/document/change_form.html"
    fields = ["store", "slug", "language", "kind", "version", "created_at", "created_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return super().get_queryset(request).annotate(part_count=Count("passages"))

    @display(description=gettext_lazy("state"), ordering="live")
    def state(self, document: Document) -> SafeString:
        return label(_("in use"), "good") if document.live else label(_("replaced"))

    @display(description=gettext_lazy("passages"), ordering="part_count")
    def parts(self, document: Document) -> int:
        return document.part_count

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("publish/", view(self.publish_view), name="loyalty_ai_document_publish"),
            path("<int:document_id>/next/", view(self.publish_view), name="loyalty_ai_document_next"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        allowed = {"may_publish": may(request, "add_document")}
        return super().changelist_view(request, {**allowed, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        document = self.get_object(request, object_id)
        context = {} if document is None else self.context(request, document)
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def context(self, request: HttpRequest, document: Document) -> dict[str, Any]:
        versions = Document.objects.filter(store=document.store, slug=document.slug, language=document.language)
        address = document_url(document.slug) + ("" if document.live else f"?version={document.version}")
        return {
            "title": document.title,
            "state_label": self.state(document),
            "address": address,
            "passages": document.passages.order_by("pk"),
            "versions": versions.select_related("created_by").order_by("-version"),
            "html": html_of(parts_of(document.body)),
            "may_publish": may(request, "add_document"),
        }

    def publish_view(self, request: HttpRequest, document_id: int | None = None) -> HttpResponse:
        """The form for a new document, or for the next version of one; nothing changes before it is sent."""
        self.require(request, "add_document")
        former = None
        if document_id is not None:
            former = Document.objects.filter(pk=document_id).first()
            if former is None:
                raise Http404
        given = ("store", "body", "title", "slug", "language", "kind")
        initial = {name: getattr(former, name) for name in given} if former else {}
        form = DocumentForm(request.POST or None, request.FILES or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            data = {name: form.cleaned_data[name] for name in given}
            try:
                document = publish_document(**data | {"language": data["language"].lower()}, by=request.user)
            except DocumentError as error:
                form.add_error(None, str(error))
            else:
                done = {"title": document.title, "version": document.version}
                text = _("Version %(version)d of “%(title)s” is in use now.") % done
                self.message_user(request, text, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:loyalty_ai_document_change", args=[document.pk]))
        return self.confirmation(
            request,
            title=_("A new version of “%(title)s”") % {"title": former.title} if former else _("A new document"),
            form=form,
            consequence=_("It can be found and cited at once. The version before stays to be read."),
            submit=_("Publish"),
            back=reverse("admin:loyalty_ai_document_change", args=[former.pk])
            if former
            else reverse("admin:loyalty_ai_document_changelist"),
        )
