"""Orders that somebody writes here: no account, a number of our own, tax by line."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('channels_app', '0002_elsewhere_and_drift'),
        ('orders', '0002_shipment_told'),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE IF NOT EXISTS orders_by_hand_seq START 1001",
            "DROP SEQUENCE IF EXISTS orders_by_hand_seq",
        ),
        migrations.AlterField(
            model_name='order',
            name='channel',
            field=models.CharField(choices=[('ebay', 'eBay'), ('shopify', 'Shopify'), ('amazon', 'Amazon'), ('walmart', 'Walmart'), ('manual', 'By hand')], max_length=30),
        ),
        # By hand: Django would make the foreign key anew, which reads the table under a lock.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE orders ALTER COLUMN connection_id DROP NOT NULL",
                    "ALTER TABLE orders ALTER COLUMN connection_id SET NOT NULL",
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='order',
                    name='connection',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sales_orders', to='channels_app.channelconnection'),
                ),
            ],
        ),
        migrations.AddField(
            model_name='order',
            name='idempotency_key',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
        migrations.AddField(
            model_name='order',
            name='request_digest',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
        migrations.AddField(
            model_name='order',
            name='payment_method',
            field=models.CharField(blank=True, choices=[('cash', 'Cash'), ('card', 'Card'), ('check', 'Check'), ('transfer', 'Bank transfer'), ('account', 'On account'), ('other', 'Other')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='order',
            name='created_by',
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='order',
            name='tax_rate',
            field=models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True),
        ),
        migrations.AddField(
            model_name='order',
            name='prices_include_tax',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='orderitem',
            name='tax_rate',
            field=models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True),
        ),
        AddConstraintNotValid(
            model_name='order',
            constraint=models.CheckConstraint(condition=Q(connection__isnull=False) | Q(channel='manual'), name='order_account_unless_manual'),
        ),
    ]
