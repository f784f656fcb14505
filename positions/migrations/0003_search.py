"""What searches compare: the folded words of statements and sources.

SQLite makes a table anew to add a column, and the new table has none of the old one's triggers: they
are installed again at the end.
"""

from collections.abc import Iterable
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from positions.db import engine_for
from positions.folding import folded
from positions.models.base import FoldedText

ROWS_AT_ONCE = 1000
FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "Source": {"folded": ("title", "publisher", "author", "key")},
    "Statement": {"folded": ("exact",), "folded_speaker": ("speaker_label",)},
}


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fold the words of the rows that are there already."""
    for name, fields in FIELDS.items():
        manager = apps.get_model("positions", name)._default_manager
        words = {field for of in fields.values() for field in of}
        batch: list[Any] = []
        rows: Iterable[Any] = manager.only(*words, *fields).order_by().iterator(chunk_size=ROWS_AT_ONCE)
        for row in rows:
            for target, of in fields.items():
                setattr(row, target, folded(" ".join(getattr(row, field) for field in of)))
            batch.append(row)
            if len(batch) == ROWS_AT_ONCE:
                manager.bulk_update(batch, list(fields))
                batch.clear()
        if batch:
            manager.bulk_update(batch, list(fields))


def install_guards_again(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    engine = engine_for(schema_editor.connection.vendor)
    for statement in (*engine.unguard_statements(), *engine.guard_statements()):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("positions", "0002_guards")]
    operations = [
        migrations.AddField("source", "folded", FoldedText(of=FIELDS["Source"]["folded"])),
        migrations.AddField("statement", "folded", FoldedText(of=FIELDS["Statement"]["folded"])),
        migrations.AddField("statement", "folded_speaker", FoldedText(of=FIELDS["Statement"]["folded_speaker"])),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(install_guards_again, install_guards_again),
    ]
