"""Takes the README's pictures from the running demo: `python docs/screenshots.py http://localhost:8000` after `make demo`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
PASSWORD = "come-back-soon"  # noqa: S105 - the demo prints it
DESKTOP, WIDE, PHONE = {"width": 1280, "height": 1380}, {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def sign_in(page: Page, root: str, name: str) -> None:
    page.goto(f"{root}/sign-in/")
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def shoot(page: Page, name: str, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")


def ask(page: Page, *questions: str) -> None:
    """Open the assistant where it is closed, ask, and wait for each answer."""
    if page.locator("[data-loyalty-panel]").is_hidden():
        page.locator("[data-loyalty-launcher]").click()
    for question in questions:
        answers = page.locator(".loyalty-message--assistant .loyalty-message__feedback")
        before = answers.count()
        page.locator("[data-loyalty-composer] textarea").fill(question)
        page.keyboard.press("Enter")
        answers.nth(before).wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # the panel has risen


def shoot_assistant(browser: Browser, root: str, admin: Page) -> None:
    """The assistant: on a product's page, before a change of the cart, on a phone, in Chinese, and the people behind it."""
    page = browser.new_page(viewport=WIDE)
    sign_in(page, root, "Grace")
    page.goto(f"{root}/product/22423/")
    ask(page, "What goes well with this?")
    page.screenshot(path=IMAGES / "assistant.png")
    ask(page, "Put two of the first into my cart")
    page.screenshot(path=IMAGES / "assistant_confirm.png")
    phone = browser.new_page(viewport=PHONE, device_scale_factor=2)
    sign_in(phone, root, "Ruby")
    phone.goto(root)
    ask(phone, "a birthday gift under 20 pounds for someone who likes baking")
    phone.screenshot(path=IMAGES / "assistant_phone.png")
    chinese = browser.new_page(viewport=PHONE, device_scale_factor=2, locale="zh-CN")
    sign_in(chinese, root, "Maya")
    chinese.goto(root)
    ask(chinese, "我的订单到哪了？", "送货要多久？")
    chinese.screenshot(path=IMAGES / "assistant_chinese.png")
    ask(page, "Where is my order?", "Can I speak to a person, please?")
    admin.set_viewport_size(WIDE)
    admin.goto(f"{root}/admin/loyalty_ai/conversation/")
    admin.locator("#result_list tbody th a").first.click()
    admin.fill("#loyalty-chat-text", "Hello Grace, I looked it up: your parcel left Leeds this morning.")
    admin.get_by_role("button", name="Send").click()
    admin.wait_for_load_state("networkidle")
    admin.screenshot(path=IMAGES / "inbox.png")


def main(root: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page(viewport=DESKTOP)
        sign_in(page, root, "Maya")
        shoot(page, "home", f"{root}/")
        page.locator(".loyalty-card__link").first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=IMAGES / "product.png")
        shoot(page, "account", f"{root}/account/")
        shoot(page, "choices", f"{root}/loyalty/my-data/")
        phone = browser.new_page(viewport=PHONE, device_scale_factor=2)
        sign_in(phone, root, "Grace")
        shoot(phone, "phone", f"{root}/")
        admin = browser.new_page(viewport=DESKTOP)
        admin.goto(f"{root}/admin/login/?next=/admin/")
        admin.fill("#id_username", "admin")
        admin.fill("#id_password", PASSWORD)
        admin.click("[type=submit]")
        admin.goto(f"{root}/admin/loyalty_ai/modelversion/")
        admin.locator("#result_list tbody th a").first.click()
        admin.wait_for_load_state("networkidle")
        admin.screenshot(path=IMAGES / "version.png")
        admin.goto(f"{root}/admin/loyalty_ai/store/")
        admin.locator("#result_list tbody th a").first.click()
        admin.wait_for_load_state("networkidle")
        admin.screenshot(path=IMAGES / "store.png")
        admin.goto(f"{root}/admin/loyalty_ai/customer/?q=12748")
        admin.locator("#result_list tbody th a").first.click()
        admin.wait_for_load_state("networkidle")
        admin.screenshot(path=IMAGES / "customer.png")
        shoot_assistant(browser, root, admin)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
