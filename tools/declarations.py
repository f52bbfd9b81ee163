"""The public declarations of a C++ header, as far as the layout that clang-format gives them tells."""

import re


def code_of(line):
    """A line without its strings and comments."""
    line = re.sub(r'"(?:\\.|[^"\\])*"', '""', line)
    return re.sub(r"'(?:\\.|[^'\\])'", "' '", line).split("//")[0]


class Declaration:
    def __init__(self, line, text, documented, scope):
        self.line = line              # counted from 1
        self.text = text              # its code, in one line
        self.documented = documented  # by a /// of its own, or of the first one in a run without blank lines
        self.scope = scope            # (kind, access, name) of each scope around it

    def is_public(self):
        return all(access == "public" for _, access, _ in self.scope)

    def kind(self):
        """class, enum, function, variable; or None for what needs no sentence of its own: what is declared again or
        says it elsewhere (an override), what the language has (constructors, operators), a member variable or an
        alias, which the sentence of its class is about, and a function that is all there to be read in one line."""
        text = self.text
        around, _, name = self.scope[-1] if self.scope else ("", "", "")
        if re.match(r"(using\b|namespace|extern|friend|static_assert|class \w+( : \w+)?;|struct \w+;|enum class \w+[^{]*;)",
                    text) or around.startswith("enum") or re.match(r"[A-Z_]+\(", text):
            return None
        if re.match(r"(template <.*?> )?(class|struct|union)\b", text):
            return "class"
        if text.startswith("enum"):
            return "enum"
        head = text.split("{")[0]
        if re.search(r"\boverride\b|= delete|= default|\boperator\b", text):
            return None
        if name and re.match(r"(explicit |constexpr |consteval |virtual )*~?" + re.escape(name) + r"\(", head):
            return None
        if re.search(r"\b[A-Za-z_]\w*\(", re.sub(r"(PT_)?GUARDED_BY\(\w+\)", "", head).split(" = ")[0]):
            short = re.search(r"\{[^{}]*\}$", text) and len(text) < 110 and text.count(";") <= 1
            return None if short else "function"
        return None if around in ("class", "struct", "union") else "variable"


def declarations(text):
    lines, scope, found = text.split("\n"), [], []
    number, documented, run = 0, False, False
    while number < len(lines):
        line = lines[number].strip()
        code = code_of(line).strip()
        if not code or line.startswith("#"):
            if not line:
                documented = run = False
            elif line.startswith("///"):
                documented = True
            while line.startswith("#") and lines[number].endswith("\\"):
                number += 1
            number += 1
            continue
        if found_access := re.match(r"(public|private|protected):$", code):
            scope[-1] = (scope[-1][0], found_access[1], scope[-1][2])
            number += 1
            continue
        if code.startswith("}"):
            if scope:
                scope.pop()
            documented = run = False
            number += 1
            continue
        begin, whole, depth, opened = number, "", 0, None
        while number < len(lines):
            part = code_of(lines[number]).strip()
            documented = documented or "///<" in lines[number]
            whole = (whole + " " + part).strip()
            depth += part.count("{") - part.count("}")
            number += 1
            if whole.count("(") != whole.count(")"):
                continue
            if depth == 0 and part.endswith((";", "}")):
                break
            opened = re.match(r"(?:template <.*?> )?(?:inline )?(namespace|class|struct|union|enum class|enum|extern)\b"
                              r"(?: (?:SCOPED_)?CAPABILITY(?:\([^)]*\))?| \[\[\w+\]\])? ?([\w:]*)", whole)
            if depth > 0 and opened and part.endswith("{"):
                break
            opened = None
        run = run or documented
        found.append(Declaration(begin + 1, whole, run, list(scope)))
        documented = False
        if opened and depth > 0:
            scope.append((opened[1], "private" if opened[1] == "class" else "public", opened[2]))
            run = False
    return found
