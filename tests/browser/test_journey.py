"""A visitor's way: four answers, the advice, a change, and the link given to somebody else."""

import re

from playwright.sync_api import Browser, BrowserContext, Page, expect


def answer_four_questions(page: Page) -> None:
    page.goto("/")
    for label in ("Python", "Phones and tablets", "Images or video", "A product"):
        page.get_by_label(label, exact=True).check()
    page.get_by_role("button", name="Show the advice").click()


def test_four_answers_lead_to_an_explained_recommendation(look: BrowserContext) -> None:
    page = look.new_page()
    answer_four_questions(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Either will do")
    expect(page).to_have_url(re.compile(r"\?language=python&deployment=mobile&data_type=images&goal=production$"))
    first = page.locator(".column-tensorflow .reason").first
    expect(first.locator(".points")).to_contain_text("points")
    expect(first.locator("a.source")).to_be_visible()


def test_the_permalink_gives_the_same_page_in_another_browser(browser: Browser, base_url: str) -> None:
    first = browser.new_context(base_url=base_url).new_page()
    answer_four_questions(first)
    second = browser.new_context(base_url=base_url).new_page()
    second.goto(first.url)
    assert second.content() == first.content()


def test_change_keeps_the_other_answers(look: BrowserContext) -> None:
    page = look.new_page()
    answer_four_questions(page)
    page.get_by_role("link", name=re.compile("How experienced")).click()
    expect(page.get_by_label("Beginners")).to_be_visible()
    expect(page.get_by_label("Python", exact=True)).to_be_checked()
    page.get_by_label("Beginners").check()
    page.get_by_role("button", name="Show the advice").click()
    expect(page).to_have_url(re.compile("experience=beginner"))
    expect(page).to_have_url(re.compile("goal=production"))


def test_a_missing_answer_is_a_message_at_its_question(look: BrowserContext) -> None:
    page = look.new_page()
    page.goto("/")
    page.get_by_label("Python", exact=True).check()
    page.get_by_role("button", name="Show the advice").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#question-goal .problem")).to_have_text("Choose one option")
    expect(page.locator("#question-language .problem")).to_have_count(0)
    expect(page.get_by_label("Python", exact=True)).to_be_checked()


def test_the_keyboard_alone_is_enough(browser: Browser, base_url: str) -> None:
    page = browser.new_context(base_url=base_url).new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    for question, presses in (("language", 0), ("deployment", 4), ("data_type", 1), ("goal", 2)):
        page.locator(f"#question-{question} input").first.focus()
        kind = page.locator(f"#question-{question} input").first.get_attribute("type")
        for _ in range(presses):
            page.keyboard.press("ArrowDown" if kind == "radio" else "Tab")
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"language=python&deployment=mobile&data_type=text&goal=production$"))


def test_the_result_moves_while_a_slider_does(browser: Browser, base_url: str) -> None:
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    page.goto("/advice?language=python&deployment=server&data_type=images&goal=research")
    slider, result = page.locator("#weight-serving-and-scale"), page.locator("#priority-result")
    expect(result).to_be_hidden()
    slider.fill("5")
    expect(page.locator("output[for=weight-serving-and-scale]")).to_have_text("× 5")
    expect(result).to_contain_text("wins")
    first = result.text_content()
    slider.fill("0")
    expect(result).not_to_have_text(first or "")
    page.get_by_role("button", name="Apply weights").click()
    expect(page).to_have_url(re.compile(r"weight\.serving-and-scale=0"))
    expect(page.locator("main")).to_contain_text("Your priorities")
    context.close()


def test_the_map_leads_to_an_advice(look: BrowserContext) -> None:
    page = look.new_page()
    page.goto("/map")
    page.locator("svg.map a").nth(7).click()
    expect(page).to_have_url(re.compile(r"/advice\?"))
