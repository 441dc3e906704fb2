"""A plan's folder → a checked plan, or every fault of it at once.

``read_plan`` gives the rows (:class:`~services.tasks.domain.planrows.PlanFiles`), ``read_edition``
the edition that the loader applies. Reading the folder is the only I/O here.
"""

from services.tasks.planfiles.edition import read_edition
from services.tasks.planfiles.faults import Fault, PlanFaultsError, sentence
from services.tasks.planfiles.folder import read_plan

__all__ = ["Fault", "PlanFaultsError", "read_edition", "read_plan", "sentence"]
