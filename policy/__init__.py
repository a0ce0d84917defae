"""Who may do what, under which article: the rules, the rule books and the one decision function.

Pure: no database, no web. Casbin decides every point when the rules are loaded, see `policy.engine`.
"""

from policy.engine import Question, Verdict, decide, explain, strictest

__all__ = ["Question", "Verdict", "decide", "explain", "strictest"]
