"""Which test holds which sentence of the article.

The article is `article.txt`. A test says which of its sentences it proves:

    from tests.policy import quotes

    @quotes("The buyer has 48 hours to respond to the partial refund offer")
    def test_an_offer_is_open_for_48_business_hours() -> None: ...

- A quote is a sentence or a part of one, long enough to belong to one sentence alone. Case counts, line
  breaks do not; write plain quotes and hyphens for the article's curly and long ones. A table's row is one
  sentence, as `Send a replacement item | N/A | N/A (sellers ...)`. Several quotes are several arguments.
- A quote that is in no sentence of the article, or in several, fails when the test is collected.
- `quotes` decorates functions and classes in `test_*.py`, with literal strings: the coverage page reads them
  from the source.

`python -m tests.policy.coverage` writes `docs/policy-coverage.md`. Sentences that ask nothing of the product
stand in `no_behaviour.py`, each with its reason; those that the product does not hold yet in `not_yet.py`.
"""

import pytest

from tests.policy.article import sentence_of


def quotes(*fragments: str) -> pytest.MarkDecorator:
    """Mark a test as holding these sentences. Raises ValueError for what the article does not say."""
    for fragment in fragments:
        sentence_of(fragment)
    return pytest.mark.quotes(*fragments)
