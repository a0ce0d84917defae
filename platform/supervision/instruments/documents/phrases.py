"""Sentences and blocks that several kinds of document share, each with the article it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from supervision.instruments.documents.models import (
    Due,
    Finding,
    Outcome,
    Preceding,
    RemedySearch,
)
from supervision.instruments.documents.sheet import (
    Block,
    Run,
    listed,
    sentence,
    subheading,
    text,
)


def matter_number(number: str) -> str:
    """Which matter a document belongs to; empty without a number."""
    return f"（监督事项编号：{number}）" if number else ""


def finding_blocks(findings: Sequence[Finding]) -> list[Block]:
    """Every problem with facts, evidence, the provision broken and the opinion on it (Art. 19)."""
    blocks: list[Block] = []
    for n, finding in enumerate(findings, 1):
        blocks += [subheading(n, finding.heading.rstrip("。")), text(sentence(finding.facts))]
        if finding.evidence:
            blocks.append(text(f"证据：{listed(finding.evidence)}。"))
        ground = sentence(f"违反的规定：{finding.provision}") if finding.provision else ""
        ground += f"监督内容：{'、'.join(finding.articles)}。" if finding.articles else ""
        ground += sentence(f"认定：{finding.appraisal}") if finding.appraisal else ""
        if ground:
            blocks.append(text(ground))
        if finding.opinion:
            blocks.append(text(sentence(f"意见：{finding.opinion}")))
    return blocks


def requirement_blocks(requirements: Sequence[str]) -> list[Block]:
    """What is required, numbered."""
    return [text(f"{n}.{sentence(words)}") for n, words in enumerate(requirements, 1)]


def outcome_blocks(outcomes: Sequence[Outcome]) -> list[Block]:
    """What is decided on each act, with reason, result and effect on the party (Art. 20)."""
    blocks: list[Block] = []
    for n, outcome in enumerate(outcomes, 1):
        due = f"履行期限：{outcome.due}。" if outcome.due else ""
        effect = sentence(f"对当事人的影响和处理：{outcome.effect}") if outcome.effect else ""
        blocks += [
            subheading(n, f"{outcome.act}：{outcome.kind}"),
            text(f"理由：{sentence(outcome.ground)}{sentence(outcome.result)}{due}{effect}"),
        ]
    return blocks


def due_block(due: Due, duty: str) -> Block:
    """Until when the duty is to be done, and how the day was counted."""
    day = Run(text=due.day, pending=due.pending)
    return text("你单位应当于", day, f"前（含当日）{duty}。", sentence(due.counted))


def voice_block(objection_term: str, extension_term: str) -> Block:
    """The right to be heard, to object and to ask once for an extension (Art. 19)."""
    return text(
        f"你单位可以陈述意见。有异议的，自收到之日起{objection_term}内书面提出，异议期间不停止执行；"
        f"确需延期的，在期限届满{extension_term}前书面申请并说明理由，延期以一次为限。"
    )


def preceding_document(preceding: Preceding, whom: str = "你单位") -> str:
    """Which document came before this one, and what became of it."""
    return sentence(
        f"《{preceding.name}》（{preceding.number}）于{preceding.served}送达{whom}，"
        f"要求于{preceding.due}前处理并书面报告。{preceding.outcome}"
    )


def remedy_search(search: RemedySearch) -> str:
    """That no reconsideration or litigation was found, where and on which day (Art. 20)."""
    return (
        f"经{search.day}查询{'、'.join(search.sources)}，未查到当事人对本文书所涉行政执法行为申请行政复议或者"
        "提起行政诉讼的记录。"
    )
