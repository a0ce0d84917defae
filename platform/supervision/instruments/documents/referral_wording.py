"""The wording of letters of referral (Arts. 8(5), 18, 21), and all other wording with it."""

from __future__ import annotations

from collections.abc import Callable

from supervision.instruments.documents.models import DossierSeal, ReferralDocument
from supervision.instruments.documents.phrases import due_block
from supervision.instruments.documents.sheet import Block, Sheet, broken, heading, listed, sentence, text
from supervision.instruments.documents.wording import compose

__all__ = ["compose"]


def _prose(words: str) -> list[Block]:
    """The writer's paragraphs as he broke them."""
    return [text(sentence(part)) for part in words.splitlines() if part.strip()]


def _grouped(digest: str) -> str:
    """Groups of eight: without a space a line would not break and the digest would leave the sheet."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


def _seal(dossier: DossierSeal) -> list[Block]:
    names = f"材料包括：{listed(dossier.names)}。" if dossier.names else ""
    return [
        text(f"随案移送案卷一份，共{dossier.files}个文件，清单已固定。{names}"),
        text(f"清单校验值（SM3）：{_grouped(dossier.sm3)}"),
        text(f"清单校验值（SHA-256）：{_grouped(dossier.sha256)}"),
    ]


def _discipline(document: ReferralDocument) -> list[Block]:
    law = document.regulation
    return [
        text(
            f"本机关在行政执法监督中发现有关人员涉嫌违纪或者职务违法、职务犯罪的问题线索。"
            f"根据{law.cite(law.referrals)}的规定，现移送你单位依规依纪依法处理。"
        ),
        heading(1, "涉及的人员"),
        *_prose(document.subject),
        heading(2, "涉嫌的问题"),
        *_prose(document.conduct),
        heading(3, "发现经过和已经采取的措施"),
        *_prose(document.discovered),
        *_prose(document.handled),
        heading(4, "移送的材料"),
        *_seal(document.dossier),
        text("请在收到后出具回执，并将办理结果书面告知本机关。"),
    ]


def _criminal(document: ReferralDocument) -> list[Block]:
    law = document.regulation
    return [
        text(
            "本机关在查处违法行为过程中，认为下列案件涉嫌犯罪。根据《行政执法机关移送涉嫌犯罪案件的规定》和"
            f"{law.cite(law.criminal)}的规定，现移送你单位审查。"
        ),
        heading(1, "案件和当事人"),
        *_prose(document.subject),
        heading(2, "涉嫌犯罪的事实"),
        *_prose(document.conduct),
        heading(3, "调查经过和已经采取的措施"),
        *_prose(document.discovered),
        *_prose(document.handled),
        heading(4, "移送的材料"),
        *_seal(document.dossier),
        text(
            "请自接受之日起三日内依法审查，作出立案或者不予立案的决定，并书面告知本机关；不予立案的，请说明理由并退回案卷。"
        ),
    ]


def _urging(document: ReferralDocument) -> list[Block]:
    law = document.regulation
    return [
        text(
            "本机关在行政执法监督中发现，你单位办理的下列案件涉嫌犯罪，尚未移送公安机关。"
            f"根据{law.cite(law.criminal_link, law.instruments)}的规定，现督促你单位依法处理。"
        ),
        heading(1, "案件"),
        *_prose(document.subject),
        heading(2, "指向涉嫌犯罪的事实"),
        *_prose(document.conduct),
        *_prose(document.discovered),
        heading(3, "要求"),
        text(
            "请立即指定两名以上执法人员组成专案组核实情况。认为涉嫌犯罪的，由本单位主要负责人自接到专案组报告之日起"
            "三日内决定，并在决定后二十四小时内移送同级公安机关；认为不应移送的，应当将不予移送的理由记录在案。"
        ),
        *([due_block(document.due, "书面答复本机关")] if document.due else []),
        *_seal(document.dossier),
    ]


_TEXTS: dict[str, Callable[[ReferralDocument], list[Block]]] = {
    "discipline": _discipline,
    "criminal": _criminal,
    "urge_transfer": _urging,
}


@compose.register
def _referral(document: ReferralDocument) -> Sheet:
    return Sheet(
        form="letter" if document.kind == "urge_transfer" else "standard",
        name=document.name,
        frame=document.frame,
        title=broken(document.name),
        addressee=document.addressee,
        blocks=(*_TEXTS[document.kind](document), text(document.spread)),
        mark=document.frame.issuer,
    )
