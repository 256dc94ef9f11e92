"""What may be asked to be run here, and the job that a request becomes."""

from dataclasses import dataclass

from app.errors import FieldProblem, InvalidFields, UnknownEntry, shortened
from app.runs.catalogue import Catalogue, Probe
from app.runs.inspection import Inspection, why_no_device
from app.runs.measuring.jobs import Job, Questions, Survey
from app.runs.models import EVERYTHING, RunRequest


@dataclass
class Requests:
    """The catalogue, what this machine can do, and what the rules ask of the probes."""

    catalogue: Catalogue
    inspection: Inspection
    questions: Questions

    def probe(self, id: str) -> Probe:
        """Raises UnknownEntry when there is none."""
        try:
            return self.catalogue.probes[id]
        except KeyError:
            detail = f"There is no probe {shortened(id)!r}."
            raise UnknownEntry(detail, [FieldProblem("id", "there is no such probe")]) from None

    def kind(self, probe: str) -> str:
        """What a run of a probe is: `capability`, `timing`, `everything`, or `unknown` when there is no such probe."""
        known = self.catalogue.probes.get(probe)
        return known.kind if known else EVERYTHING if probe == EVERYTHING else "unknown"

    @property
    def slow_probes(self) -> frozenset[str]:
        """The probes that a quick run of everything leaves out."""
        return frozenset(probe.id for probe in self.catalogue.probes.values() if not probe.is_fast)

    async def check(self, request: RunRequest) -> None:
        """Raises InvalidFields, naming each field of a request that does not fit."""
        if request.probe == EVERYTHING:
            problems = _unfit_for_everything(request, self.questions)
        elif request.probe in self.catalogue.probes:
            problems = _unfit(self.catalogue.probes[request.probe], request)
        else:
            known = (*self.catalogue.probes, EVERYTHING)
            raise InvalidFields([FieldProblem("probe", "there is no such probe", known)])
        if not problems and request.device != "cpu":
            reason = why_no_device(request.device, await self.inspection.frameworks())
            problems = [FieldProblem("device", reason, ("cpu",))] if reason else []
        if problems:
            raise InvalidFields(problems)

    def job(self, request: RunRequest, seed: int) -> Job | Survey:
        """A request that `check` has passed, ready to be executed."""
        if request.probe == EVERYTHING:
            return Survey.of(self.catalogue, request, seed, self.questions.limited_to(request.claims))
        return Job.of(self.catalogue.probes[request.probe], request, seed, self.questions)


def _unfit(probe: Probe, request: RunRequest) -> list[FieldProblem]:
    problems = []
    if request.device not in probe.devices:
        problems.append(FieldProblem("device", f"{probe.id} does not run on {request.device}", probe.devices))
    if request.mode not in probe.modes:
        problems.append(FieldProblem("mode", f"{probe.id} has no mode {request.mode}", probe.modes))
    if request.claims:
        problems.append(FieldProblem("claims", "can be chosen for everything only"))
    return problems


def _unfit_for_everything(request: RunRequest, questions: Questions) -> list[FieldProblem]:
    problems = []
    unknown = sorted(set(request.claims) - {claim.id for claim in questions.claims if claim.probe})
    if unknown:
        problems.append(FieldProblem("claims", f"no probe checks a claim {shortened(unknown[0])!r}"))
    if request.device != "cpu":
        problems.append(FieldProblem("device", "everything runs on the CPU", ("cpu",)))
    if request.mode != "ordinary":
        problems.append(FieldProblem("mode", "everything runs in each framework's ordinary way", ("ordinary",)))
    if request.control is not None:
        problems.append(FieldProblem("control", "everything has no control"))
    return problems
