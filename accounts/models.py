"""Users (H3 replaces this)."""
from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    pass
