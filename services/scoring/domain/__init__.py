"""Pure rules of scoring: facts and a day in, a status with its reason out.

The facts are the published dataclasses of :mod:`shared.events.tasks`; they are what scoring keeps.
"""
