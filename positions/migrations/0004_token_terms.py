"""Names and scopes of API tokens: those made before could write wherever their user may, and still can."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import positions.validators

TOKEN_NAMESPACE = uuid.UUID("5b0f4a3e-6c0a-4b7e-9d0e-3f2f1f0f7c11")


def keep_terms(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Terms for every token that is there, named as the log has it."""
    made = apps.get_model("positions", "Event")._default_manager.filter(action="token_created")
    entries = made.values_list("after", flat=True).order_by()
    names = {entry["token"]: entry.get("name", "") for entry in entries if entry and "token" in entry}
    terms = apps.get_model("positions", "TokenTerms")
    for digest in apps.get_model("knox", "AuthToken")._default_manager.values_list("digest", flat=True):
        name = names.get(str(uuid.uuid5(TOKEN_NAMESPACE, digest)), "")
        terms._default_manager.create(token_id=digest, name=name[:100], scope="write")


class Migration(migrations.Migration):

    dependencies = [
        ('knox', '0009_extend_authtoken_field'),
        ('positions', '0003_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='TokenTerms',
            fields=[
                ('token', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='terms', serialize=False, to='knox.authtoken')),
                ('name', models.CharField(blank=True, max_length=100, validators=[positions.validators.validate_plain_text])),
                ('scope', models.CharField(choices=[('read', 'Read only'), ('write', 'Read and write')], default='read', max_length=5)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'token terms',
                'constraints': [models.CheckConstraint(condition=models.Q(('scope__in', ['read', 'write'])), name='token_scope_known')],
            },
        ),
        migrations.RunPython(keep_terms, migrations.RunPython.noop),
    ]

