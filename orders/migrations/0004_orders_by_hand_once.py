"""A number and a request of an order by hand exist once; built while people work."""

from django.db import migrations, models
from django.db.models import Q


def _once(name: str, columns: str, condition: str) -> list[migrations.RunSQL]:
    """The index, built without a long lock; an attempt that failed leaves no trace."""
    return [
        migrations.RunSQL(
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON orders ({columns}) WHERE {condition}",
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        ),
    ]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('orders', '0003_orders_by_hand'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                *_once("uniq_order_by_hand", "external_order_id", "connection_id IS NULL"),
                *_once("uniq_order_idempotency", "idempotency_key", "NOT idempotency_key = ''"),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name='order',
                    constraint=models.UniqueConstraint(condition=Q(connection__isnull=True), fields=('external_order_id',), name='uniq_order_by_hand'),
                ),
                migrations.AddConstraint(
                    model_name='order',
                    constraint=models.UniqueConstraint(condition=~Q(idempotency_key=''), fields=('idempotency_key',), name='uniq_order_idempotency'),
                ),
            ],
        ),
    ]
