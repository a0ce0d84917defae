"""The wording of reports and plans in chapters (Art. 12)."""

from __future__ import annotations

from supervision.instruments.documents.sheet import Block, Form, Sheet, heading, sentence, text
from supervision.instruments.documents.statements import StatementDocument
from supervision.instruments.documents.wording import _sheet, compose


@compose.register
def _statement(document: StatementDocument) -> Sheet:
    blocks = [text(sentence(document.opening))] if document.opening else []
    for n, chapter in enumerate(document.chapters, 1):
        blocks.append(heading(n, chapter.heading))
        blocks += [text(sentence(words)) for words in chapter.paragraphs]
        if chapter.table is not None:
            blocks.append(Block(kind="table", table=chapter.table))
    # The signature takes the last paragraph along: a table cannot go with it.
    blocks.append(text(document.closing or ("特此报告。" if document.upward else "特此公布。")))
    form: Form = "upward" if document.upward else "standard"
    return _sheet(form, document.frame, document.name, document.addressee, blocks, signer=document.signer)
