"""Every order has an account or was written by hand: checked while people work."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_orders_by_hand_once'),
    ]

    operations = [
        ValidateConstraint(model_name='order', name='order_account_unless_manual'),
    ]
