from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import TemplateSyntaxError
from django.utils import translation

from loyalty_ai.conf import get_adapter
from loyalty_ai.serving import widgets
from loyalty_ai.serving.models import ListKind
from loyalty_ai.serving.rows import Why
from loyalty_ai.shop.adapters.base import LiveProduct
from tests import fakes
from tests.serving.pages import ALL_WIDGETS, engine, make_request, render

GOLDEN = Path(__file__).parent / "golden" / "row.html"


@pytest.fixture
def reasons(shop):
    """Ann's list gives one of every reason that a run publishes."""
    row = shop.run.recommendations.get(customer=shop.ann, kind=ListKind.RECOMMENDED)
    row.items, row.scores = row.items[:4], row.scores[:4]
    row.reasons, row.reason_kinds = [shop.products[12].pk, 0, 0, 0], [1, 2, 3, 4]
    row.save()


def test_a_row_is_the_golden_file(shop, reasons):
    html = render("{% recommendations limit=4 %}", "ann")
    html = re.sub(r'(?<=csrfmiddlewaretoken" value=")\w+', "TOKEN", html)
    assert re.sub(r"\n\s*\n+", "\n", html) == GOLDEN.read_text()


HOSTILE = "</span><script>alert('x')</script>\"'&{{ 7|add:7 }}"


def test_a_hostile_title_stays_text_in_the_card_and_in_the_reason(shop, reasons):
    for product in (shop.products[1], shop.products[12]):
        product.title = HOSTILE
        product.save()
    html = render("{% recommendations limit=4 title=hostile %}", "ann", hostile=HOSTILE)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 4, "the row's title, the card's, its reason and the name of its button"
    assert "14" not in re.sub(r'value="\w{32,}"', "", html)  # but for the CSRF token, which is drawn


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/p/1/", "/p/1/"),
        ("https://shop.example/p", "https://shop.example/p"),
        ("JavaScript:alert(1)", ""),
        ("data:text/html,<script>", ""),
        ("data:image/svg+xml,x", ""),
        ("p/1", ""),
        ("", ""),
    ],
)
def test_a_link_goes_only_where_a_browser_may_follow(address, kept):
    assert widgets.safe_address(address) == kept


def test_a_picture_may_be_drawn_in_the_address():
    assert widgets.safe_address("data:image/svg+xml,x", ("data:image/",)) == "data:image/svg+xml,x"


def test_a_product_without_address_picture_and_price_is_still_a_card(shop):
    get_adapter("default").stock = {"P1": LiveProduct("P1", "Bare", None, "", True, "javascript:alert(1)", "")}
    html = render("{% recommendations limit=1 %}", "ann").partition("loyalty-row__how")[0]
    assert "Bare" in html
    for absent in ("<a ", "<img", "loyalty-card__price", "javascript"):
        assert absent not in html


def test_the_live_price_and_title_are_shown_not_the_mirror_s(shop):
    get_adapter("default").stock = {"P1": LiveProduct("P1", "Fresh", Decimal("1234.5"), "EUR", True, "/p/P1/", "")}
    html = render("{% recommendations limit=1 %}", "ann")
    assert "Fresh" in html
    assert "€1,234.50" in html


class Outline(HTMLParser):
    """What assistive technology and a strict policy see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.problems: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag not in ("img", "input"):
            self.open.append(tag)
        self.ids += [values["id"]] if "id" in values else []
        self.labels += [values["aria-labelledby"]] if "aria-labelledby" in values else []
        self.problems += [name for name in values if name == "style" or name.startswith("on")]
        if tag in ("script", "style"):
            self.problems.append(tag)
        if tag == "img" and "alt" not in values:
            self.problems.append("img without alt")
        if tag == "li" and self.open[-2] != "ul":
            self.problems.append("li outside ul")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}>")


def test_every_widget_is_well_formed_labelled_and_free_of_inline_script_and_style(shop):
    fakes.record_purchase(shop.ann, shop.products[13])
    outline = Outline(render(ALL_WIDGETS, "ann", product="P0"))
    assert outline.problems == []
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids)) >= 4
    assert set(outline.labels) <= set(outline.ids)


def test_the_style_sheet_names_every_class(shop):
    fakes.record_purchase(shop.ann, shop.products[13])
    html = render(ALL_WIDGETS, "ann", product="P0")
    classes = {name for names in re.findall(r'class="([^"]*)"', html) for name in names.split()}
    css = (Path(widgets.__file__).parent.parent / "static/loyalty_ai/widgets.css").read_text()
    handles = {"loyalty-badge__tier", "loyalty-badge--member"}
    assert {name for name in classes if f".{name}" not in css} - handles <= {
        name for name in classes if name.startswith("loyalty-row--")
    }


def test_only_a_customer_can_say_that_a_product_is_not_for_them(shop, settings):
    assert render("{% recommendations limit=2 %}", "ann").count('action="/loyalty/my-data/mute/"') == 2
    assert "loyalty-card__mute" not in render("{% recommendations limit=2 %}")
    settings.ROOT_URLCONF = "tests.serving.no_urls"
    html = render("{% recommendations limit=2 %}", "ann")
    assert ("loyalty-card__title" in html, "loyalty-card__mute" in html) == (True, False)


ROW = "{% load loyalty_ai %}before {% recommendations limit=2 %} after"


def render_with(customer_id: str | None = "ann", **templates: str) -> str:
    return engine(**templates).from_string(ROW).render({"basket": "B7"}, make_request(customer_id))


def test_a_shop_s_own_action_stands_in_every_card_with_the_page_s_context(shop):
    action = "<form>{% csrf_token %}{{ card.product_id }} {{ basket }} {{ request.customer_id }}</form>"
    html = render_with(**{"loyalty_ai/widgets/card_action.html": action})
    assert html.count("<form>") == 2
    assert html.count("csrfmiddlewaretoken") == 4, "the shop's own form and ours, in two cards"
    assert "P1 B7 ann</form>" in html


def test_a_shop_s_own_row_replaces_ours(shop):
    html = render_with(
        **{"loyalty_ai/widgets/row.html": "{{ widget.title }}:{% for c in widget.cards %} {{ c.title }}{% endfor %}"}
    )
    assert html == "before Recommended for you: Product P1 Product P2 after"


@pytest.mark.parametrize("broken", ["{% nonsense %}", "{% url 'nowhere' %}", "{{ widget.title|add:}}"])
def test_a_broken_override_leaves_the_page_and_is_logged(shop, caplog, broken):
    html = render_with(**{"loyalty_ai/widgets/card_action.html": broken})
    assert html == "before  after"
    assert "widget failed" in caplog.text


def test_a_broken_override_is_shown_to_its_author(shop, settings):
    settings.DEBUG = True
    with pytest.raises(TemplateSyntaxError):
        render_with(**{"loyalty_ai/widgets/card_action.html": "{% nonsense %}"})


def test_the_widget_leaves_nothing_behind_in_the_page_s_context(shop):
    source = "{% load loyalty_ai %}{% recommendations %}{{ widget }}{{ card }}|{% loyalty_badge %}{{ badge }}|"
    html = engine().from_string(source).render({}, make_request("ann"))
    assert html.endswith("</section>\n||")


def test_an_unknown_list_is_empty_and_logged(shop, caplog):
    assert render("{% recommendations list='best' %}", "ann") == ""
    assert "widget failed" in caplog.text


@pytest.mark.parametrize("limit", [0, -1])
def test_a_row_of_no_products_is_no_row(shop, limit):
    assert render("{% recommendations limit=limit %}", "ann", limit=limit) == ""


def test_a_row_can_have_a_title_of_the_shop_s(shop):
    assert "Just for Ann" in render("{% recommendations title='Just for Ann' %}", "ann")


@pytest.mark.parametrize(
    ("why", "words", "row", "text"),
    [
        (Why.BECAUSE_BOUGHT, {"because": "Cup"}, "recommended", "Because you bought Cup"),
        (Why.BECAUSE_BOUGHT, {}, "recommended", ""),
        (Why.BOUGHT_BEFORE, {}, "recommended", "You bought this before"),
        (Why.BOUGHT_BEFORE, {}, "buy_again", "You buy this often"),
        (Why.BOUGHT_RECENTLY, {"at": fakes.NOON}, "buy_again", "You bought this on 1 June"),
        (Why.POPULAR, {}, "recommended", "Popular now"),
        (Why.POPULAR, {}, "popular", ""),
        (Why.MODEL, {}, "recommended", ""),
        (Why.SIMILAR, {"because": "Cup"}, "similar", ""),
        (Why.SIMILAR, {"because": "Cup"}, "neighbours", "Similar to Cup"),
        (Why.BOUGHT_TOGETHER, {"because": "Cup"}, "similar", "Often bought with Cup"),
        (Why.BECAUSE_BOUGHT, {"because": "100 % %(wool)s"}, "recommended", "Because you bought 100 % %(wool)s"),
    ],
)
def test_reasons_are_sentences(why, words, row, text):
    assert widgets.reason(why, row_name=row, **words) == text


def test_the_row_speaks_the_reader_s_language(shop, reasons):
    with translation.override("zh-hans"):
        html = render("{% recommendations limit=4 %}{% recommendations list='popular' %}", "ann")
    for text in ("为您推荐", "因为您买过 Product P12", "您以前买过", "热门商品"):
        assert text in html


def test_widgets_work_without_templates(shop):
    widget = widgets.recommendations(make_request("ann"), limit=2)
    assert [(card.product_id, card.price) for card in widget.cards] == [("P1", "£10.00"), ("P2", "£10.00")]
    assert widgets.loyalty_badge(make_request("ann")) is None
