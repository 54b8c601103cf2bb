import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Indexes of a big table are built and dropped while people work.
    atomic = False

    dependencies = [
        ('listings', '0007_import_presets'),
    ]

    operations = [
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
