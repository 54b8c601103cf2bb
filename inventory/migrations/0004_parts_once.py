import django.db.models.functions.text
from django.db import migrations, models

_OLD = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS donor_part_once ON donor_parts (donor_id, (LOWER(part_type)), side)'
_TICKED = (
    'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS donor_part_ticked_once'
    " ON donor_parts (donor_id, (LOWER(part_type)), side) WHERE given_key = ''"
)
_GIVEN = (
    'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS donor_part_given_once'
    " ON donor_parts (donor_id, given_key) WHERE NOT (given_key = '')"
)


class Migration(migrations.Migration):
    # Indexes are built and dropped while people work.
    atomic = False

    dependencies = [
        ('inventory', '0003_parts_of_sheets'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_TICKED, 'DROP INDEX CONCURRENTLY IF EXISTS donor_part_ticked_once'),
                migrations.RunSQL(_GIVEN, 'DROP INDEX CONCURRENTLY IF EXISTS donor_part_given_once'),
                migrations.RunSQL('DROP INDEX CONCURRENTLY IF EXISTS donor_part_once', _OLD),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name='donorpart',
                    constraint=models.UniqueConstraint(models.F('donor'), django.db.models.functions.text.Lower('part_type'), models.F('side'), condition=models.Q(('given_key', '')), name='donor_part_ticked_once'),
                ),
                migrations.AddConstraint(
                    model_name='donorpart',
                    constraint=models.UniqueConstraint(condition=models.Q(('given_key', ''), _negated=True), fields=('donor', 'given_key'), name='donor_part_given_once'),
                ),
                migrations.RemoveConstraint(model_name='donorpart', name='donor_part_once'),
            ],
        ),
    ]
