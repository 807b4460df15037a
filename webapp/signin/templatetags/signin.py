"""For the pages of signing in."""

from django import template

from signin.devices import device_name

register = template.Library()
register.filter("device", device_name)
