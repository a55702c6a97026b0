"""The words of the API's own pages, in the platform's languages."""

from __future__ import annotations

from gis_core.definition import Texts


def _texts(ja: str, ja_easy: str, en: str, pt: str, es: str, zh: str, ko: str) -> Texts:
    return Texts({"ja": ja, "ja-easy": ja_easy, "en": en, "pt": pt, "es": es, "zh-hans": zh, "ko": ko})


WORDS = {
    "home": _texts("トップ", "トップ", "Home", "Início", "Inicio", "首页", "홈"),
    "languages": _texts("言語", "ことば", "Languages", "Idiomas", "Idiomas", "语言", "언어"),
    "skip": _texts(
        "本文へ", "本文へ", "Skip to content", "Ir para o conteúdo", "Ir al contenido", "跳到正文", "본문으로"
    ),
    "collections": _texts(
        "レイヤの一覧", "データの 一覧", "Collections", "Coleções", "Colecciones", "图层列表", "레이어 목록"
    ),
    "items": _texts("地物の一覧", "ひとつひとつの データ", "Features", "Feições", "Objetos", "要素列表", "객체 목록"),
    "conformance": _texts(
        "適合する規格", "まもっている きまり", "Conformance", "Conformidade", "Conformidad", "符合的标准", "준수 표준"
    ),
    "documentation": _texts(
        "API の説明", "API の せつめい", "API documentation", "Documentação da API", "Documentación de la API",
        "API 文档", "API 문서",
    ),
    "count": _texts("件数", "かず", "Features", "Quantidade", "Cantidad", "数量", "건수"),
    "updated": _texts(
        "最終更新", "あたらしく した 日", "Last updated", "Última atualização", "Última actualización", "最后更新",
        "최종 갱신",
    ),
    "department": _texts("担当課", "たんとう", "Department", "Departamento", "Departamento", "负责部门", "담당 부서"),
    "licence": _texts("ライセンス", "つかう ときの きまり", "Licence", "Licença", "Licencia", "许可", "라이선스"),
    "fields": _texts("項目", "こうもく", "Properties", "Propriedades", "Propiedades", "字段", "항목"),
    "name": _texts("名前", "なまえ", "Name", "Nome", "Nombre", "名称", "이름"),
    "type": _texts("型", "かた", "Type", "Tipo", "Tipo", "类型", "유형"),
    "meaning": _texts("意味", "いみ", "Meaning", "Significado", "Significado", "含义", "의미"),
    "number": _texts("番号", "ばんごう", "Id", "Id", "Id", "编号", "번호"),
    "next": _texts("次のページ", "つぎの ページ", "Next page", "Próxima página", "Página siguiente", "下一页", "다음 페이지"),
    "as_of": _texts(
        "この時点のデータ", "この ときの データ", "As of", "Dados de", "Datos de", "数据时点", "데이터 시점"
    ),
    "shown": _texts("表示", "見えている かず", "shown", "exibidas", "mostrados", "显示", "표시"),
    "position": _texts("位置", "ばしょ", "Geometry", "Geometria", "Geometría", "位置", "위치"),
    "other_formats": _texts(
        "ほかの形式", "ほかの かたち", "Other formats", "Outros formatos", "Otros formatos", "其他格式", "다른 형식"
    ),
    "parameters": _texts("パラメータ", "パラメータ", "Parameters", "Parâmetros", "Parámetros", "参数", "매개변수"),
    "answers": _texts("応答", "こたえ", "Answers", "Respostas", "Respuestas", "响应", "응답"),
    "nothing": _texts(
        "ここには地物がありません。", "ここには なにも ありません。", "There are no features here.",
        "Não há feições aqui.", "No hay objetos aquí.", "这里没有要素。", "여기에는 객체가 없습니다.",
    ),
}  # fmt: skip
