import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models, transaction

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
    # Indexes of a big table are built and dropped while people work.
    atomic = False

    dependencies = [
        ('listings', '0005_kept_facets'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name='listingsearch',
            index=models.Index(django.db.models.functions.text.Upper('brand'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('listing'), descending=True), condition=models.Q(('is_live', True)), name='idx_search_brand_newest'),
        ),
        AddIndexConcurrently(
            model_name='listingsearch',
            index=models.Index(django.db.models.functions.text.Upper('part_type'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('listing'), descending=True), condition=models.Q(('is_live', True)), name='idx_search_type_newest'),
        ),
        RemoveIndexConcurrently(model_name='listingsearch', name='idx_search_brand'),
        RemoveIndexConcurrently(model_name='listingsearch', name='idx_search_words'),
    ]
