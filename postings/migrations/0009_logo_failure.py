from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def keep_what_was_said(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Of failures from before there was `failed`, only the English is known."""
    logos = apps.get_model("postings", "Logo").objects
    rows = logos.filter(failed={}).exclude(failure="").only("failure")
    for row in rows.iterator():
        code, _colon, message = row.failure.partition(": ")
        logos.filter(pk=row.pk).update(failed={"code": code, "message": message})


class Migration(migrations.Migration):
    dependencies = [("postings", "0008_logo_failed")]

    operations = [
        migrations.RunPython(keep_what_was_said, migrations.RunPython.noop),
        migrations.RemoveField("logo", "failure"),
        migrations.RenameField("logo", "failed", "failure"),
        migrations.AlterField(
            "logo",
            "failure",
            models.JSONField(blank=True, default=dict, verbose_name="last failure"),
        ),
    ]
