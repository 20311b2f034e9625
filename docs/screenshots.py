"""Takes the README's pictures from the running demo: `python docs/screenshots.py http://localhost:8000` after `make demo`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
PASSWORD = "come-back-soon"  # noqa: S105 - the demo prints it
DESKTOP, PHONE = {"width": 1280, "height": 1380}, {"width": 390, "height": 844}


def sign_in(page: Page, root: str, name: str) -> None:
    page.goto(f"{root}/sign-in/")
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def shoot(page: Page, name: str, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")


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
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
