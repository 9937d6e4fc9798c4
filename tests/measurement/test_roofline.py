"""Operations and bytes by hand count, and a machine that is measured."""

import pytest

from replication.measurement.roofline import Machine, Shape, measure_machine

TEACHER, STUDENT = Shape((2, 50, 50, 50, 1)), Shape((2, 20, 20, 20, 1))


def test_operations_and_bytes_are_those_counted_by_hand():
    assert (TEACHER.flops, STUDENT.flops) == (10300, 1720)
    assert (TEACHER.traffic(fused=True), STUDENT.traffic(fused=True)) == (12, 12)
    assert (TEACHER.traffic(fused=False), STUDENT.traffic(fused=False)) == (2412, 972)
    assert Shape((3, 32, 32, 32, 3)).flops == 4480
    assert STUDENT.intensity(fused=False) == pytest.approx(1.77, abs=0.005)


@pytest.mark.parametrize(("bandwidth", "speedup"), [(1e15, 10300 / 1720), (1e3, 2412 / 972)])
def test_the_predicted_speed_up_is_the_ratio_of_operations_or_of_bytes(bandwidth, speedup):
    machine = Machine(peak=1e11, bandwidth=bandwidth)
    teacher, student = (machine.seconds(shape.flops, shape.traffic(fused=False)) for shape in (TEACHER, STUDENT))
    assert teacher / student == pytest.approx(speedup)


def test_a_machine_has_ceilings_within_reason():
    machine = measure_machine(matrix=256, stream=2**20, repeats=3)
    assert 1e8 < machine.peak < 1e14
    assert 1e8 < machine.bandwidth < 1e13
