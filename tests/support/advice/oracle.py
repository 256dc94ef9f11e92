"""A second scorer, slow and independent of `app`, for the engine to be held against.

It reads the YAML files as plain dictionaries and follows the prose of the rules: claims are collected with nested
loops, and every number is a fraction. Only the decay of overdue facts is a float, because a power is.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from math import exp, log, sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any

import yaml

Entry = dict[str, Any]
Chosen = dict[str, set[str]]

RULES = Path(__file__).resolve().parents[3] / "rules"
HALF = Fraction(1, 2)
SIGNS = {"pytorch": 1, "tensorflow": -1, "neither": 0}


@dataclass(frozen=True)
class OracleAdvice:
    """What the oracle says. `contributions`: claim id → (framework or `neither`, what it adds to its score)."""

    scores: dict[str, Fraction]
    neutral: Fraction
    weights: dict[str, Fraction]
    criterion_scores: dict[str, dict[str, Fraction]]
    contributions: dict[str, tuple[str, Fraction]]
    set_aside: set[str]
    api_evidence: Fraction
    about_data: set[str]
    variances: dict[str, float]
    required: set[str]
    constraints: list[str]
    cautions: list[str]


@cache
def rule_files(folder: Path) -> Entry:
    """All entries of a folder of rules: collection → id → entry, and the scoring constants. Picks are left out."""
    merged: Entry = {}
    for path in sorted(folder.rglob("*.yaml")):
        for key, value in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).items():
            if isinstance(value, dict):
                merged[key] = value
            elif key != "stack":
                merged.setdefault(key, {}).update({entry["id"]: entry for entry in value})
    return merged


@cache
def exact(number: float) -> Fraction:
    """The decimal that stands in the file: 0.6 is six tenths."""
    return Fraction(str(number))


def holds(condition: Any, chosen: Chosen) -> bool:
    """`always`, or one of the alternatives, in which every question named is answered suitably."""
    if condition == "always":
        return True
    for alternative in condition:
        misses = [q for q, term in alternative.items() if not term_holds(term, chosen.get(q, set()))]
        if not misses:
            return True
    return False


def term_holds(term: Any, options: set[str]) -> bool:
    """A list asks for one of its options; `any`, `all` and `none` say it in words; no answer never suits."""
    if not options:
        return False
    if isinstance(term, list):
        return len(options & set(term)) > 0
    if "any" in term and not options & set(term["any"]):
        return False
    if "all" in term and set(term["all"]) - options:
        return False
    return not ("none" in term and options & set(term["none"]))


def is_counted(rules: Entry, claim: Entry, policy: Entry) -> bool:
    kinds = {rules["sources"][source["id"]]["kind"] for source in claim["sources"]}
    return len(kinds & set(policy["counts"])) > 0


def status_of(rules: Entry, claim: Entry) -> str:
    """The verdict of a run where a program decides, this server's before the shipped one; else what the file says."""
    ran = rules.get("verdicts", {}).get(claim["id"])
    if ran and claim["kind"] in ("capability", "timing"):
        return str(ran["verdict"])
    return str(claim.get("status", "unchecked"))


def with_local_evidence(rules: Entry, verdicts: dict[str, str], faster: dict[str, str]) -> Entry:
    """The rules after a server's runs: claim id → verdict, workload id → the framework that was faster."""
    ran = {id: {"verdict": verdict} for id, verdict in verdicts.items()}
    measured = {
        id: rules["workloads"][id]
        | {"favours": framework, "kind": "opinion", "status": "confirmed", "sources": [{"id": "this-server"}]}
        for id, framework in faster.items()
    }
    return rules | {
        "verdicts": rules.get("verdicts", {}) | ran,
        "claims": rules["claims"] | measured,
    }


def matters(claim: Entry, chosen: Chosen) -> bool:
    if "matters_when" not in claim or not holds(claim["matters_when"], chosen):
        return False
    return "unless" not in claim or not holds(claim["unless"], chosen)


def trust(rules: Entry, claim: Entry, policy: Entry, day: date) -> Fraction:
    """What the policy says of the claim's status.

    Past its review date it halves with each half-life, and so does what nobody has confirmed from its source's date.
    """
    status = status_of(rules, claim)
    share, review_by = exact(policy["trust"][status]), claim.get("review_by")
    if "stale" in policy and review_by is not None and day > review_by:
        share *= Fraction(0.5 ** ((day - review_by).days / policy["stale"]["half_life_days"]))
    if "ageing" in policy and status in policy["ageing"]["statuses"]:
        sources = [rules["sources"][source["id"]] for source in claim["sources"]]
        newest = max(day_of(source["date"]) for source in sources if source["kind"] in policy["counts"])
        share *= Fraction(0.5 ** (max((day - newest).days, 0) / policy["ageing"]["half_life_days"]))
    return share


def day_of(text: str) -> date:
    """A year is taken for its middle."""
    return date(int(text), 7, 1) if len(text) == len("2020") else date.fromisoformat(text)


def points(rules: Entry, chosen: Chosen, criterion: str) -> Fraction:
    """The base weight, and of each question the largest raise among the options chosen."""
    total = exact(rules["criteria"][criterion]["weight"])
    for question in rules["questions"].values():
        taken = [option for option in question["options"] if option["id"] in chosen.get(question["id"], set())]
        total += max([exact(option.get("raises", {}).get(criterion, 0)) for option in taken], default=Fraction(0))
    return total


def side_of(rules: Entry, claim: Entry, policy: Entry) -> str:
    """`pytorch`, `tensorflow` or `neither`; `api` for Keras under a policy that counts it for no framework.

    `neither` as well for a comparison that turned out to be true of both.
    """
    if status_of(rules, claim) in policy.get("level", []):
        return "neither"
    if claim["favours"] == "keras":
        return policy["keras_counts_for"] or "api"
    return str(claim["favours"])


def with_precedents(rules: Entry) -> Entry:
    """The rules with each decision of a project as a claim. `either` and JAX are evidence for neither framework."""
    claims = {
        f"precedent-{id}": {
            "id": f"precedent-{id}",
            "criterion": "precedents",
            "favours": one["choice"] if one["choice"] in ("pytorch", "tensorflow") else "neither",
        }
        for id, one in rules.get("precedents", {}).items()
    }
    return rules | {"claims": rules["claims"] | claims}


def precedents(rules: Entry, chosen: Chosen, policy: Entry, day: date) -> dict[str, Fraction]:
    """What the decisions of projects like this one count: by how alike they are beyond the floor, and how recent.

    Of several decisions of one project the one that counts most is taken.
    """
    counted: dict[str, dict[str, Fraction]] = {}
    terms: Entry = policy.get("precedents", {})
    for id, one in rules.get("precedents", {}).items() if terms else ():
        decided = one["decided"]
        age = (day - date.fromisoformat(decided + ("-15" if len(decided) > len("2020") else "-07-01"))).days
        alike = likenesses(one["answers"], chosen)
        if age >= 0 and len(alike) >= terms["fewest_shared"]:
            floor = exact(terms["floor"])
            beyond = max(sum(alike, Fraction(0)) / len(alike) - floor, Fraction(0)) / (1 - floor)
            amount = exact(terms["amount"]) * Fraction(0.5 ** (age / terms["half_life_days"])) * beyond
            counted.setdefault(one["project"], {})[f"precedent-{id}"] = amount
    strongest = {max(found, key=lambda id: found[id]): max(found.values()) for found in counted.values()}
    return {id: amount for id, amount in strongest.items() if amount > 0}


def likenesses(theirs: Entry, chosen: Chosen) -> list[Fraction]:
    """For each question but the one about code that both answered: the common options among all that either chose."""
    answers = {question: {given} if isinstance(given, str) else set(given) for question, given in theirs.items()}
    both = [question for question in answers if question != "codebase" and chosen.get(question)]
    return [Fraction(len(answers[q] & chosen[q]), len(answers[q] | chosen[q])) for q in both]


def consult(
    raw: dict[str, list[str]],
    policy_id: str,
    day: date,
    verdicts: dict[str, str] | None = None,
    faster: dict[str, str] | None = None,
) -> OracleAdvice:
    """The whole advice of the oracle on valid raw answers, and on what a server has found out."""
    rules = with_local_evidence(rule_files(RULES), verdicts or {}, faster or {})
    chosen = {question: set(options) for question, options in raw.items()}
    policy = rules["policies"][policy_id]
    amounts: dict[str, Fraction] = {}
    for claim in rules["claims"].values():
        if matters(claim, chosen) and is_counted(rules, claim, policy):
            amounts[claim["id"]] = claim["strength"] * trust(rules, claim, policy, day)
    counting = {id: amount for id, amount in amounts.items() if amount > 0}
    sides = {id: side_of(rules, rules["claims"][id], policy) for id in counting}
    of_keras = [id for id in counting if rules["claims"][id]["favours"] == "keras" and sides[id] != "neither"]
    keras = dict.fromkeys(of_keras, "api")
    silent = corroborating(rules, policy, {id: counting[id] for id in keras}, keras)
    standing = standing_constraints(rules, chosen, policy, day)
    rules = with_precedents(rules)
    for id, amount in precedents(rules, chosen, policy, day).items():
        counting[id], sides[id] = amount, str(rules["claims"][id]["favours"])
    scored = score(rules, policy, chosen, {id: a for id, a in counting.items() if sides[id] != "api"}, sides)
    return OracleAdvice(
        **vars(scored),
        set_aside=set(amounts) - set(counting),
        api_evidence=sum((counting[id] for id in keras if id not in silent), Fraction(0)),
        required={constraint["requires"] for constraint in standing},
        constraints=[constraint["id"] for constraint in standing],
        cautions=[caution["id"] for caution in rules["cautions"].values() if holds(caution["when"], chosen)],
    )


@dataclass(frozen=True)
class OracleScore:
    scores: dict[str, Fraction]
    neutral: Fraction
    weights: dict[str, Fraction]
    criterion_scores: dict[str, dict[str, Fraction]]
    contributions: dict[str, tuple[str, Fraction]]
    variances: dict[str, float]
    about_data: set[str]


def score(
    rules: Entry, policy: Entry, chosen: Chosen, amounts: dict[str, Fraction], sides: dict[str, str]
) -> OracleScore:
    """Shares of the evidence, criterion by criterion, weighted; a claim for neither speaks half for each.

    Of the claims of an argument for one side only the strongest speaks, unless the policy lets all of them.
    """
    silent = corroborating(rules, policy, amounts, sides)
    amounts = {id: Fraction(0) if id in silent else amount for id, amount in amounts.items()}
    criterion_of = {id: rules["claims"][id]["criterion"] for id in amounts}
    taking_part = [c["id"] for c in rules["criteria"].values() if c["id"] in criterion_of.values()]
    points_of = {c: points(rules, chosen, c) for c in taking_part}
    all_points = sum(points_of.values())
    neutral_amount = exact(rules["scoring"]["neutral"])
    weights: dict[str, Fraction] = {}
    criterion_scores: dict[str, dict[str, Fraction]] = {}
    contributions: dict[str, tuple[str, Fraction]] = {}
    variances: dict[str, float] = {}
    open_part = Fraction(0) if taking_part else HALF
    for criterion in taking_part:
        weight = points_of[criterion] / all_points
        members = [id for id in amounts if criterion_of[id] == criterion]
        whole = sum((amounts[id] for id in members), 2 * neutral_amount)
        sums = {"pytorch": neutral_amount, "tensorflow": neutral_amount}
        open_part += weight * neutral_amount / whole
        for id in members:
            if sides[id] == "neither":
                sums = {framework: value + amounts[id] * HALF for framework, value in sums.items()}
                contributions[id] = ("neither", weight * amounts[id] * HALF / whole)
                open_part += contributions[id][1]
            else:
                sums[sides[id]] += amounts[id]
                contributions[id] = (sides[id], weight * amounts[id] / whole)
        weights[criterion] = weight
        criterion_scores[criterion] = {framework: value / whole for framework, value in sums.items()}
        apart = (sums["pytorch"] - sums["tensorflow"]) / whole
        pulls = [(SIGNS[sides[id]] - apart) * amounts[id] / whole for id in members]
        variances[criterion] = float(sum(pull**2 for pull in pulls)) * float(rules["scoring"]["evidence_spread"]) ** 2
    scores = {
        f: sum((weights[c] * criterion_scores[c][f] for c in taking_part), Fraction(0)) if taking_part else HALF
        for f in ("pytorch", "tensorflow")
    }
    about_data = {option for id in amounts for option in data_spoken_of(rules["claims"][id], chosen)}
    return OracleScore(scores, open_part, weights, criterion_scores, contributions, variances, about_data)


def data_spoken_of(claim: Entry, chosen: Chosen) -> set[str]:
    """The kinds of data of a project that a claim is about."""
    found: set[str] = set()
    for alternative in claim["matters_when"] if isinstance(claim.get("matters_when"), list) else []:
        if "data_type" in alternative and holds([alternative], chosen):
            term = alternative["data_type"]
            named = set(term if isinstance(term, list) else [*term.get("any", []), *term.get("all", [])])
            found |= chosen["data_type"] & named if named else chosen["data_type"]
    return found


def corroborating(rules: Entry, policy: Entry, amounts: dict[str, Fraction], sides: dict[str, str]) -> set[str]:
    """The claims that a claim of the same argument and side outdoes, or equals and stands before."""
    if policy["restatements"] == "count":
        return set()
    order = list(rules["claims"])
    return {
        id
        for id in amounts
        for rival in amounts
        if rival != id
        and sides[rival] == sides[id]
        and rules["claims"][rival].get("argument", rival) == rules["claims"][id].get("argument", id)
        and (amounts[rival], -order.index(rival)) > (amounts[id], -order.index(id))
    }


def missing_ways(rules: Entry) -> list[Entry]:
    """A constraint for each place that exactly one framework reaches; a claim stands behind the path of the other."""
    found = []
    for place in rules["places"].values():
        leading = [path for path in rules["paths"].values() if path["place"] == place["id"]]
        reached = {path["framework"] for path in leading if path["trodden"] > 0}
        if len(reached) == 1:
            [missing] = [path for path in leading if path["framework"] not in reached]
            entry = {"id": f"no-way-to-{place['id']}", "requires": reached.pop(), "claim": missing["claim"]}
            found.append(entry | {"when": place["when"]})
    return found


def standing_constraints(rules: Entry, chosen: Chosen, policy: Entry, day: date) -> list[Entry]:
    """Those that the answers call up while their claim is trusted enough under the policy."""
    standing = []
    for constraint in [*rules["constraints"].values(), *missing_ways(rules)]:
        claim = rules["claims"][constraint["claim"]]
        needed = rules["scoring"]["constraint_trust"]
        counts = is_counted(rules, claim, policy) and trust(rules, claim, policy, day) >= needed
        if counts and holds(constraint["when"], chosen):
            standing.append(constraint)
    return standing


def share_of_weightings(oracle: OracleAdvice, open_spread: float) -> float:
    """PyTorch's share of the plausible weightings, if what is uncertain came to a normal distribution.

    A factor that is log-normal around 1 has the mean exp(s²/2) and the mean square exp(2 s²).
    """
    scoring = rule_files(RULES)["scoring"]
    s = log(scoring["weight_factor"]) / NormalDist().inv_cdf(0.975)
    mean, square = exp(s**2 / 2), exp(2 * s**2)
    pulls = {c: float(w) * apart(oracle, c) for c, w in oracle.weights.items()}
    noise = sum(float(w) ** 2 * oracle.variances[c] for c, w in oracle.weights.items())
    variance = (square - mean**2) * sum(pull**2 for pull in pulls.values()) + square * noise + open_spread**2
    return NormalDist().cdf(mean * sum(pulls.values()) / sqrt(variance)) if variance else 0.5


def apart(oracle: OracleAdvice, criterion: str) -> float:
    """PyTorch's score on a criterion less TensorFlow's."""
    scores = oracle.criterion_scores[criterion]
    return float(scores["pytorch"] - scores["tensorflow"])


def others_prefer(oracle: OracleAdvice) -> list[float]:
    """By the weighted product and by the distance to the ideal: positive where PyTorch is preferred."""
    product, ahead, behind = 0.0, 0.0, 0.0
    for criterion, weight in oracle.weights.items():
        pytorch, tensorflow = (float(oracle.criterion_scores[criterion][f]) for f in ("pytorch", "tensorflow"))
        product += float(weight) * log(pytorch / tensorflow)
        pull = float(weight) * (pytorch - tensorflow) / sqrt(pytorch**2 + tensorflow**2)
        ahead, behind = ahead + max(pull, 0) ** 2, behind + min(pull, 0) ** 2
    return [product, sqrt(ahead) - sqrt(behind)]


def is_thin(oracle: OracleAdvice) -> bool:
    """Whether fewer than three criteria have weight, or nothing is about the project's data."""
    return sum(weight > 0 for weight in oracle.weights.values()) < 3 or not oracle.about_data


def word_for(share: float, lowered: bool, thin: bool) -> str:
    """Strength: by the share of the plausible weightings, one step less where another method disagrees.

    No more than leaning where too little is known.
    """
    scoring = rule_files(RULES)["scoring"]
    words = ["either", "leaning", "strong"]
    reached: int = (share >= scoring["leaning"]) + (share >= scoring["strong"])
    return words[min(max(reached - lowered, 0), 1 if thin else 2)]
