from django.db import migrations


def name_organizations(apps, schema_editor):
    Organization = apps.get_model("postings", "Organization")
    OrganizationKey = apps.get_model("postings", "OrganizationKey")
    OrganizationKey.objects.bulk_create(
        (
            OrganizationKey(kind="name", value=row.folded_name, organization=row)
            for row in Organization.objects.only("folded_name").iterator()
        ),
        batch_size=500,
    )


def complete_records(apps, schema_editor):
    ImportRecord = apps.get_model("postings", "ImportRecord")
    for row in ImportRecord.objects.iterator(chunk_size=500):
        row.codes = sorted({problem["code"] for problem in row.problems})
        if row.replaced_node is not None:
            row.replaced_node = {"data": row.replaced_node}
        row.save(update_fields=("codes", "replaced_node"))


class Migration(migrations.Migration):

    dependencies = [
        ('postings', '0003_ledger'),
    ]

    operations = [
        migrations.RunPython(name_organizations, migrations.RunPython.noop),
        migrations.RunPython(complete_records, migrations.RunPython.noop),
    ]
