"""How many of the buyers who answered were happy."""

from datetime import timedelta
from fractions import Fraction

from domain.policy import CURRENT
from domain.satisfaction import satisfaction
from domain.values import Survey
from tests.domain.specimens import MONDAY
from tests.policy import quotes


def answered(satisfied: bool, *, days_ago: int) -> Survey:
    return Survey(satisfied, None, MONDAY - timedelta(days=days_ago))


@quotes("Your Customer Satisfaction score shown on the Customer Support tab reflects how buyers feel")
def test_it_is_the_share_of_thumbs_up_over_90_days_and_over_the_lifetime() -> None:
    recent = [answered(True, days_ago=1)] * 3 + [answered(False, days_ago=89)]
    found = satisfaction([*recent, *[answered(False, days_ago=90)] * 4], at=MONDAY, policy=CURRENT)
    assert (found.answers, found.positive, found.score) == (4, 3, Fraction(3, 4))
    assert (found.lifetime_answers, found.lifetime_score) == (8, Fraction(3, 8))


@quotes("If you have only a few support interactions, a single negative response may have a larger impact")
def test_one_thumb_down_weighs_more_among_few() -> None:
    few = satisfaction([answered(True, days_ago=1), answered(False, days_ago=1)], at=MONDAY, policy=CURRENT)
    many = [answered(True, days_ago=1)] * 19 + [answered(False, days_ago=1)]
    assert few.score == Fraction(1, 2)
    assert satisfaction(many, at=MONDAY, policy=CURRENT).score == Fraction(19, 20)


def test_nobody_asked_is_no_score() -> None:
    found = satisfaction([], at=MONDAY, policy=CURRENT)
    assert found.score is None
    assert found.lifetime_score is None
