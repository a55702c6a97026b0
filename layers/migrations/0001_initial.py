"""The registry."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.CharField(max_length=48, primary_key=True, serialize=False)),
                ('title', models.JSONField(help_text='Name by language')),
            ],
        ),
        migrations.CreateModel(
            name='Layer',
            fields=[
                ('id', models.CharField(max_length=48, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('vector', 'Vector'), ('raster', 'Raster')], max_length=6)),
                ('definition', models.JSONField()),
                ('position', models.PositiveIntegerField(default=0, help_text='Place in lists')),
                ('revision', models.BigIntegerField(default=0)),
                ('feature_count', models.BigIntegerField(default=0)),
                ('extent', django.contrib.gis.db.models.fields.PolygonField(blank=True, null=True, spatial_index=False, srid=4326)),
                ('path', models.TextField(blank=True, help_text='Raster: the file of the current revision')),
                ('updated_at', models.DateTimeField(blank=True, help_text='When the data last changed', null=True)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='layers', to='layers.department')),
            ],
            options={
                'ordering': ('position', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Load',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.TextField()),
                ('state', models.CharField(choices=[('awaiting_approval', 'Awaiting Approval'), ('published', 'Published'), ('rejected', 'Rejected'), ('superseded', 'Superseded')], max_length=20)),
                ('report', models.JSONField(help_text='The load report without diff, load and state')),
                ('diff', models.JSONField(default=dict)),
                ('columns', models.JSONField(default=list, help_text='Fields that the file feeds')),
                ('key', models.JSONField(default=list, help_text='Fields by which rows are matched to features')),
                ('actor', models.TextField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('decided_by', models.TextField(blank=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('layer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='loads', to='layers.layer')),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='QuarantinedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(help_text='As a person counts in the file, from 1')),
                ('values', models.JSONField()),
                ('issues', models.JSONField()),
                ('load', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quarantine', to='layers.load')),
            ],
            options={
                'ordering': ('load', 'row'),
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.BigIntegerField()),
                ('at', models.DateTimeField(help_text='In the order of the revisions')),
                ('actor', models.TextField(help_text="The product's user, else the database's")),
                ('reason', models.TextField(blank=True)),
                ('added', models.BigIntegerField(default=0)),
                ('changed', models.BigIntegerField(default=0)),
                ('removed', models.BigIntegerField(default=0)),
                ('envelope', django.contrib.gis.db.models.fields.GeometryField(blank=True, null=True, spatial_index=False, srid=4326)),
                ('layer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='layers.layer')),
                ('load', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='layers.load')),
            ],
            options={
                'ordering': ('layer', '-revision'),
                'constraints': [models.UniqueConstraint(fields=('layer', 'revision'), name='one_row_a_revision')],
            },
        ),
    ]
