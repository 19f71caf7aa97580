# SPDX-License-Identifier: ISC
"""The words behind a part of the benchmark that is called by itself, and its --help."""
import argparse


def take(doc, **wanted):
    """What is typed for each, in order, or what it is else; a list takes all that are left. `doc` is shown as help."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in wanted.items():
        many = isinstance(usual, list)
        shown = " ".join(map(str, usual)) if many else usual
        parser.add_argument(name, nargs="*" if many else "?", metavar=name.upper(), default=usual,
                            type=type(usual[0] if many else usual), help=f"unless given: {shown}")
    return parser.parse_args()
