import realtrack.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('settings_app', '0003_session_last_use'),
    ]

    operations = [
        migrations.CreateModel(
            name='MarketLookup',
            fields=[
                ('id', models.UUIDField(default=realtrack.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=30)),
                ('part_number', models.CharField(max_length=100)),
                ('currency', models.CharField(default='USD', max_length=3)),
                ('offers', models.JSONField(default=list)),
                ('asked_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'market_lookups',
                'ordering': ['part_number', 'provider'],
                'constraints': [models.UniqueConstraint(fields=('part_number', 'provider', 'currency'), name='uniq_market_lookup')],
            },
        ),
    ]
