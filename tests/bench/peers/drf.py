"""The same list as it is usually written with Django REST framework: a model serializer over the ORM."""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings

_URL = urlsplit(os.environ["BENCH_URL"])
settings.configure(
    SECRET_KEY="for the bench",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": _URL.hostname,
            "PORT": _URL.port,
            "USER": unquote(_URL.username or ""),
            "PASSWORD": unquote(_URL.password or ""),
            "NAME": _URL.path.lstrip("/"),
            "CONN_MAX_AGE": None,
        }
    },
    REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"], "UNAUTHENTICATED_USER": None,
                    "DEFAULT_AUTHENTICATION_CLASSES": []},
    USE_TZ=True,
)  # fmt: skip
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import generics, serializers  # noqa: E402
from rest_framework.response import Response  # noqa: E402

FIELDS = os.environ["BENCH_COLUMNS"].split(", ")


class Matter(models.Model):
    id = models.UUIDField(primary_key=True)
    city_id = models.UUIDField()
    number = models.TextField(null=True)
    title = models.TextField()
    supervised_id = models.UUIDField()
    relation = models.TextField()
    organ_id = models.UUIDField()
    state = models.TextField()
    stage = models.TextField()
    mode = models.TextField()
    next_due_on = models.DateField(null=True)
    handler_names = models.TextField()
    source = models.TextField()
    opened_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    year = models.IntegerField(null=True)
    seq = models.IntegerField(null=True)
    live = models.BooleanField()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "matter"


class MatterSerializer(serializers.ModelSerializer):
    class Meta:
        model = Matter
        fields = FIELDS


class MatterList(generics.GenericAPIView):
    serializer_class = MatterSerializer

    def get(self, request):
        rows = Matter.objects.filter(
            city_id=os.environ["BENCH_CITY"], organ_id=os.environ["BENCH_ORGAN"], live=True
        ).order_by("next_due_on", "id")[:51]
        found = list(rows)
        return Response({"items": self.get_serializer(found[:50], many=True).data, "more": len(found) > 50})


urlpatterns = [path("matters", MatterList.as_view())]
app = get_wsgi_application()
