from django.db import migrations, transaction

from listings import facet_sql


def fill(apps, schema_editor):
    """Count what is there, from one snapshot; the triggers count whatever is written meanwhile."""
    connection = schema_editor.connection
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if not connection.savepoint_ids:  # as the first of its transaction
            cursor.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
        for statement in facet_sql.RECOUNT:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute(facet_sql.words_of('SELECT words FROM listing_search'))


class Migration(migrations.Migration):
    # One snapshot into a table that is new; nobody waits for it.
    atomic = False

    dependencies = [
        ('listings', '0005_kept_facets'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
