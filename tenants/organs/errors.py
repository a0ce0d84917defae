"""What can be wrong with an organ data set or an explicit relation."""

from __future__ import annotations

from kernel.errors import Invalid


class UnlawfulRelation(Invalid):
    """An explicit relation would make a supervisor of someone who by Articles 2 and 5 cannot be one."""

    default_message = "该监督关系不符合监督办法第二条、第五条。"


class DatasetUnreadable(Invalid):
    """The file cannot be read as a table of organs: wrong format, encoding, header or size."""

    default_message = "文件无法读取，请使用填报模板。"


class DatasetRefused(Invalid):
    """The table was read and has errors; nothing was imported. `errors` names each cell."""

    default_message = "数据有错误，没有导入任何内容。"
