"""No sentence of the article is forgotten, and the page that says so is current."""

import pytest

from tests.policy import coverage, quotes
from tests.policy.article import ARTICLE, sentence_of, sentences
from tests.policy.not_yet import BY_EMAIL


def test_every_sentence_has_a_test_or_a_reason_but_those_that_are_named_as_missing() -> None:
    assert coverage.uncovered() == list(coverage.missing_by_sentence())


def test_what_is_missing_is_what_goes_by_email_and_nothing_else() -> None:
    missing = coverage.missing_by_sentence()
    assert set(missing.values()) == {BY_EMAIL}
    assert all("via email" in sentence for sentence in missing)
    assert "## Not held yet: 2 of" in coverage.PAGE.read_text(encoding="utf-8")


def test_no_sentence_has_both_a_test_and_a_reason_to_have_none() -> None:
    assert not coverage.tests_by_sentence().keys() & coverage.reasons_by_sentence().keys()


def test_the_coverage_page_is_current() -> None:
    written = coverage.PAGE.read_text(encoding="utf-8")
    assert written == coverage.page(), "run: python -m tests.policy.coverage"


def test_a_quote_stands_for_the_one_sentence_it_is_part_of() -> None:
    whole = "Once the offer is sent, you are not able to edit it."
    assert sentence_of("you are not able to edit it") == sentence_of(whole) == whole
    assert "\u2019" in ARTICLE.read_text(encoding="utf-8")
    assert sentence_of("If the package isn't dropped off within\n    that window") in sentences()


@pytest.mark.parametrize("fragment", ["", "48 business hours", "buyers may bribe the seller"])
def test_a_quote_of_no_sentence_or_of_several_is_refused(fragment: str) -> None:
    with pytest.raises(ValueError, match="of the article"):
        quotes(fragment)


def test_a_row_of_the_ledger_table_is_one_sentence() -> None:
    row = "Offer a partial refund | After buyer accepts the partial refund offer | Partial refund amount"
    assert row in sentences()
