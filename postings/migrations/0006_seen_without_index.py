import django.db.models.deletion
from django.db import migrations, models


def leave_room(apps, schema_editor):
    """Half of each page: all of its rows are written again by one run, where they are.

    For that PostgreSQL needs room for both versions. What is stored already moves to
    such pages as it is seen.
    """
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE postings_sourcekey SET (fillfactor = 45)")


def take_it_back(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE postings_sourcekey RESET (fillfactor)")


class Migration(migrations.Migration):

    dependencies = [
        ('postings', '0005_web'),
    ]

    operations = [
        migrations.AlterField(
            model_name='sourcekey',
            name='last_run',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='postings.importrun'),
        ),
        migrations.RunPython(leave_room, take_it_back),
    ]
