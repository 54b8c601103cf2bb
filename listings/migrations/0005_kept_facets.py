import django.contrib.postgres.indexes
from django.db import migrations, models

from listings import facet_sql


class Migration(migrations.Migration):

    dependencies = [
        ('listings', '0004_catalog_desk'),
    ]

    operations = [
        migrations.CreateModel(
            name='CatalogWord',
            fields=[
                ('word', models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'listing_words',
                'indexes': [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass('word', name='gin_trgm_ops'),
                        name='idx_listing_words_close',
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='FacetCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('team_id', models.UUIDField(null=True)),
                ('facet', models.CharField(max_length=20)),
                ('value', models.TextField()),
                ('number', models.BigIntegerField()),
            ],
            options={
                'db_table': 'listing_facet_counts',
            },
        ),
        migrations.RunSQL(facet_sql.TRIGGERS, facet_sql.TRIGGERS_REVERSE),
    ]
