"""The sentences in which a place is told, in the product's languages; `{…}` marks what is filled in."""

from __future__ import annotations

from gis_core.definition import Texts


def _texts(ja: str, easy: str, en: str, pt: str, es: str, zh: str, ko: str) -> Texts:
    return Texts({"ja": ja, "ja-easy": easy, "en": en, "pt": pt, "es": es, "zh-hans": zh, "ko": ko})


UNAVAILABLE = _texts(
    "データがまだないか、いまは読めません（安全という意味ではありません）",
    "データが まだ ないか、いまは 見られません（安全と いう ことでは ありません）",
    "No data yet, or it cannot be read now (this does not mean safe)",
    "Ainda não há dados, ou não podem ser lidos agora (não significa seguro)",
    "Aún no hay datos, o no se pueden leer ahora (no significa seguro)",
    "尚无数据或暂时无法读取（不代表安全）",
    "아직 데이터가 없거나 지금 읽을 수 없습니다(안전하다는 뜻이 아닙니다)",
)
CAUTION = _texts(
    "この地図に示されていない場所でも、浸水や土砂災害が起こることがあります。",
    "地図に ない ところでも、水が 来たり、山や がけが くずれたり する ことが あります。",
    "Floods and landslides can also happen where these maps show nothing.",
    "Inundações e deslizamentos também podem ocorrer onde estes mapas não mostram nada.",
    "También puede haber inundaciones y deslizamientos donde estos mapas no muestran nada.",
    "地图未标示的地方也可能发生淹没或泥沙灾害。",
    "이 지도에 표시되지 않은 곳에서도 침수나 토사재해가 일어날 수 있습니다.",
)
SAMPLE = _texts(
    "これは見本のデータです。避難には使えません。",
    "これは 見本です。本当の データでは ありません。にげる ときに 使わないで ください。",
    "This is sample data, not for evacuation.",
    "Estes são dados de exemplo. Não use para evacuação.",
    "Estos son datos de ejemplo. No los use para evacuar.",
    "这是示例数据，不可用于避难。",
    "견본 데이터입니다. 대피에 사용할 수 없습니다.",
)
STRAIGHT = _texts(
    "距離は直線です。徒歩の時間は80 mを1分として計算したもので、実際の道のりはこれより長くなります。",
    "きょりは まっすぐ はかった ものです。本当の 道は もっと 長いです。",
    "Distances are in a straight line, with 80 m to a minute on foot; the real way is longer.",
    "As distâncias são em linha reta, com 80 m por minuto a pé; o caminho real é mais longo.",
    "Las distancias son en línea recta, a 80 m por minuto a pie; el camino real es más largo.",
    "距离为直线距离，步行时间按每分钟80米计算，实际路程更长。",
    "거리는 직선거리이며 도보 시간은 80 m를 1분으로 계산한 것으로, 실제 길은 더 깁니다.",
)
SHELTERS = _texts(
    "指定避難所は、家に戻れない人がしばらく過ごす場所です。危険から逃げるときは、指定緊急避難場所へ行ってください。",
    "指定避難所は、家に 帰れない 人が とまる ところです。あぶない とき すぐ にげる ところは、指定緊急避難場所です。",
    "Shelters are where people stay who cannot go home. To escape from danger go to an emergency evacuation site.",
    "Os abrigos são para quem não pode voltar para casa. Para fugir do perigo, vá a um local de evacuação de emergência.",
    "Los refugios son para quienes no pueden volver a casa. Para huir del peligro vaya a un lugar de evacuación de emergencia.",
    "指定避难所是无法回家的人暂住的地方。逃离危险时请前往指定紧急避难场所。",
    "지정 피난소는 집에 돌아갈 수 없는 사람이 지내는 곳입니다. 위험에서 피할 때는 지정 긴급 대피 장소로 가세요.",
)
OUTSIDE = _texts(
    "この場所は{city}の外です。その市町村の防災情報を確かめてください。",
    "ここは {city}の 外です。その 市や 町の お知らせを 見て ください。",
    "This place is outside {city}. See the information of its own municipality.",
    "Este lugar fica fora de {city}. Consulte as informações do município dele.",
    "Este lugar está fuera de {city}. Consulte la información de su municipio.",
    "此处在{city}以外，请确认当地市町村的防灾信息。",
    "이곳은 {city} 밖입니다. 해당 시정촌의 방재 정보를 확인하세요.",
)
ROUGH = _texts(
    "住所の一部（{rest}）が分からないため、おおよその位置です。",
    "住所の 一部（{rest}）が わからないので、だいたいの 場所です。",
    "Part of the address ({rest}) is not known: the position is approximate.",
    "Parte do endereço ({rest}) não é conhecida: a posição é aproximada.",
    "No se conoce parte de la dirección ({rest}): la posición es aproximada.",
    "地址的一部分（{rest}）不明，位置为大致位置。",
    "주소의 일부({rest})를 알 수 없어 대략적인 위치입니다.",
)
TOWN_MIDDLE = _texts(
    "番地までは分からないため、町の中ほどの位置です（およそ{metres} m以内）。番地まで入れるか、地図で位置を選んでください。",
    "番地が わからないので、町の まん中の 場所です（だいたい {metres} mの 中）。番地も 入れて ください。",
    "The lot number is not known: this is the middle of the town (within about {metres} m). Give the number, or pick the place on the map.",
    "O número não é conhecido: esta é a parte central do bairro (cerca de {metres} m). Informe o número ou escolha no mapa.",
    "No se conoce el número: este es el centro del barrio (unos {metres} m). Indique el número o elija en el mapa.",
    "门牌号不明，位置为该町的中部（约{metres}米以内）。请输入门牌号或在地图上选择位置。",
    "번지를 알 수 없어 마을의 가운데 위치입니다(약 {metres} m 이내). 번지까지 입력하거나 지도에서 위치를 고르세요.",
)
ELEVATION = _texts(
    "標高 {value} m", "海から はかった 高さ {value} m", "{value} m above sea level", "{value} m acima do nível do mar",
    "{value} m sobre el nivel del mar", "海拔{value}米", "해발 {value} m",
)  # fmt: skip
FIRST = _texts(
    "{kind}のとき、いちばん近い使える指定緊急避難場所は「{name}」（直線で{metres} m、徒歩{minutes}分以上）です。",
    "{kind} とき、いちばん 近くて 使える にげる ところは「{name}」です（まっすぐ {metres} m、歩いて {minutes}分より 長い）。",
    "{kind}: the nearest usable emergency evacuation site is {name} ({metres} m in a straight line, {minutes} min or more on foot).",
    "{kind}: o local de evacuação utilizável mais próximo é {name} ({metres} m em linha reta, {minutes} min ou mais a pé).",
    "{kind}: el lugar de evacuación utilizable más cercano es {name} ({metres} m en línea recta, {minutes} min o más a pie).",
    "{kind}：最近的可用指定紧急避难场所是“{name}”（直线{metres}米，步行{minutes}分钟以上）。",
    "{kind}: 가장 가까운 사용 가능한 지정 긴급 대피 장소는 “{name}”입니다(직선 {metres} m, 도보 {minutes}분 이상).",
)
NO_SITE = _texts(
    "{kind}のときに使える指定緊急避難場所が見つかりません。市の避難情報に従い、想定区域の外の安全な場所へ避難してください。",
    "{kind} ときに 使える にげる ところが 見つかりません。市の お知らせを 見て、安全な ところへ にげて ください。",
    "{kind}: no usable emergency evacuation site was found. Follow the city's information and go to a safe place outside the zones.",
    "{kind}: nenhum local de evacuação utilizável foi encontrado. Siga as informações da cidade e vá a um lugar seguro fora das zonas.",
    "{kind}: no se encontró ningún lugar de evacuación utilizable. Siga la información de la ciudad y vaya a un lugar seguro fuera de las zonas.",
    "{kind}：没有找到可用的指定紧急避难场所。请按照市的避难信息，到区域外的安全地方避难。",
    "{kind}: 사용할 수 있는 지정 긴급 대피 장소를 찾지 못했습니다. 시의 대피 정보에 따라 구역 밖의 안전한 곳으로 대피하세요.",
)
INSIDE = _texts(
    "この場所も「{kind}」の想定区域の中にあります。",
    "ここも「{kind}」の あぶない 区域の 中です。",
    "This site itself lies in the mapped area ({kind}).",
    "Este local também fica na área mapeada ({kind}).",
    "Este lugar también está en la zona cartografiada ({kind}).",
    "该场所本身也在“{kind}”的预想区域内。",
    "이 장소도 “{kind}” 예상 구역 안에 있습니다.",
)
SHUT = _texts(
    "閉鎖または満員です。",
    "いまは 入れません。",
    "Closed or full.",
    "Fechado ou lotado.",
    "Cerrado o lleno.",
    "已关闭或已满员。",
    "폐쇄 또는 만원입니다.",
)
HERE = _texts(
    "{place}：{hazards}。",
    "{place}：{hazards}。",
    "{place}: {hazards}.",
    "{place}: {hazards}.",
    "{place}: {hazards}.",
    "{place}：{hazards}。",
    "{place}: {hazards}.",
)
HAZARD = _texts(
    "{title}は {words}",
    "{title}は {words}",
    "{title}: {words}",
    "{title}: {words}",
    "{title}: {words}",
    "{title}为{words}",
    "{title}: {words}",
)
NO_HAZARD_MAP = _texts(
    "災害の地図がまだありません", "災害の 地図が まだ ありません", "there are no hazard maps yet", "ainda não há mapas de risco",
    "aún no hay mapas de riesgo", "尚无灾害地图", "재해 지도가 아직 없습니다",
)  # fmt: skip
THIS_PLACE = _texts("この場所", "この 場所", "This place", "Este lugar", "Este lugar", "此处", "이곳")
STATES = {
    "open": _texts("開設", "あいて います", "Open", "Aberto", "Abierto", "已开设", "개설"),
    "unopened": _texts("未開設", "まだ あいて いません", "Not opened", "Não aberto", "Sin abrir", "未开设", "미개설"),
    "closed": _texts("閉鎖", "しまって います", "Closed", "Fechado", "Cerrado", "已关闭", "폐쇄"),
    "full": _texts("満員", "いっぱいです", "Full", "Lotado", "Lleno", "已满员", "만원"),
    "crowded": _texts("混雑", "人が 多いです", "Crowded", "Cheio", "Concurrido", "拥挤", "혼잡"),
    "preparing": _texts("準備中", "用意して います", "Preparing", "Em preparação", "En preparación", "准备中", "준비 중"),
    "always": _texts("常設", "いつも あいて います", "Always open", "Sempre aberto", "Siempre abierto", "常设", "상설"),
}  # fmt: skip
SEPARATOR = _texts("、", "、", "; ", "; ", "; ", "，", "; ")


def state(code: str) -> Texts:
    """Return what a state of the log is called: a known code or Japanese name in all languages, any other as it is."""
    known = STATES.get(code) or next((t for t in STATES.values() if t["ja"] == code), None)
    return known or Texts(ja=code)
