from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0002_donor_cars'),
    ]

    operations = [
        migrations.AddField(
            model_name='donorpart',
            name='given_key',
            field=models.CharField(blank=True, db_default='', default='', max_length=160),
        ),
    ]
