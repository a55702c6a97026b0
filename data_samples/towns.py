"""Names of towns and where they roughly are.

Town names and representative points: 位置参照情報 (国土交通省) through Geolonia japanese-addresses,
CC BY 4.0, rounded to 3 decimals. 丁目 are laid out around one point per town, and people are invented.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

CHOME: Final = (
    ("一丁目", "イッチョウメ"),
    ("二丁目", "ニチョウメ"),
    ("三丁目", "サンチョウメ"),
    ("四丁目", "ヨンチョウメ"),
    ("五丁目", "ゴチョウメ"),
)


@dataclass(frozen=True)
class Town:
    """A 町丁目: full name, name without 丁目, reading, Latin letters, point in degrees, share of people."""

    name: str
    base: str
    kana: str
    base_kana: str
    roma: str
    lon: float
    lat: float
    weight: float
    urban: bool


_URBAN = """
浅香 アサカ Asaka 140.014 36.852 5 14
城山 シロヤマ Shiroyama 140.032 36.866 2 12
新富町 シントミチョウ Shintomicho 140.027 36.8625 3 9
末広 スエヒロ Suehiro 140.017 36.863 3 12
住吉町 スミヨシチョウ Sumiyoshicho 140.022 36.872 2 11
中央 チュウオウ Chuo 140.0235 36.867 2 8
野崎 ノザキ Nozaki 139.955 36.845 2 10
富士見 フジミ Fujimi 140.027 36.851 2 14
本町 ホンチョウ Honcho 140.011 36.871 2 15
美原 ミハラ Mihara 140.005 36.862 3 15
紫塚 ムラサキヅカ Murasakizuka 140.019 36.877 4 12
元町 モトマチ Motomachi 140.035 36.862 2 11
山の手 ヤマノテ Yamanote 140.028 36.871 2 9
若草 ワカクサ Wakakusa 140.0415 36.854 2 14
若松町 ワカマツチョウ Wakamatsucho 140.026 36.858 1 12
"""

_RURAL = """
赤瀬 アカセ Akase 140.059 36.842 3
荒井 アライ Arai 140.034 36.891 6
新宿 シンジュク Shinjuku 140.074 36.816 2
市野沢 イチノサワ Ichinosawa 140.054 36.908 8
今泉 イマイズミ Imaizumi 140.011 36.894 6
薄葉 ウスバ Usuba 139.968 36.832 13
宇田川 ウダガワ Udagawa 140.050 36.831 6
雲岩寺 ウンガンジ Unganji 140.231 36.877 2
大神 オオガミ Ogami 140.041 36.792 4
大久保 オオクボ Okubo 140.160 36.904 2
大豆田 マメダ Mameda 140.119 36.852 3
大輪 オオワ Owa 140.131 36.896 4
岡 オカ Oka 140.023 36.897 4
荻野目 オギノメ Oginome 140.027 36.840 5
奥沢 オクサワ Okusawa 140.065 36.859 5
乙連沢 オトレザワ Otorezawa 140.071 36.912 5
加治屋 カジヤ Kajiya 140.000 36.849 11
片田 カタタ Katata 140.136 36.811 4
片府田 カタフタ Katafuta 140.062 36.821 4
鹿畑 カバタケ Kabatake 140.077 36.842 3
上石上 カミイシガミ Kamiishigami 139.941 36.866 8
上奥沢 カミオクサワ Kamiokusawa 140.056 36.868 4
亀久 カメヒサ Kamehisa 140.155 36.814 3
川上 カワカミ Kawakami 140.212 36.881 2
川田 カワダ Kawada 140.134 36.918 3
河原 カワハラ Kawahara 140.175 36.927 2
木佐美 キサミ Kisami 140.186 36.903 2
北大和久 キタオオワク Kitaowaku 140.054 36.851 5
北金丸 キタカネマル Kitakanemaru 140.077 36.875 8
北滝 キタダキ Kitadaki 140.138 36.834 3
北野上 キタノカミ Kitanokami 140.171 36.868 5
久野又 クノマタ Kunomata 140.152 36.894 2
倉骨 クラボネ Kurabone 140.072 36.833 4
黒羽田町 クロバネタマチ Kurobanetamachi 140.124 36.861 8
黒羽向町 クロバネムコウマチ Kurobanemukomachi 140.112 36.871 12
小滝 コダキ Kodaki 140.066 36.893 5
小船渡 コブナト Kobunato 140.126 36.838 2
佐久山 サクヤマ Sakuyama 140.013 36.800 11
寒井 サブイ Sabui 140.112 36.914 6
佐良土 サラド Sarado 140.117 36.795 8
下石上 シモイシガミ Shimoishigami 139.947 36.852 9
須賀川 スガガワ Sugagawa 140.247 36.835 5
須佐木 スサギ Susagi 140.190 36.835 5
狭原 セバハラ Sebahara 140.111 36.846 3
滝岡 タキオカ Takioka 140.028 36.816 4
滝沢 タキザワ Takizawa 140.004 36.817 4
親園 チカソノ Chikasono 140.017 36.827 9
寺宿 テラジュク Terajuku 140.194 36.920 2
戸野内 トノウチ Tonouchi 140.028 36.903 3
富池 トミイケ Tomiike 140.039 36.907 3
中田原 ナカダワラ Nakadawara 140.039 36.874 11
中野内 ナカノウチ Nakanouchi 140.148 36.918 3
南方 ミナミカタ Minamikata 140.232 36.914 2
練貫 ネリヌキ Nerinuki 140.044 36.924 4
蜂巣 ハチス Hachisu 140.096 36.888 5
花園 ハナゾノ Hanazono 140.041 36.823 4
羽田 ハネダ Haneda 140.088 36.911 5
桧木沢 ヒノキザワ Hinokizawa 140.104 36.897 4
平沢 ヒラサワ Hirasawa 139.981 36.821 5
蛭田 ヒルタ Hiruta 140.084 36.813 5
蛭畑 ヒルハタ Hiruhata 140.099 36.805 3
福原 フクワラ Fukuwara 140.061 36.798 5
藤沢 フジサワ Fujisawa 140.031 36.781 2
堀之内 ホリノウチ Horinouchi 140.128 36.879 4
前田 マエダ Maeda 140.131 36.868 6
町島 マチジマ Machijima 140.029 36.884 6
実取 ミドリ Midori 139.995 36.835 6
南金丸 ミナミカネマル Minamikanemaru 140.094 36.858 6
矢倉 ヤグラ Yagura 140.137 36.793 2
八塩 ヤシオ Yashio 140.133 36.852 3
湯津上 ユヅカミ Yuzukami 140.112 36.823 8
余瀬 ヨゼ Yoze 140.094 36.877 6
両郷 リョウゴウ Ryogo 140.189 36.941 3
"""


def _urban(line: str) -> list[Town]:
    name, kana, roma, lon, lat, chome, weight = line.split()
    count = int(chome)
    if count == 1:
        return [Town(name, name, kana, kana, roma, float(lon), float(lat), float(weight), True)]
    radius = 0.0016 + 0.0007 * count
    towns = []
    for number, (suffix, suffix_kana) in enumerate(CHOME[:count]):
        angle = 2 * math.pi * number / count + len(roma)
        towns.append(
            Town(
                name + suffix,
                name,
                kana + suffix_kana,
                kana,
                f"{roma} {number + 1}-chome",
                round(float(lon) + radius * math.cos(angle), 5),
                round(float(lat) + 0.8 * radius * math.sin(angle), 5),
                float(weight),
                True,
            )
        )
    return towns


def _rural(line: str) -> Town:
    name, kana, roma, lon, lat, weight = line.split()
    return Town(name, name, kana, kana, roma, float(lon), float(lat), float(weight), False)


def all_towns() -> list[Town]:
    """Return every 町丁目 of the sample city, those of the centre first."""
    urban = [town for line in _URBAN.split("\n") if line for town in _urban(line)]
    return urban + [_rural(line) for line in _RURAL.split("\n") if line]
