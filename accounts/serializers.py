"""The shape of input and output of the sign-in API."""

from rest_framework import serializers

from accounts.strict import CleanCharField, StrictSerializer


class TokenRequestSerializer(StrictSerializer):
    username = CleanCharField(max_length=150)
    # Not cleaned, not trimmed: a password is compared as it was typed.
    password = serializers.CharField(max_length=200, trim_whitespace=False, write_only=True)
    code = CleanCharField(max_length=20, required=False, allow_blank=True, default="")


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class CodeRequestSerializer(StrictSerializer):
    phone = CleanCharField(max_length=40)


class CodeSentSerializer(serializers.Serializer):
    expires_at = serializers.DateTimeField()


class CodeVerifySerializer(StrictSerializer):
    phone = CleanCharField(max_length=40)
    code = CleanCharField(max_length=12)


class MeSerializer(serializers.Serializer):
    username = serializers.CharField()
    display_name = serializers.CharField()
    language = serializers.CharField()
    signs_in_by_password = serializers.BooleanField()
    admin_role = serializers.CharField(allow_null=True)


class ConsentTextSerializer(serializers.Serializer):
    kind = serializers.CharField()
    version = serializers.CharField()
    body = serializers.CharField()


class ConsentTextsSerializer(serializers.Serializer):
    version = serializers.CharField()
    texts = ConsentTextSerializer(many=True)


class ChallengeSerializer(serializers.Serializer):
    parameters = serializers.DictField()
    signature = serializers.CharField()
