"""A discourse network, as outsiders get it in JSON."""

from __future__ import annotations

from rest_framework import serializers

from positions.api.serializers.fields import MethodField, Payload


class NetworkSerializer(Payload):
    """A matrix of ties: ``matrix[i][j]`` is that of ``rows[i]`` to ``columns[j]``, all in the order of the labels."""

    rows = serializers.ListField(child=serializers.CharField(), help_text="Names of parties.")
    columns = serializers.ListField(
        child=serializers.CharField(), help_text="Names of parties in one mode, titles of issues in two."
    )
    matrix = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))
    row_slugs = serializers.ListField(child=serializers.CharField())
    column_slugs = serializers.ListField(child=serializers.CharField())
    row_statements = serializers.ListField(
        child=serializers.IntegerField(), help_text="Statements counted, after duplicates."
    )
    column_statements = serializers.ListField(child=serializers.IntegerField())
    method = MethodField()
