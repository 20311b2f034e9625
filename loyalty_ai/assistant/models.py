"""Conversations, the documents the assistant may cite, and the index it searches."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from loyalty_ai.assistant.turn import Outcome
from loyalty_ai.shop.models import Customer, Product, Store


class Conversation(models.Model):
    """One thread of one owner: a customer, or the browser session of a stranger. The owner never changes."""

    class State(models.TextChoices):
        OPEN = "open", _("with the assistant")
        WAITING = "waiting", _("waiting for a person")
        WITH_PERSON = "with_person", _("with a person")
        CLOSED = "closed", _("closed")

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="conversations")
    customer = models.ForeignKey(
        Customer, models.CASCADE, verbose_name=_("customer"), null=True, blank=True, related_name="conversations"
    )
    session_digest = models.BinaryField(
        _("session"), max_length=32, null=True, editable=False, help_text=_("SHA-256 of a stranger's own secret.")
    )
    language = models.CharField(_("language"), max_length=16)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.OPEN)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("answered by"),
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last message"), auto_now_add=True)
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False, session_digest__isnull=True)
                | Q(customer__isnull=True, session_digest__isnull=False),
                name="loyalty_conversation_one_owner",
            )
        ]
        indexes = [
            models.Index(fields=["store", "state", "-updated_at"], name="loyalty_conversation_inbox"),
            models.Index(fields=["updated_at"], name="loyalty_conversation_expiry"),
            models.Index(
                fields=["session_digest"],
                condition=Q(session_digest__isnull=False),
                name="loyalty_conversation_session",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class Message(models.Model):
    """One message. An assistant's is made empty beside the question and filled by whoever answers, fenced by `epoch`."""

    class Role(models.TextChoices):
        SHOPPER = "shopper", _("shopper")
        ASSISTANT = "assistant", _("assistant")
        STAFF = "staff", _("shop")
        NOTICE = "notice", _("notice")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        WRITING = "writing", _("being written")
        DONE = "done", _("done")

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, verbose_name=_("conversation"), related_name="messages", db_index=False
    )
    role = models.CharField(_("role"), max_length=16, choices=Role)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.DONE)
    text = models.TextField(_("text"), blank=True)
    sentences = models.JSONField(
        _("sentences"), default=list, encoder=DjangoJSONEncoder, help_text=_("Each with the keys of its sources.")
    )
    sources = models.JSONField(_("sources"), default=list, encoder=DjangoJSONEncoder)
    cards = ArrayField(models.CharField(max_length=128), verbose_name=_("products shown"), default=list)
    outcome = models.CharField(
        _("outcome"), max_length=16, blank=True, choices=[(outcome.value, outcome.value) for outcome in Outcome]
    )
    context = models.JSONField(
        _("context"), default=dict, encoder=DjangoJSONEncoder, help_text=_("The page and the cart when it was written.")
    )
    client_key = models.CharField(_("key of the sender"), max_length=64, blank=True, editable=False)
    answers = models.OneToOneField(
        "self", models.CASCADE, verbose_name=_("answers"), null=True, blank=True, related_name="answer"
    )
    backend = models.CharField(_("backend"), max_length=64, blank=True)
    epoch = models.PositiveIntegerField(default=0, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    tokens_in = models.PositiveIntegerField(_("tokens read"), default=0)
    tokens_out = models.PositiveIntegerField(_("tokens written"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=6, default=0)
    helpful = models.BooleanField(_("helpful"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "client_key"], condition=~Q(client_key=""), name="loyalty_message_sent_once"
            )
        ]
        indexes = [
            models.Index(fields=["conversation", "id"], name="loyalty_message_thread"),
            models.Index(fields=["claimed_at"], condition=Q(state="writing"), name="loyalty_message_writing"),
            models.Index(
                fields=["outcome", "-id"],
                condition=Q(outcome__in=["unanswered", "refused"]),
                name="loyalty_message_unanswered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"


class Confirmation(models.Model):
    """A change of the cart that the assistant proposed; the shopper's own press applies it, once."""

    message = models.OneToOneField(Message, models.CASCADE, verbose_name=_("message"), related_name="confirmation")
    nonce = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    units = models.JSONField(_("units"), help_text=_("Product to units that the cart shall hold of it."))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    accepted = models.BooleanField(_("accepted"), null=True, blank=True)

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")

    def __str__(self) -> str:
        return str(self.nonce)


class Document(models.Model):
    """One version of a policy or a list of questions, in Markdown; the newest published one of a language is cited."""

    class Kind(models.TextChoices):
        POLICY = "policy", _("policy")
        FAQ = "faq", _("questions and answers")

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="documents")
    slug = models.SlugField(_("address"), max_length=80)
    language = models.CharField(_("language"), max_length=16)
    version = models.PositiveIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.POLICY)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), help_text=_("Markdown."))
    live = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("uploaded by"),
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(fields=["store", "slug", "language", "version"], name="loyalty_document_version"),
            models.UniqueConstraint(
                fields=["store", "slug", "language"], condition=Q(live=True), name="loyalty_document_one_live"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language}, {self.version})"


class Passage(models.Model):
    """What can be found: a product, or a part of a document, with its tokens and (once a worker came by) its vector."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="passages")
    product = models.OneToOneField(
        Product, models.CASCADE, verbose_name=_("product"), null=True, blank=True, related_name="passage"
    )
    document = models.ForeignKey(
        Document, models.CASCADE, verbose_name=_("document"), null=True, blank=True, related_name="passages"
    )
    anchor = models.CharField(_("anchor"), max_length=120, blank=True)
    heading = models.CharField(_("heading"), max_length=300, blank=True)
    text = models.TextField(_("text"))
    tokens = ArrayField(models.CharField(max_length=64), verbose_name=_("tokens"), default=list)
    digest = models.BinaryField(max_length=16, editable=False, help_text=_("Of what the tokens were made from."))
    vector = VectorField(_("vector"), null=True, blank=True)
    vector_digest = models.BinaryField(max_length=16, null=True, editable=False)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "anchor"], condition=Q(document__isnull=False), name="loyalty_passage_anchor"
            ),
            models.CheckConstraint(
                condition=Q(product__isnull=False, document__isnull=True)
                | Q(product__isnull=True, document__isnull=False),
                name="loyalty_passage_of_one",
            ),
        ]
        indexes = [GinIndex(fields=["tokens"], name="loyalty_passage_tokens")]

    def __str__(self) -> str:
        return self.heading or self.text[:60]


class Term(models.Model):
    """How many products' passages of a store hold a token: what makes rare words weigh more than common ones."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="terms", db_index=False)
    token = models.CharField(max_length=64)
    passages = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [models.UniqueConstraint(fields=["store", "token"], name="loyalty_term_once")]

    def __str__(self) -> str:
        return self.token


class AssistantUsage(models.Model):
    """What a day's answers cost: one row for the store, one for each customer who asked."""

    store = models.ForeignKey(Store, models.CASCADE, verbose_name=_("store"), related_name="assistant_usage")
    customer = models.ForeignKey(
        Customer, models.CASCADE, verbose_name=_("customer"), null=True, blank=True, related_name="assistant_usage"
    )
    day = models.DateField(_("day"))
    answers = models.PositiveIntegerField(_("answers"), default=0)
    tokens = models.PositiveBigIntegerField(_("tokens"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=6, default=0)

    class Meta:
        verbose_name = _("use of the assistant")
        verbose_name_plural = _("use of the assistant")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "day"], condition=Q(customer__isnull=True), name="loyalty_assistant_usage_of_store"
            ),
            models.UniqueConstraint(
                fields=["store", "day", "customer"],
                condition=Q(customer__isnull=False),
                name="loyalty_assistant_usage_of_customer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.tokens}"
