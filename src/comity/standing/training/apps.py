"""Training as Django sees it."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """App label `training`; every table starts with `training_`."""

    name = "comity.standing.training"
    label = "training"
