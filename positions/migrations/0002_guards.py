"""Triggers that keep the log append-only and the record unchanged, on both engines."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from positions.db import engine_for


def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in engine_for(schema_editor.connection.vendor).guard_statements():
        schema_editor.execute(statement, params=None)


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in engine_for(schema_editor.connection.vendor).unguard_statements():
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("positions", "0001_record")]
    operations = [migrations.RunPython(install, remove)]
