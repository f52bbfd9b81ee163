#!/usr/bin/env bash
# langcodes, the library by which Ralph judges language tags, also brings tags into a standard form.
# Expected: the form means the same in RFC 5646, so it can serve as the key of a language map.
# What happens: i-default becomes a private use of English, i-enochian one of an unknown language, and the
# variants of sl-rozaj-biske-1994 are sorted by the alphabet against the prefixes that the registry names.
# tag_is_valid takes "root" and "en_US" as well, which RFC 5646 does not know.
# Seen with langcodes 3.5.1. Compare tags without regard to case, and store them as they were sent.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q langcodes==3.5.1

want='i-default True en-x-i-default
i-enochian True und-x-i-enochian
sl-rozaj-biske-1994 True sl-1994-biske-rozaj
root True und
en_US True en-US'
got=$("$dir/venv/bin/python" - <<'PY'
import langcodes
for tag in ("i-default", "i-enochian", "sl-rozaj-biske-1994", "root", "en_US"):
    print(tag, langcodes.tag_is_valid(tag), langcodes.standardize_tag(tag))
PY
)
printf '%s\n' "$got"
[ "$got" = "$want" ] || { printf 'changed; it was:\n%s\n' "$want"; exit 1; }
