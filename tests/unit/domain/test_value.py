"""Frozen values, and the quick way to another one."""

import pickle

from aegis.domain.value import Value


class Point(Value):
    x: float
    y: float = 0.0
    names: tuple[str, ...] = ()


HERE = Point(x=1.0)


def test_what_is_changed_by_fields_is_what_model_copy_gives() -> None:
    fields = {"y": 2.0, "names": ("door",)}
    changed, copied = HERE.changed_by(fields), HERE.model_copy(update=fields)
    assert changed == copied == Point(x=1.0, y=2.0, names=("door",))
    assert repr(changed) == repr(copied)
    assert changed.model_fields_set == copied.model_fields_set
    assert changed.model_dump_json(exclude_unset=True) == copied.model_dump_json(exclude_unset=True)
    assert changed.model_copy(update={"x": 3.0}) == Point(x=3.0, y=2.0, names=("door",))
    assert pickle.loads(pickle.dumps(changed)) == copied
    assert hash(changed) == hash(copied)


def test_the_original_stays_as_it_was() -> None:
    HERE.changed_by({"y": 2.0})
    assert HERE.model_dump() == {"x": 1.0, "y": 0.0, "names": ()}
    assert HERE.model_fields_set == {"x"}
