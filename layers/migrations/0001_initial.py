"""The registry."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
            name='Situation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField()),
                ('opened_at', models.DateTimeField(auto_now_add=True)),
                ('opened_by', models.TextField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('closed_by', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('actor', models.TextField()),
                ('action', models.CharField(max_length=32)),
                ('layer', models.CharField(blank=True, max_length=48)),
                ('subject', models.TextField(blank=True, help_text='Load, feature, user, key, …')),
                ('detail', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['layer', '-id'], name='layers_audi_layer_8da1ca_idx'), models.Index(fields=['actor', '-id'], name='layers_audi_actor_8ddc96_idx')],
            },
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
                ('confirmed_at', models.DateTimeField(blank=True, help_text='When a delivery was last published, changed or not', null=True)),
                ('is_sample', models.BooleanField(default=False, help_text='Shows the sample data')),
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
                ('state', models.CharField(choices=[('awaiting_approval', 'Awaiting Approval'), ('scheduled', 'Scheduled'), ('published', 'Published'), ('rejected', 'Rejected'), ('superseded', 'Superseded')], max_length=20)),
                ('report', models.JSONField(help_text='The load report without diff, load and state')),
                ('diff', models.JSONField(default=dict)),
                ('columns', models.JSONField(default=list, help_text='Fields that the file feeds')),
                ('key', models.JSONField(default=list, help_text='Fields by which rows are matched to features')),
                ('actor', models.TextField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('decided_by', models.TextField(blank=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('base_revision', models.BigIntegerField(default=0, help_text="The layer's revision that the diff compares with")),
                ('pairing', models.CharField(blank=True, help_text='Fingerprint of which row meets which feature', max_length=32)),
                ('publish_at', models.DateTimeField(blank=True, help_text='Approved for this moment', null=True)),
                ('layer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='loads', to='layers.layer')),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('viewer', 'Viewer'), ('editor', 'Editor'), ('approver', 'Approver'), ('headquarters', 'Headquarters'), ('administrator', 'Administrator')], max_length=16)),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='layers.department')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='membership', to=settings.AUTH_USER_MODEL)),
            ],
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
                ('definition', models.JSONField(help_text='The new definition, where this revision changed it', null=True)),
                ('layer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='layers.layer')),
                ('load', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='layers.load')),
            ],
            options={
                'ordering': ('layer', '-revision'),
                'constraints': [models.UniqueConstraint(fields=('layer', 'revision'), name='one_row_a_revision')],
            },
        ),
        migrations.CreateModel(
            name='Elevation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('granted_by', models.TextField()),
                ('granted_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='elevations', to=settings.AUTH_USER_MODEL)),
                ('situation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='elevations', to='layers.situation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('situation', 'user'), name='one_elevation_a_user')],
            },
        ),
    ]
