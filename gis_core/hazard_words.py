"""What hazards are called, what their classes mean and what to do, in the product's languages.

After the Cabinet Office's guideline on evacuation (避難情報に関するガイドライン): 立退き避難 is leaving for a safe place, 屋内安全確保
staying above the water in one's own house. Depths by storeys: 水害ハザードマップ作成の手引き.
"""

from __future__ import annotations

from gis_core.definition import Texts


def _texts(ja: str, easy: str, en: str, pt: str, es: str, zh: str, ko: str) -> Texts:
    return Texts({"ja": ja, "ja-easy": easy, "en": en, "pt": pt, "es": es, "zh-hans": zh, "ko": ko})


KIND_TITLES = {
    "flood": _texts("洪水", "川の 水が あふれる（洪水）", "River flood", "Inundação de rio", "Inundación de río", "洪水", "홍수"),
    "landslide": _texts(
        "崖崩れ、土石流及び地滑り", "がけや 山が くずれる（土砂災害）", "Landslide", "Deslizamento de terra",
        "Deslizamiento de tierra", "崖崩、泥石流及滑坡", "산사태(토사재해)",
    ),
    "storm_surge": _texts("高潮", "海の 水が 高く なる（高潮）", "Storm surge", "Maré de tempestade", "Marejada ciclónica", "风暴潮", "폭풍해일"),
    "earthquake": _texts("地震", "地震", "Earthquake", "Terremoto", "Terremoto", "地震", "지진"),
    "tsunami": _texts("津波", "津波", "Tsunami", "Tsunami", "Tsunami", "海啸", "쓰나미"),
    "large_fire": _texts(
        "大規模な火事", "大きな 火事", "Large fire", "Incêndio de grandes proporções", "Incendio de gran magnitud", "大规模火灾", "대규모 화재",
    ),
    "inland_flood": _texts(
        "内水氾濫", "雨の 水が 町に あふれる（内水氾濫）", "Inland flood", "Alagamento por chuva", "Inundación por lluvia", "内涝", "내수 범람",
    ),
    "volcano": _texts("火山現象", "火山", "Volcanic activity", "Atividade vulcânica", "Actividad volcánica", "火山现象", "화산 현상"),
}  # fmt: skip
BELOW_FLOOR = _texts(
    "1階の床下まで水につかる深さです。", "1階の ゆかの 下まで 水が 来る 深さです。",
    "Water up to below the ground floor.", "Água até abaixo do piso do térreo.",
    "Agua hasta debajo del suelo de la planta baja.", "水深达到一楼地板以下。", "1층 바닥 아래까지 물이 차는 깊이입니다.",
)  # fmt: skip
GROUND_FLOOR = _texts(
    "1階の床上から1階の軒下まで水につかる深さです。", "1階の へやが 水に つかる 深さです。",
    "The ground floor (1st floor in Japan) is under water.", "O térreo fica debaixo d'água.",
    "La planta baja queda bajo el agua.", "一楼会被淹没。", "1층이 물에 잠기는 깊이입니다.",
)  # fmt: skip
FIRST_FLOOR = _texts(
    "2階の床上から2階の軒下まで水につかる深さです。", "2階の へやも 水に つかる 深さです。",
    "The floor above the ground floor (2nd floor in Japan) is under water.",
    "O andar acima do térreo também fica debaixo d'água.", "El piso sobre la planta baja también queda bajo el agua.",
    "二楼也会被淹没。", "2층도 물에 잠기는 깊이입니다.",
)  # fmt: skip
THIRD_FLOOR = _texts(
    "3階の床上から4階の軒下まで水につかる深さです。", "2階だての 家は ぜんぶ 水に つかります。3階や 4階も つかる 深さです。",
    "Two-storey houses are wholly under water, and so is the 3rd or 4th floor (as counted in Japan).",
    "Casas de dois andares ficam totalmente submersas; a água chega ao 3º ou 4º piso (contagem japonesa).",
    "Las casas de dos plantas quedan cubiertas; el agua llega al 3.er o 4.º piso (conteo japonés).",
    "两层楼房会全部被淹没，水深达到三、四楼。", "2층 주택이 완전히 잠기고 3~4층까지 물이 차는 깊이입니다.",
)  # fmt: skip
FIFTH_FLOOR = _texts(
    "5階の床上より上まで水につかる深さです。", "5階より 高い ところまで 水が 来る 深さです。",
    "Water reaches the 5th floor (as counted in Japan) or higher.", "A água chega ao 5º piso (contagem japonesa) ou mais.",
    "El agua llega al 5.º piso (conteo japonés) o más.", "水深达到五楼以上。", "5층 이상까지 물이 차는 깊이입니다.",
)  # fmt: skip
STAY_UPSTAIRS = _texts(
    "早めに避難所などへ移るか、外が危険なときは家の中の高い場所へ移ってください（屋内安全確保）。水につかった道は歩かないでください。",
    "早く にげて ください。外が あぶない ときは、家の 中の 高い ところへ 行って ください。水の ある 道を 歩かないで ください。",
    "Leave early, or if it is dangerous outside go to a higher place in the house. Do not walk through flooded roads.",
    "Saia cedo ou, se for perigoso lá fora, vá para um lugar alto da casa. Não ande por ruas alagadas.",
    "Salga pronto o, si fuera es peligroso, suba a un lugar alto de la casa. No camine por calles inundadas.",
    "请尽早避难；室外危险时请移到家中高处。不要在被淹的道路上行走。",
    "일찍 대피하세요. 밖이 위험하면 집 안의 높은 곳으로 이동하세요. 물에 잠긴 길은 걷지 마세요.",
)  # fmt: skip
LEAVE_OR_UPSTAIRS = _texts(
    "早めに浸水しない場所へ避難してください（立退き避難）。水につからない2階以上の部屋があり、水や食料の備えがある人は、そこにとどまることもできます（屋内安全確保）。",
    "早く 水の 来ない ところへ にげて ください。水が 来ない 2階より 上に へやが あって、水や 食べものが ある 人は、そこに いても いいです。",
    "Leave early for a place that is not flooded. Those with a room upstairs above the water, and with food and water, may stay there.",
    "Vá cedo para um lugar que não alague. Quem tem um quarto acima da água, com comida e água potável, pode ficar nele.",
    "Vaya pronto a un lugar que no se inunde. Quien tenga una habitación por encima del agua, con comida y agua, puede quedarse allí.",
    "请尽早到不会被淹的地方避难。若二楼以上有不会被淹的房间且备有水和食物，也可留在那里。",
    "침수되지 않는 곳으로 일찍 대피하세요. 물에 잠기지 않는 2층 이상의 방이 있고 물과 식량이 있으면 그곳에 머물 수도 있습니다.",
)  # fmt: skip
LEAVE_EARLY = _texts(
    "家にとどまらず、早めに浸水しない場所へ避難してください（立退き避難）。",
    "家に いないで ください。早く 水の 来ない ところへ にげて ください。",
    "Do not stay at home: leave early for a place that is not flooded.",
    "Não fique em casa: vá cedo para um lugar que não alague.",
    "No se quede en casa: vaya pronto a un lugar que no se inunde.",
    "不要留在家中，请尽早到不会被淹的地方避难。", "집에 머물지 말고 침수되지 않는 곳으로 일찍 대피하세요.",
)  # fmt: skip
WATER_STAYS = _texts(
    "この間、水が引かないおそれがあります。", "この 時間、水が なくならないかもしれません。",
    "The water may stay for this long.", "A água pode permanecer por esse tempo.", "El agua puede permanecer ese tiempo.",
    "积水可能持续这段时间。", "이 시간 동안 물이 빠지지 않을 수 있습니다.",
)  # fmt: skip
WATER_STAYS_LONG = _texts(
    "長い間水が引かず、水・食料・電気・トイレが使えなくなるおそれがあります。",
    "長い 間 水が なくなりません。水・食べもの・電気・トイレが 使えなくなるかもしれません。",
    "The water may stay for days: there may be no drinking water, food, electricity or toilet.",
    "A água pode ficar por dias: pode faltar água potável, comida, luz e banheiro.",
    "El agua puede quedarse días: puede faltar agua potable, comida, luz y baño.",
    "积水可能长时间不退，饮水、食物、电力、厕所可能无法使用。", "오랫동안 물이 빠지지 않아 식수·식량·전기·화장실을 쓸 수 없게 될 수 있습니다.",
)  # fmt: skip
KEEP_SUPPLIES = _texts(
    "家にとどまるときは、水が引くまでの水・食料・簡易トイレを用意してください。",
    "家に いる ときは、水・食べもの・かんたんな トイレを 用意して ください。",
    "If you stay at home, keep water, food and a portable toilet until the water is gone.",
    "Se ficar em casa, tenha água, comida e banheiro portátil até a água baixar.",
    "Si se queda en casa, tenga agua, comida y un inodoro portátil hasta que baje el agua.",
    "留在家中时，请备好积水退去前所需的水、食物和简易厕所。", "집에 머물 때는 물이 빠질 때까지 쓸 물·식량·간이 화장실을 준비하세요.",
)  # fmt: skip
LEAVE_BEFORE_LONG_WATER = _texts(
    "家にとどまらず、水が来る前に浸水しない場所へ避難してください（立退き避難）。",
    "家に いないで ください。水が 来る 前に、水の 来ない ところへ にげて ください。",
    "Do not stay at home: leave before the water comes, for a place that is not flooded.",
    "Não fique em casa: saia antes da água chegar, para um lugar que não alague.",
    "No se quede en casa: salga antes de que llegue el agua, a un lugar que no se inunde.",
    "不要留在家中，请在水来之前到不会被淹的地方避难。", "집에 머물지 말고 물이 오기 전에 침수되지 않는 곳으로 대피하세요.",
)  # fmt: skip
SWEPT_AWAY = _texts(
    "あふれた水の流れで、木造の家が倒れたり流されたりするおそれがあります。",
    "水の 力で、木の 家が たおれたり 流されたり するかもしれません。",
    "The current may knock down or carry away wooden houses.", "A correnteza pode derrubar ou levar casas de madeira.",
    "La corriente puede derribar o arrastrar casas de madera.", "水流可能使木造房屋倒塌或被冲走。",
    "넘친 물살에 목조 주택이 무너지거나 떠내려갈 수 있습니다.",
)  # fmt: skip
BANK_ERODED = _texts(
    "川岸が削られて、家が建物ごと倒れたり流されたりするおそれがあります。",
    "川の 岸が けずられて、家が たおれたり 流されたり するかもしれません。",
    "The river may eat away its bank, and houses may fall or be carried away.",
    "O rio pode erodir a margem, e casas podem cair ou ser levadas.",
    "El río puede erosionar la orilla y las casas pueden caer o ser arrastradas.", "河岸可能被冲刷，房屋可能倒塌或被冲走。",
    "강기슭이 깎여 집이 무너지거나 떠내려갈 수 있습니다.",
)  # fmt: skip
NEVER_STAY = _texts(
    "上の階も安全ではありません。家にとどまらず、必ず早めに避難してください（立退き避難）。",
    "2階も あぶないです。家に いないで、かならず 早く にげて ください。",
    "Upper floors are not safe either. Never stay at home: leave early.",
    "Os andares de cima também não são seguros. Nunca fique em casa: saia cedo.",
    "Los pisos altos tampoco son seguros. Nunca se quede en casa: salga pronto.",
    "楼上也不安全。不要留在家中，请务必尽早避难。", "위층도 안전하지 않습니다. 집에 머물지 말고 반드시 일찍 대피하세요.",
)  # fmt: skip
SLIDE_WARNING = _texts(
    "土砂災害が起きたとき、命や体に危害が生じるおそれがある区域です。",
    "山や がけが くずれると、けがを したり、命が あぶなく なったり する ところです。",
    "An area where a landslide may harm people.", "Área onde um deslizamento pode ferir pessoas.",
    "Zona donde un deslizamiento puede dañar a las personas.", "发生泥沙灾害时可能危及生命和身体的区域。",
    "토사재해가 일어나면 생명이나 신체에 위해가 생길 수 있는 구역입니다.",
)  # fmt: skip
SLIDE_SPECIAL = _texts(
    "土砂災害が起きたとき、建物が壊れ、命や体に著しい危害が生じるおそれがある区域です。",
    "山や がけが くずれると、家が こわれて、命が とても あぶない ところです。",
    "An area where a landslide may destroy buildings and gravely harm people.",
    "Área onde um deslizamento pode destruir construções e ferir gravemente as pessoas.",
    "Zona donde un deslizamiento puede destruir edificios y dañar gravemente a las personas.",
    "发生泥沙灾害时建筑物可能被毁、生命和身体可能受到严重危害的区域。",
    "토사재해가 일어나면 건물이 부서지고 생명이나 신체에 심각한 위해가 생길 수 있는 구역입니다.",
)  # fmt: skip
LEAVE_SLIDE = _texts(
    "大雨のときは、警戒レベル4までに区域の外の安全な場所へ避難してください（立退き避難）。",
    "大雨の ときは、警戒レベル4までに、この 区域の 外へ にげて ください。",
    "In heavy rain, leave the area for a safe place by alert level 4.",
    "Com chuva forte, saia da área para um lugar seguro até o nível de alerta 4.",
    "Con lluvia fuerte, salga de la zona a un lugar seguro antes del nivel de alerta 4.",
    "大雨时，请在警戒级别4之前到区域外的安全地方避难。", "큰비 때는 경계 레벨 4까지 구역 밖의 안전한 곳으로 대피하세요.",
)  # fmt: skip
LEAVE_SLIDE_FIRST = _texts(
    "大雨のときは、警戒レベル3から、必ず早めに区域の外の安全な場所へ避難してください（立退き避難）。",
    "大雨の ときは、警戒レベル3から、かならず 早く この 区域の 外へ にげて ください。",
    "In heavy rain, always leave the area early for a safe place, from alert level 3.",
    "Com chuva forte, saia sempre cedo da área para um lugar seguro, a partir do nível de alerta 3.",
    "Con lluvia fuerte, salga siempre pronto de la zona a un lugar seguro, desde el nivel de alerta 3.",
    "大雨时，请从警戒级别3起务必尽早到区域外的安全地方避难。", "큰비 때는 경계 레벨 3부터 반드시 일찍 구역 밖의 안전한 곳으로 대피하세요.",
)  # fmt: skip
FOLLOW_ORDERS = _texts(
    "市の避難情報を確かめ、早めに安全な場所へ避難してください。", "市の お知らせを 見て、早く 安全な ところへ にげて ください。",
    "Follow the city's evacuation orders and leave early for a safe place.",
    "Siga as ordens de evacuação da cidade e vá cedo para um lugar seguro.",
    "Siga las órdenes de evacuación de la ciudad y vaya pronto a un lugar seguro.",
    "请确认市的避难信息，尽早到安全的地方避难。", "시의 대피 정보를 확인하고 일찍 안전한 곳으로 대피하세요.",
)  # fmt: skip
# Where a map shows nothing: what to do all the same.
CAREFUL = {
    "flood": _texts(
        "大雨のときは川や低い土地から離れ、市の避難情報を確かめてください。", "大雨の ときは、川や 低い ところから はなれて、市の お知らせを 見て ください。",
        "In heavy rain keep away from rivers and low ground, and follow the city's evacuation information.",
        "Com chuva forte, afaste-se de rios e terrenos baixos e siga as informações da cidade.",
        "Con lluvia fuerte, aléjese de ríos y terrenos bajos y siga la información de la ciudad.",
        "大雨时请远离河流和低地，并确认市的避难信息。", "큰비 때는 하천과 낮은 곳에서 떨어지고 시의 대피 정보를 확인하세요.",
    ),
    "landslide": _texts(
        "雨が強いときや地震のあとは、がけや沢に近づかないでください。", "雨が 強い ときや 地震の あとは、がけや 山の 川に 近づかないで ください。",
        "In heavy rain and after earthquakes keep away from cliffs and mountain streams.",
        "Com chuva forte e depois de terremotos, afaste-se de encostas e riachos.",
        "Con lluvia fuerte y después de terremotos, aléjese de laderas y arroyos.",
        "大雨时和地震后，请不要靠近悬崖和山涧。", "비가 강할 때와 지진 후에는 벼랑이나 계곡에 가까이 가지 마세요.",
    ),
}  # fmt: skip
CHECK = _texts(
    "市の避難情報を確かめてください。", "市の お知らせを 見て ください。", "Follow the city's evacuation information.",
    "Siga as informações de evacuação da cidade.", "Siga la información de evacuación de la ciudad.", "请确认市的避难信息。",
    "시의 대피 정보를 확인하세요.",
)  # fmt: skip
