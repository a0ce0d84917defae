"""Rules that every form of the templates follows, read from their source: a key against double submission, and text
that is kept while it is written."""

from __future__ import annotations

import re

import pytest

from tests.web.samples import TEMPLATES

FORM = re.compile(r'<form\b[^>]*method="post".*?(?:</form>|\Z)', re.DOTALL)
SESSION = re.compile(
    r"""action="(/login|/logout|/posts/\{\{ one\.id \}\}|\{\{ post\.href \}\}|\{\{ viewer\.logout_href \}\}"""
    r"""|/demo/advance|/delegations/preview)\""""
)
"""Logging in and out, the post, the demo clock and a preview: nothing that would be written twice, so no key."""
KEYED = re.compile(r"keys\((?:new_key\(\)|idempotency_key|[^)]*idempotency_key=)|hidden\b.*dictsort|\{\{ ask\.hidden")
WRITTEN = re.compile(r"textarea_field\(|<textarea")
OPEN = "/complaints/new"
"""The open page: its reader may sit at a public computer, which must keep nothing of what he wrote."""
FORMS = [
    pytest.param(form, id=f"{path.relative_to(TEMPLATES)}-{n}")
    for path in sorted(TEMPLATES.rglob("*.html"))
    if path.name != "gallery.html"
    for n, form in enumerate(FORM.findall(path.read_text()), 1)
]


def test_the_templates_have_forms() -> None:
    assert len(FORMS) > 25


@pytest.mark.parametrize("form", FORMS)
def test_every_form_that_changes_something_carries_a_key(form: str) -> None:
    assert SESSION.search(form) or KEYED.search(form)


@pytest.mark.parametrize(
    "form", [one for one in FORMS if WRITTEN.search(str(one.values[0])) and OPEN not in str(one.values[0])]
)
def test_what_is_written_in_a_form_is_kept_in_the_browser(form: str) -> None:
    assert "data-draft=" in form.split("\n", 1)[0]
