"""Prices for people: pence as pounds."""

from django import template

register = template.Library()


@register.filter
def pounds(pence: float, style: str = "") -> str:
    """`£1,432.10` from pence; `signed` shows a plus and a real minus."""
    sign = "−" if pence < 0 else "+" if style == "signed" and pence > 0 else ""
    return f"{sign}£{abs(pence) / 100:,.2f}"
