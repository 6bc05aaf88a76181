"""What repeated timings come to."""

from __future__ import annotations

from benchmarks.timings import Series, figures_of, ratio, tail


def test_figures_are_medians_over_rounds() -> None:
    noisy = (90.0, 90.0, 90.0)
    series = Series((5.0, 6.0, 70.0), ((1.0, 2.0, 3.0), noisy, (2.0, 3.0, 4.0)), (1, 0, 4))
    figures = figures_of(series)
    assert (figures.p50, figures.p99) == (3.0, 4.0)
    assert figures.qps == round(3000 / 9, 1)
    assert (figures.first_p50, figures.first_p99) == (6.0, 70.0)
    assert (figures.n, figures.hits) == (3, 5)


def test_the_tail_is_the_99th_percentile() -> None:
    assert tail(range(1, 1001)) == 991
    assert tail([3.0, 9.0, 1.0]) == 9.0


def test_a_ratio_is_over_the_queries_that_both_were_asked() -> None:
    few = Series((4.0,), ((4.0,),), (1,))
    many = Series((2.0, 100.0, 100.0), ((2.0, 100.0, 100.0),), (1, 1, 1))
    assert ratio(few, many) == 2.0
    assert ratio(many, few) == 0.5
