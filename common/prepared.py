"""Queries and writes whose SQL is worked out once a connection, for what every request asks.

Django builds and compiles a query anew each time: for a row of fifty columns that is most of the time such a request
takes in Python (docs/performance.md). A `Prepared` query has one shape and changing values, so that its SQL and the way
its rows become objects are kept. `insert` and `update` do the same for saving one object whose fields are plain values.
What a query means is still said with a queryset; that both give the same is tested (tests/test_prepared.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, router, transaction
from django.db.models import AutoField, Field, Lookup, Model, QuerySet
from django.db.models.expressions import DatabaseDefault
from django.db.models.fields.related import ForeignObject
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery

M = TypeVar("M", bound=Model)
LARGEST = 2**63 - 1  # of a bigint
# Stand for the values while the SQL is written; no real query compares with them.
NUMBER, TEXT, INSTANT = 2_147_400_000, "\x02value %d\x02", datetime(1900, 1, 1, tzinfo=UTC)


@ForeignObject.register_lookup
@Field.register_lookup
class AmongArray(Lookup):
    """`pk__among=[1, 2]`: one parameter however many values, where `__in` writes one for each."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return `column = ANY(%s)`."""
        left, values = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", (*values, self.rhs)


@dataclass
class _Plan:
    """The SQL of one query on one connection, where its values go, and how rows become objects."""

    sql: str
    values: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]  # (place in `values`, number of the value)
    compiler: Any
    converters: Any
    related: list[Any]
    model: Any
    names: list[str]
    first: int
    last: int
    locks: bool


class Prepared(Generic[M]):
    """A query of one shape: `Prepared(lambda pk: Petition.objects.filter(pk=pk), int)`.

    `build` is called once a connection with stand-ins, one for each of `kinds` (int, str or list), and returns a
    queryset of whole objects; a stand-in must reach the SQL as it is. Prefetches and `values()` are not served.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], *kinds: type) -> None:
        self.build, self.kinds = build, kinds

    def rows(self, *values: Any) -> list[M]:
        """Return the objects found; raises TransactionManagementError where a lock is asked for outside of one."""
        if any(kind is int and abs(value) > LARGEST for kind, value in zip(self.kinds, values, strict=True)):
            return []  # no row has such a number, and the database refuses it
        alias = self._alias()
        connection = connections[alias]
        plan = self._plan(alias, connection)
        if plan.locks and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, put_in(plan.values, plan.places, values))
            found: Any = cursor.fetchall()
        if plan.converters:
            found = plan.compiler.apply_converters(found, plan.converters)
        made = []
        for row in found:
            instance = plan.model.from_db(alias, plan.names, row[plan.first : plan.last])
            for populator in plan.related:
                populator.populate(row, instance)
            made.append(instance)
        return made

    def first(self, *values: Any) -> M | None:
        """Return the first object, or None."""
        return next(iter(self.rows(*values)), None)

    def get(self, *values: Any) -> M:
        """Return the one object; raises the model's DoesNotExist."""
        found = self.first(*values)
        if found is None:
            raise self._model().DoesNotExist(f"{self._model()._meta.object_name} matching query does not exist.")
        return found

    def _stand_ins(self) -> list[Any]:
        return [stand_in(kind, number) for number, kind in enumerate(self.kinds)]

    def _model(self) -> Any:
        return self.build(*self._stand_ins()).model

    def _alias(self) -> str:
        """The database to ask: as the queryset would choose, each time anew (a replica may be away)."""
        if not router.routers:
            return "default"
        return self.build(*self._stand_ins()).db

    def _plan(self, alias: str, connection: Any) -> _Plan:
        kept: dict[Any, _Plan] = connection.__dict__.setdefault("_liaison_prepared", {})
        plan = kept.get(self)
        if plan is None:
            plan = kept[self] = self._write(alias, connection)
        return plan

    def _write(self, alias: str, connection: Any) -> _Plan:
        query = self.build(*self._stand_ins()).using(alias).query
        compiler: Any = query.get_compiler(alias)
        sql, values = compiler.as_sql()
        places = places_of(self.kinds, sql, values)
        if compiler.annotation_col_map or not compiler.klass_info:
            raise TypeError("A prepared query returns whole objects without annotations.")
        fields = compiler.klass_info["select_fields"]
        names = [column[0].target.attname for column in compiler.select[fields[0] : fields[-1] + 1]]
        return _Plan(
            sql=sql, values=tuple(values), places=places, compiler=compiler,
            converters=compiler.get_converters([column[0] for column in compiler.select]),
            related=cast(Any, get_related_populators)(compiler.klass_info, compiler.select, alias),
            model=compiler.klass_info["model"], names=names, first=fields[0], last=fields[-1] + 1,
            locks=bool(query.select_for_update),
        )  # fmt: skip


class PreparedRow:
    """One row of numbers of one shape, such as counts: `PreparedRow(lambda since: orders.aggregating…, datetime)`.

    `build` is called once with stand-ins, one for each of `kinds` (int, str, list or datetime), and returns a queryset
    of `values_list` with one row. The default database is asked.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *kinds: type) -> None:
        self.build, self.kinds = build, kinds
        self._written: tuple[str, tuple[Any, ...], tuple[tuple[int, int], ...], Any, Any] | None = None

    def get(self, *values: Any) -> tuple[Any, ...]:
        """Return the row."""
        if self._written is None:
            self._written = self._write()
        sql, kept, places, compiler, converters = self._written
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(sql, put_in(kept, places, values))
            found: Any = [cursor.fetchone()]
        return tuple(next(iter(compiler.apply_converters(found, converters))))

    def _write(self) -> tuple[str, tuple[Any, ...], tuple[tuple[int, int], ...], Any, Any]:
        query = self.build(*(stand_in(kind, number) for number, kind in enumerate(self.kinds))).query
        compiler: Any = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, values = compiler.as_sql()
        converters = compiler.get_converters([column[0] for column in compiler.select])
        return sql, tuple(values), places_of(self.kinds, sql, values), compiler, converters


def places_of(kinds: Sequence[type], sql: str, values: Sequence[Any]) -> tuple[tuple[int, int], ...]:
    """Where in the values of the SQL each stand-in went, with its number."""
    places = []
    for number, kind in enumerate(kinds):
        sought = stand_in(kind, number)
        at = [place for place, value in enumerate(values) if type(value) is type(sought) and value == sought]
        if not at:
            raise TypeError(f"Value {number} of the prepared query does not reach its SQL as it is: {sql}")
        places += [(place, number) for place in at]
    return tuple(places)


def put_in(kept: Sequence[Any], places: Sequence[tuple[int, int]], values: Sequence[Any]) -> list[Any]:
    """The values of the SQL, with those of now in the places of the stand-ins."""
    given = list(kept)
    for place, number in places:
        given[place] = values[number]
    return given


def stand_in(kind: type, number: int) -> Any:
    """A value that stands for the real one while the SQL is written; raises TypeError for a kind that has none."""
    if kind is int:
        return NUMBER + number
    if kind is list:
        return [NUMBER + number]
    if kind is str:
        return TEXT % number
    if kind is datetime:
        return INSTANT + timedelta(days=number)
    raise TypeError(f"A prepared query takes int, str, list and datetime, not {kind}.")


def insert(instance: M) -> M:
    """Save a new object in one INSERT and return it with its number, as `save(force_insert=True)` does.

    For models without parents and signals; where the database is to give a default, Django does it.
    """
    return insert_all([instance])[0]


def insert_all(instances: list[M]) -> list[M]:
    """Save new objects of one model in one INSERT and return them with their numbers, as `bulk_create` does."""
    first = instances[0]
    model = type(first)
    alias = router.db_for_write(model, instance=first)
    key, others, attnames = _fields(model)
    numbered = isinstance(key, AutoField) and all(instance.pk is None for instance in instances)
    fields = others if numbered else (key, *others)
    if any(isinstance(value, DatabaseDefault) for each in instances for value in each.__dict__.values()):
        return model._default_manager.using(alias).bulk_create(instances)
    marks, values = [], []
    for instance in instances:
        own, found = _values(instance, fields, connections[alias], add=True)
        marks.append(own)
        values += found
    names = attnames if numbered else (key.attname, *attnames)
    with transaction.mark_for_rollback_on_error(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(_insert_sql(model, names, tuple(marks), numbered), values)
        for instance, (number,) in zip(instances, cursor.fetchall() if numbered else (), strict=numbered):
            instance.pk = number
    for instance in instances:
        instance._state.adding, instance._state.db = False, alias
    return instances


@cache
def _fields(model: type[Model]) -> tuple[Any, tuple[Any, ...], tuple[str, ...]]:
    """The key, the other columns' fields, and their attributes' names."""
    others = tuple(field for field in model._meta.local_concrete_fields if not field.primary_key)
    return model._meta.pk, others, tuple(field.attname for field in others)


def update(instance: Model, names: Sequence[str]) -> None:
    """Save these fields of an object that is there, as `save(update_fields=names)` does, in one UPDATE.

    Raises DatabaseError when the row is gone.
    """
    meta = instance._meta
    alias = router.db_for_write(type(instance), instance=instance)
    connection = connections[alias]
    fields = [cast(Any, meta.get_field(name)) for name in names]
    marks, values = _values(instance, fields, connection, add=False)
    sql = _update_sql(type(instance), tuple(field.attname for field in fields), marks)
    with transaction.mark_for_rollback_on_error(using=alias), connection.cursor() as cursor:
        cursor.execute(sql, [*values, instance.pk])
        if cursor.rowcount == 0:
            raise DatabaseError("Save with update_fields did not affect any rows.")


def update_all(instances: Sequence[Model], names: Sequence[str]) -> None:
    """Save these fields of many objects in one UPDATE of one shape, as `bulk_update` does with a CASE for each."""
    if not instances:
        return
    model = type(instances[0])
    connection = connections[router.db_for_write(model, instance=instances[0])]
    fields: list[Any] = [model._meta.pk, *(model._meta.get_field(name) for name in names)]
    columns = [
        [field.get_db_prep_save(field.pre_save(each, False), connection) for each in instances] for field in fields
    ]
    with transaction.mark_for_rollback_on_error(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(_update_all_sql(model, tuple(field.attname for field in fields)), columns)


@cache
def _update_all_sql(model: type[Model], names: tuple[str, ...]) -> str:
    """The rows come as one array a column, the key first."""
    table, columns, key = _names(model, names)
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    arrays = ", ".join(f"%s::{field.db_type(connections['default'])}[]" for field in fields)
    changes = ", ".join(f"{column} = given.{column}" for column in columns[1:])
    given = f"unnest({arrays}) AS given({', '.join(columns)})"
    return f"UPDATE {table} SET {changes} FROM {given} WHERE {table}.{key} = given.{key}"  # noqa: S608 (our own names)


def _values(instance: Model, fields: Sequence[Any], connection: Any, *, add: bool) -> tuple[tuple[str, ...], list[Any]]:
    """The placeholder of each column, and what goes into them; an expression (a search vector) is written out."""
    marks, found = [], []
    for field in fields:
        value = field.pre_save(instance, add)
        if hasattr(value, "resolve_expression"):
            compiler: Any = (InsertQuery if add else UpdateQuery)(type(instance)).get_compiler(connection=connection)
            resolved = value.resolve_expression(compiler.query, allow_joins=False, for_save=True)
            mark, more = compiler.compile(resolved)
            marks.append(mark)
            found += more
        else:
            marks.append("%s")
            found.append(field.get_db_prep_save(value, connection))
    return tuple(marks), found


@cache
def _insert_sql(model: type[Model], names: tuple[str, ...], marks: tuple[tuple[str, ...], ...], numbered: bool) -> str:
    table, columns, key = _names(model, names)
    rows = ", ".join(f"({', '.join(row)})" for row in marks)
    ending = f" RETURNING {key}" if numbered else ""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {rows}{ending}"  # noqa: S608 (our own names)


@cache
def _update_sql(model: type[Model], names: tuple[str, ...], marks: tuple[str, ...]) -> str:
    table, columns, key = _names(model, names)
    changes = ", ".join(f"{column} = {mark}" for column, mark in zip(columns, marks, strict=True))
    return f"UPDATE {table} SET {changes} WHERE {key} = %s"  # noqa: S608 (our own names)


def _names(model: type[Model], names: Sequence[str]) -> tuple[str, list[str], str]:
    """Table, columns and key of a model, quoted."""
    quote, meta = connections["default"].ops.quote_name, model._meta
    columns = [quote(cast(Any, meta.get_field(name)).column) for name in names]
    return quote(meta.db_table), columns, quote(cast(Any, meta.pk).column)
