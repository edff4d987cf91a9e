"""Demo agreements: our own words after public texts, entered through the ordinary commands."""

from comity.standing.agreements.demo.load import DemoAgreement, list_demo, load_demo

__all__ = ["DemoAgreement", "list_demo", "load_demo"]
