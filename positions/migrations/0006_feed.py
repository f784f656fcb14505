"""The order in which events are committed, and the trigger that keeps it; events of before get their places by id."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from positions.db import engine_for


def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in engine_for(schema_editor.connection.vendor).feed_statements():
        schema_editor.execute(statement, params=None)


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in engine_for(schema_editor.connection.vendor).unfeed_statements():
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("positions", "0005_idempotency_keys")]
    operations = [
        migrations.CreateModel(
            name="EventPlace",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="feed_place",
                        serialize=False,
                        to="positions.event",
                    ),
                ),
                ("place", models.BigIntegerField(null=True, unique=True)),
                ("token", models.UUIDField(unique=True)),
            ],
            options={"ordering": ["place"]},
        ),
        migrations.RunPython(install, remove),
    ]
