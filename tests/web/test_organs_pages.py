"""The organ page: who may supervise, how far, by which article, in the page and in the API alike."""

from __future__ import annotations

import re
from uuid import UUID

from tests.web.conftest import Opener
from tests.world import World

HERE = "建安区司法局"


async def test_the_first_page_is_the_reader_s_own_organ(client_for: Opener) -> None:
    page = await (await client_for(HERE, "chen")).get("/organs")
    assert "许昌市建安区司法局" in page.text
    assert "谁可以监督本单位" in page.text
    assert page.text.count("<h1") == 1


async def test_supervisors_of_a_department_with_their_powers(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    organ = await world.organ("建安区水利局")
    found = (await client.get(f"/api/v1/organs/{organ}/relations")).json()
    by_kind = {s["relation"]: s for s in found["supervisors"]}
    level, line = by_kind["层级"], by_kind["条线"]
    assert (level["article"], level["urging_letter"]["answer"], level["decision"]["text"]) == ("2(1)", "yes", "五种")
    assert (line["urging_letter"]["text"], line["decision"]["answer"]) == ("内部文书", "no")
    page = (await client.get(f"/organs/{organ}")).text
    for supervisor in found["supervisors"]:
        assert supervisor["name"] in page
        assert supervisor["scope"] in page
    assert "常被问到，但不能监督" in page
    assert all(n["reason"] in page for n in found["not_supervisors"])


async def test_over_a_vertical_body_the_government_has_fewer_decisions(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    organ = await world.organ("建安区烟草专卖局")
    found = (await client.get(f"/api/v1/organs/{organ}/relations")).json()
    vertical = next(s for s in found["supervisors"] if s["article"] == "2(3)")
    assert vertical["decision"]["answer"] == "limited"
    assert "撤销" in vertical["decision"]["note"]
    assert "仅遵守和执行法律、政策文件情况" in vertical["scope"]


async def test_a_township_supervises_nobody(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    organ = await world.organ("尚集镇政府")
    page = await client.get(f"/organs/{organ}?tab=under")
    assert "本单位不监督其他单位" in page.text


async def test_the_tree_opens_by_htmx_and_by_plain_links(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    other = await world.organ("禹州市政府")
    page = (await client.get("/organs")).text
    assert f'hx-get="/organs/{other}/children"' in page
    assert f'href="/organs/{other}"' in page
    branch = await client.get(f"/organs/{other}/children", headers={"hx-request": "true"})
    assert "禹州市司法局" in branch.text
    assert "<html" not in branch.text
    assert "禹州市司法局" in (await client.get(f"/organs/{other}")).text


async def test_search_finds_by_words_and_says_when_nothing_is_found(client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    found = (await client.get("/organs", params={"q": "建安 水利"})).text
    assert "建安区水利局" in found.replace("<mark>", "").replace("</mark>", "")
    assert "没有符合筛选条件的单位" in (await client.get("/organs", params={"q": "查无此单位"})).text


async def test_relations_are_shown_for_the_chosen_day(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    organ = await world.organ("建安区水利局")
    page = await client.get(f"/organs/{organ}", params={"on": "2025年3月1日"})
    assert "有效于 2025年3月1日" in page.text
    assert "on=2025-03-01" in page.text


async def test_every_tab_of_every_kind_of_organ_renders(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    tree = await world.directory()
    seen: dict[tuple[str, str], UUID] = {}
    for organ in tree.organs.values():
        seen.setdefault((organ.kind, organ.level), organ.id)
    for organ_id in seen.values():
        for tab in ("over", "under", "history"):
            assert (await client.get(f"/organs/{organ_id}?tab={tab}")).status_code == 200


async def test_the_list_of_the_api_is_paged_without_gaps(world: World, client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    seen: list[str] = []
    after = ""
    for _ in range(10):
        page = (await client.get("/api/v1/organs", params={"limit": 100, **({"after": after} if after else {})})).json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    tree = await world.directory()
    living = {str(o.id) for o in tree.organs.values() if tree.facts[o.id].alive_on(tree.on)}
    assert len(seen) == len(set(seen))
    assert set(seen) == living
    assert (await client.get("/api/v1/organs", params={"after": "%%%"})).status_code == 422


async def test_rules_and_articles_say_where_they_come_from(client_for: Opener) -> None:
    client = await client_for(HERE, "chen")
    deadlines = (await client.get("/rules?tab=deadlines")).text
    assert "系统默认" in deadlines
    assert "办法规定" in deadlines
    article = await client.get("/rules/articles/19")
    assert "第十九条" in article.text
    assert (await client.get("/rules/articles/99")).status_code == 404
    other_law = await client.get("/rules/articles/规则:分权")
    assert "整改责任单位" in other_law.text
    card = await client.get("/rules/articles/8(2)", headers={"hx-request": "true"})
    assert "<html" not in card.text


async def test_a_division_code_finds_the_government_first_and_what_lies_in_it(client_for: Opener) -> None:
    client = await client_for("建安区司法局", "chen")
    page = (await client.get("/organs", params={"q": "411003"})).text
    found = re.findall(r'<a class="zs-row" href="/organs/[^"]*">.*?<span>(.*?)</span>', page, re.DOTALL)
    assert found[0] == "建安区政府"
    assert len(found) == 50
    assert "后面还有" in page
    following = re.findall(r'href="(/organs\?q=411003[^"]*)" rel="next"', page)[0].replace("&amp;", "&")
    second = (await client.get(following)).text
    more = re.findall(r'<a class="zs-row" href="/organs/[^"]*">.*?<span>(.*?)</span>', second, re.DOTALL)
    assert more
    assert not set(more) & set(found)
    options = (await client.get("/organs/search", params={"home_text": "411003"})).text
    assert "建安区政府" in options
