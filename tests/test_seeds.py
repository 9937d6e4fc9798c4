import numpy as np

from replication.seeds import derived_seed, generator


def test_seeds_are_the_same_on_every_machine_and_fit_an_int64():
    assert derived_seed("burgers", "points", 0) == 2384097692265882729
    assert all(0 <= derived_seed("x", index) < 2**63 for index in range(100))


def test_axes_are_told_apart():
    seeds = {derived_seed(*axes) for axes in [("a", 1), ("a", "1"), ("a1",), (1, "a"), ("a", 1, 0), ("a", 1.5)]}
    assert len(seeds) == 6


def test_generators_of_the_same_axes_draw_the_same():
    np.testing.assert_array_equal(generator("a", 1).random(5), generator("a", 1).random(5))
