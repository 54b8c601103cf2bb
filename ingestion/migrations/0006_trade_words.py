import django.db.models.functions.text
import realtrack.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingestion', '0005_parts_as_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='TradeWord',
            fields=[
                ('id', models.UUIDField(default=realtrack.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('brand', 'brand'), ('part_type', 'part type')], max_length=12)),
                ('name', models.CharField(max_length=80)),
                ('spellings', models.TextField(blank=True, default='', help_text='Other ways to write it, one a line')),
                ('detail', models.CharField(blank=True, default='', max_length=20)),
                ('is_used', models.BooleanField(default=True)),
            ],
            options={
                'db_table': 'trade_words',
                'ordering': ['kind', 'name'],
                'constraints': [models.UniqueConstraint(models.F('kind'), django.db.models.functions.text.Lower('name'), name='trade_word_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['brand', 'part_type'])), name='trade_word_kind_known'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='trade_word_named')],
            },
        ),
    ]
