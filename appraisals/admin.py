"""The number of votes an appraisal needs, for administrators. Reports are not administered here."""

from typing import ClassVar

from django.contrib import admin
from unfold.admin import ModelAdmin

from appraisals.models import AppraisalRule


@admin.register(AppraisalRule)
class AppraisalRuleAdmin(ModelAdmin):
    list_display: ClassVar = ["valid_from", "minimum"]
