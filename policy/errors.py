"""What can be wrong with the data that policy is made of."""

from kernel.errors import ZhunshengError


class RuleBookError(ZhunshengError):
    """A rule book, a tenant's override or the table of rules contradicts itself.

    `file` is the name of the file (empty for an override), `line` counts from 1 (0: no single line).
    """

    status = 422
    default_message = "规则不能使用。"

    def __init__(self, problem: str, *, file: str = "", line: int = 0) -> None:
        self.file = file
        self.line = line
        self.problem = problem
        place = f"{file} 第 {line} 行：" if file and line else f"{file}：" if file else ""
        super().__init__(f"{place}{problem}", detail={"file": file, "line": line})


class UnknownTerm(ValueError):
    """A question used a word outside `policy.vocabulary`: a mistake in the calling code, never of a user."""
