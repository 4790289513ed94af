"""Writes src/testing/golden/templates.json: what Jinja2 makes of CASES, in the environment of transformers.

    python3 scripts/templates/golden.py

Needs jinja2 3.1. The environment is that of transformers' chat_template_utils.py.
"""
import json
from pathlib import Path

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from cases import CASES, VARIABLES


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_support"), [], [], body).set_lineno(line)

    def _support(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def strftime_now(pattern):
    from datetime import datetime
    return datetime(2026, 2, 3, 4, 5, 6).strftime(pattern)


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = strftime_now
    return env


DATES = "%a %A %b %B %c %d %D %e %F %H %I %j %m %M %n %p %R %S %T %u %U %w %W %x %X %y %Y %% %-d %-m %_d %^a"


def main():
    groups = []
    count = errors = 0
    cases = {**CASES, "dates": ["{{ strftime_now('" + p + "') }}" for p in DATES.split(" ")]}
    for name, templates in cases.items():
        rows = []
        for template in templates:
            count += 1
            try:
                rows.append([template, environment().from_string(template).render(**VARIABLES)])
            except Exception as error:  # noqa: BLE001: any error is the expected outcome
                errors += 1
                rows.append([template, None, str(error) or type(error).__name__])
        groups.append({"name": name, "cases": rows})
    out = {"jinja2": jinja2.__version__, "variables": VARIABLES, "groups": groups}
    path = Path(__file__).parents[2] / "src/testing/golden/templates.json"
    path.write_text(json.dumps(out, ensure_ascii=True, indent=1) + "\n")
    print(f"{count} templates, {errors} of them errors")


main()
