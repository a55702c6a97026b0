"""The sentences of all rules, in Japanese and English: each names the column and what to do."""

from __future__ import annotations

from gis_core.errors import Message
from gis_core.issues import Severity

# Keyed by rule, or by rule:severity where a repair reads otherwise than a refusal.
_RULES: dict[str, tuple[str, str]] = {
    "coordinates.missing": (
        "位置がありません（列「{column}」が空です）。緯度と経度を入れてください。",
        "There is no position (column “{column}” is empty). Fill in latitude and longitude.",
    ),
    "coordinates.swapped": (
        "緯度と経度が入れ替わっていたので直しました（列「{column}」の値「{value}」）。元のファイルも直してください。",
        "Latitude and longitude were exchanged and have been put right (column “{column}”, value “{value}”). "
        "Mend the file as well.",
    ),
    "coordinates.zero": (
        "緯度・経度が 0 です（列「{column}」）。正しい値を入れるか、空にしてください。",
        "Latitude and longitude are 0 (column “{column}”). Fill in the right values, or leave them empty.",
    ),
    "coordinates.outside_japan": (
        "位置が日本の外です（{place}）{detail}。桁・小数点・座標系と、列「{column}」の値「{value}」を確かめてください。",
        "The position is outside Japan ({place}){detail}. Check digits, decimal point, coordinate system and the value “{value}” "
        "of column “{column}”.",
    ),
    "coordinates.outside_city": (
        "位置が{city}の外です（{place}）{detail}。列「{column}」の値「{value}」を確かめてください。正しければそのままで構いません。",
        "The position is outside {city} ({place}){detail}. Check the value “{value}” of column “{column}”; leave it if it is right.",
    ),
    "coordinates.datum": (
        "座標を {source} から WGS 84 に変換しました。{way}正しい座標系か、地図で位置を確かめてください。",
        "Coordinates were transformed from {source} to WGS 84. {way} Check on the map that the system is right.",
    ),
    "coordinates.guessed": (
        "座標系が書かれていないため、値から {source} と判断しました。違うときは --crs で指定してください。",
        "The coordinate system is not stated; by the values it is {source}. If it is not, name it with --crs.",
    ),
    "coordinates.unparsable": (
        "列「{column}」の「{value}」を緯度・経度として読めません{detail}。36.871213,140.015512 のように入れてください。",
        "“{value}” in column “{column}” cannot be read as latitude and longitude{detail}. Write it like 36.871213,140.015512.",
    ),
    "header.guessed": (
        "見出しの行がないため、列の中身から見出しを「{value}」としました。違うときは --headers で列名を指定してください。",
        "There is no header row; by their content the columns are “{value}”. If they are not, name them with --headers.",
    ),
    "mapping.guessed": (
        "列「{column}」は列名では分からないため、中身から「{title}」（{field}）と判断しました。"
        "違うときは、列の対応を指定してください（--columns {column}={field}）。",
        "The name of the column “{column}” tells nothing; by its content it is “{title}” ({field}). "
        "If it is not, name the right field (--columns {column}={field}).",
    ),
    "geocode.matched:fixed": (
        "位置がないので、列「{column}」の住所「{value}」を「{matched}」（{level}、確からしさ {confidence:g}）と読み、位置を入れました。"
        "実際の場所はそこから約 {metres} m 以内です。",
        "There was no position; by the address “{value}” in column “{column}” it is “{matched}” ({level}, confidence "
        "{confidence:g}), and the place is within about {metres} m of the point.",
    ),
    "geocode.matched:warning": (
        "位置がなく、列「{column}」の住所「{value}」からは「{matched}」までしか分からないため、その中ほどに置きました"
        "（確からしさ {confidence:g}、実際の場所はそこから約 {metres} m 以内）。正しい緯度・経度を入れてください。",
        "There was no position, and the address “{value}” in column “{column}” leads only to “{matched}”: the point is its "
        "middle (confidence {confidence:g}), the place is within about {metres} m. Fill in latitude and longitude.",
    ),
    "geocode.uncertain": (
        "位置がなく、列「{column}」の住所「{value}」からは決められません（近い候補：{matched}、{level}、確からしさ {confidence:g}）{detail}。"
        "町名と番地まで正しく入れるか、緯度・経度を入れてください。",
        "There is no position, and the address “{value}” in column “{column}” leaves it open (best: {matched}, {level}, "
        "confidence {confidence:g}){detail}. Write the town and number in full, or fill in latitude and longitude.",
    ),
    "geocode.not_found": (
        "位置がなく、列「{column}」の住所「{value}」は住所辞書にありません{detail}。市町村名と町名を確かめるか、緯度・経度を入れてください。",
        "There is no position, and the address “{value}” in column “{column}” is not in the gazetteer{detail}. Check the "
        "names of municipality and town, or fill in latitude and longitude.",
    ),
    "geometry.null": (
        "図形がありません。図形を入れるか、その行を削除してください。",
        "The feature has no geometry. Draw it, or delete the row.",
    ),
    "geometry.invalid:fixed": (
        "図形が自己交差などで正しくないため直しました。元のデータも確かめてください。",
        "The geometry was invalid (such as crossing itself) and has been repaired. Check the source as well.",
    ),
    "geometry.invalid:error": (
        "図形が正しくなく、直せません。元のデータで描き直してください。",
        "The geometry is invalid and cannot be repaired. Draw it anew in the source.",
    ),
    "geometry.type": (
        "図形の種類が {value} で、このレイヤの {expected} ではありません。別のレイヤに分けてください。",
        "The geometry is {value}, not {expected} as this layer takes. Move it to another layer.",
    ),
    "date.unparsable": (
        "列「{column}」の日付「{value}」が読めません{detail}。2026-08-01 や令和8年8月1日のように入れてください。",
        "The date “{value}” in column “{column}” cannot be read{detail}. Write it like 2026-08-01.",
    ),
    "time.unparsable": (
        "列「{column}」の時刻「{value}」が読めません{detail}。09:00 のように入れてください。",
        "The time “{value}” in column “{column}” cannot be read{detail}. Write it like 09:00.",
    ),
    "number.unparsable": (
        "列「{column}」の値「{value}」を数として読めません{detail}。単位や文字を除いて数だけを入れてください。",
        "“{value}” in column “{column}” cannot be read as a number{detail}. Write the number alone, without unit or text.",
    ),
    "flag.unparsable": (
        "列「{column}」の「{value}」が有無として読めません。○・×、有・無、1・空欄のどれかにしてください。",
        "“{value}” in column “{column}” is not yes or no. Write ○ or ×, 有 or 無, or 1 or nothing.",
    ),
    "phone.unparsable": (
        "列「{column}」の電話番号「{value}」が読めません{detail}。0287-00-0000 のように入れてください。",
        "The telephone number “{value}” in column “{column}” cannot be read{detail}. Write it like 0287-00-0000.",
    ),
    "code.unparsable": (
        "列「{column}」のコード「{value}」が正しくありません{detail}。元の台帳で確かめてください。",
        "The code “{value}” in column “{column}” is not right{detail}. Check it in the register it comes from.",
    ),
    "url.unparsable": (
        "列「{column}」の「{value}」は URL ではありません。https:// から始まる形で入れてください。",
        "“{value}” in column “{column}” is not a web address. Write it in full, from https://.",
    ),
    "email.unparsable": (
        "列「{column}」の「{value}」はメールアドレスではありません。name@example.jp の形で入れてください。",
        "“{value}” in column “{column}” is not a mail address. Write it like name@example.jp.",
    ),
    "weekdays.unparsable": (
        "列「{column}」の曜日「{value}」が読めません。月火水木金 のように入れてください。",
        "The days “{value}” in column “{column}” cannot be read. Write them like 月火水木金.",
    ),
    "value.rewritten": (
        "列「{column}」の値「{value}」を「{after}」に直しました{detail}。",
        "“{value}” in column “{column}” was rewritten as “{after}”{detail}.",
    ),
    "value.doubtful": (
        "列「{column}」の値「{value}」を確かめてください{detail}。",
        "Check the value “{value}” in column “{column}”{detail}.",
    ),
    "text.control": (
        "列「{column}」の見えない制御文字を除きました（「{after}」）。",
        "Invisible control characters were removed from column “{column}” (“{after}”).",
    ),
    "text.private_use": (
        "列「{column}」の「{value}」に外字があります。ほかの機械では読めません。標準の文字に直してください。",
        "“{value}” in column “{column}” holds a private-use character that no other machine can read. "
        "Replace it with a standard one.",
    ),
    "text.platform_dependent": (
        "列「{column}」の「{value}」に機種依存文字（①、㈱など）があります。できれば別の書き方にしてください。",
        "“{value}” in column “{column}” holds platform-dependent characters (①, ㈱, …). Write it otherwise if you can.",
    ),
    "encoding.error": (
        "列「{column}」の「{value}」に文字化けがあります。元のデータから保存し直してください。",
        "“{value}” in column “{column}” is garbled. Save the file from its source again.",
    ),
    "formula.error": (
        "列「{column}」の式がエラーです（{value}）。式を値に直してください。",
        "The formula in column “{column}” is in error ({value}). Replace it by its value.",
    ),
    "required.missing": (
        "必須の列「{column}」が空です。値を入れてください。",
        "The required column “{column}” is empty. Fill it in.",
    ),
    "code.unknown": (
        "列「{column}」の「{value}」はコード表にありません{detail}。使える値：{choices}",
        "“{value}” in column “{column}” is not in the code list{detail}. It takes: {choices}",
    ),
    "value.pattern": (
        "列「{column}」の「{value}」は決められた形ではありません（{pattern}）。形を直してください。",
        "“{value}” in column “{column}” does not have the form {pattern}. Mend it.",
    ),
    "value.minimum": (
        "列「{column}」の「{value}」は小さすぎます（最小 {bound}）。値と単位を確かめてください。",
        "“{value}” in column “{column}” is too small (least {bound}). Check value and unit.",
    ),
    "value.maximum": (
        "列「{column}」の「{value}」は大きすぎます（最大 {bound}）。値と単位を確かめてください。",
        "“{value}” in column “{column}” is too big (most {bound}). Check value and unit.",
    ),
    "value.length": (
        "列「{column}」の「{value}」は長すぎます（{bound} 文字まで）。短くしてください。",
        "“{value}” in column “{column}” is too long (up to {bound} characters). Shorten it.",
    ),
    "duplicate.row": (
        "{first} 行目と内容が同じ行です。どちらかを削除してください。",
        "The row says the same as row {first}. Delete one of them.",
    ),
    "duplicate.key": (
        "列「{column}」の「{value}」が {first} 行目と重なっています。どちらかを直すか、削除してください。",
        "“{value}” in column “{column}” occurs in row {first} already. Mend one of them, or delete it.",
    ),
    "row.hidden": (
        "表示されていない行なので読みませんでした（{value}）。データなら、Excel で行を再表示して保存し直してください。",
        "The row is hidden and was not read ({value}). If it is data, unhide it in Excel and save the file again.",
    ),
    "row.hint": (
        "データの行ではないので読みませんでした{detail}。データなら、ほかの行と同じように列を埋めてください。",
        "The row is not data and was not read{detail}. If it is data, fill in its columns like the other rows.",
    ),
    "row.ragged": (
        "見出し（{width} 列）より列が多く、値がずれているおそれがあります（はみ出した値「{value}」）。"
        "カンマや引用符を確かめてください。",
        "The row has more cells than the header ({width}); its values may be shifted (left over: “{value}”). "
        "Check commas and quotation marks.",
    ),
    "row.stray": (
        "見出しのない列に値「{value}」があります。読みませんでした。必要なら、見出しのある列に移してください。",
        "A column without a name holds “{value}”. It was not read; move it to a column with a name if it is needed.",
    ),
    "raster.nodata": (
        "データなしの値が決まっていないため、{value} としました。",
        "No nodata value was set; {value} is used.",
    ),
    "raster.range": (
        "値のある画素の {value} が、凡例のどの階級にも入りません（値の範囲 {span}）。単位と、データなしの値を確かめてください。",
        "{value} of the pixels have a value in no class of the legend (values {span}). Check the unit and the nodata value.",
    ),
    "raster.partial": (
        "市の範囲の {value} だけを含みます。外は「調査の対象外」と答えます。市の全体か確かめてください。",
        "It covers {value} of the city's box; elsewhere the answer is “not mapped”. Check whether it should cover it all.",
    ),
    "raster.pictures": (
        "画像の色から読み取りました。分かるのは階級だけで、値は階級の下限です（くわしい値はありません）。",
        "Read from the colours of pictures: only classes are known, and a value is its class's least.",
    ),
    "raster.pictures_missing": (
        "{value} 枚の画像が届いていません。その場所は調査の対象外として扱います。届いていない画像を加えてください。",
        "{value} pictures were not delivered; their places count as not mapped. Add them.",
    ),
    "raster.pictures_unknown": (
        "{value} 画素の色が凡例になく、値なし（対象外）としました。画像を確かめてください。",
        "{value} pixels have colours that are not in the legend and are left without a value. Check the pictures.",
    ),
    "raster.pictures_area": (
        "調査した範囲が書かれていないため、画像のある範囲を調査の対象とみなしました。",
        "The area that was mapped is not stated; that of the pictures is taken.",
    ),
    "raster.pictures_flipped": (
        "タイルの行が南から数えられていたため、上下を直しました。",
        "The tiles' rows were counted from south; they were turned round.",
    ),
}  # fmt: skip

_DETAILS: dict[str, tuple[str, str]] = {
    "width": ("全角・半角", "full-width or half-width characters"),
    "spaces": ("前後の空白", "spaces at the ends"),
    "line_breaks": ("改行", "line breaks"),
    "number_format": ("数の書き方", "form of the number"),
    "date_format": ("日付の書き方", "form of the date"),
    "datetime_format": ("日時の書き方", "form of the instant"),
    "time_format": ("時刻の書き方", "form of the time"),
    "weekday_format": ("曜日の書き方", "form of the days"),
    "code_format": ("コードの書き方", "form of the code"),
    "leading_zero": ("先頭の 0 を補いました", "leading zero restored"),
    "restored": ("先頭の 0 が欠けていました", "the leading zero was missing"),
    "excel_serial": ("Excel の日付・時刻の番号", "Excel's number of a day or time"),
    "time_dropped": ("時刻は除きました", "the time of day was left out"),
    "holidays": ("祝日は表せないので除きました", "holidays have no letter and were left out"),
    "url_scheme": ("https:// などの始まりを補いました", "its beginning, such as https://, was added"),
    "several_urls": ("複数あるため最初の一つだけ使いました", "there are several; the first was taken"),
    "incomplete_date": ("年月日がそろっていません", "year, month and day are needed"),
    "ambiguous_no_era": ("元号がありません", "the era is missing"),
    "invalid_date": ("存在しない日付です", "there is no such day"),
    "lunar_calendar": ("明治6年より前は旧暦です", "before 1873 dates were lunar"),
    "era_ended": ("元号が終わった後の日付です", "the era had ended by then"),
    "era_not_started": ("元号が始まる前の日付です", "the era had not begun"),
    "era_year_zero": ("元号に 0 年はありません", "an era has no year 0"),
    "no_time": ("時刻がありません", "the time is missing"),
    "range": ("範囲の外です", "out of range"),
    "ambiguous_12": ("午前・午後 12 時は 0:00 か 12:00 で", "write 0:00 or 12:00"),
    "end_only": ("24:00 は終わりの時刻にだけ使えます", "24:00 can only be an end"),
    "not_integer": ("整数ではありません", "not a whole number"),
    "number_with_text": ("文字が付いています", "text stands with it"),
    "thousands": ("桁区切りの位置", "places of the commas"),
    "scientific": ("Excel の指数表示で桁が失われたおそれ", "Excel may have cut its digits"),
    "precision_lost": ("Excel の指数表示で桁が失われています", "Excel cut its digits"),
    "not_digits": ("数字ではない文字があります", "there is more than digits"),
    "length": ("桁数が違います", "wrong number of digits"),
    "check_digit": ("検査数字が合いません", "the check digit does not agree"),
    "ambiguous_5_digits": ("5 桁では決められません", "five digits leave two codes"),
    "missing_decimal_point": ("小数点が抜けているようです", "the decimal point seems to be missing"),
    "plane_rectangular": ("平面直角座標（メートル）のようです", "it looks like plane coordinates in metres"),
    "webmercator": ("メートルの座標のようです", "it looks like coordinates in metres"),
    "sign": ("符号が逆のようです", "the sign seems to be wrong"),
    "maybe_dms": ("度分秒を小数点でつないだ値かもしれません", "it may be degrees, minutes and seconds joined by a point"),
    "packed_dms": ("度分秒をつないだ値のようです", "it looks like degrees, minutes and seconds in one number"),
    "dms_with_dots": ("度分秒を点で区切った値のようです", "it looks like degrees, minutes and seconds parted by points"),
    "short_number": ("短い番号です", "a short number"),
    "labels_dropped": ("かっこ書きは除きました", "what stood in brackets was left out"),
    "area_code_assumed": ("市外局番を補いました", "the area code was added"),
    "leading_zero_restored": ("先頭の 0 が欠けていました", "the leading zero was missing"),
    "excel_scientific_precision_lost": ("Excel の指数表示で桁が失われています", "Excel cut its digits"),
    "non_digit": ("数字ではない文字があります", "there is more than digits"),
    "no_area_code": ("市外局番がありません", "the area code is missing"),
    "is_fax": ("FAX の番号です", "it is a fax number"),
    "foreign_country_code": ("国外の番号です", "it is a foreign number"),
    "phone_format": ("電話番号の書き方", "form of the number"),
    "repeated_header": ("見出しの繰り返し", "the header once more"),
    "total": ("合計・小計", "a total"),
    "note": ("注記", "a note"),
    "example": ("記入例", "an example"),
    "instruction": ("記入の説明", "an instruction for filling in"),
    "template": ("番号だけの空の行", "an empty row with a mere number"),
    "partial": ("△ は有無として扱えません", "△ is neither yes nor no"),
}  # fmt: skip


def rule_message(rule: str, severity: Severity, **parts: object) -> Message:
    """Return the rule's sentence; `detail` may be a code of `gis_core`'s cleaners, any part a `Message`."""
    ja, en = _RULES.get(f"{rule}:{severity}") or _RULES[rule]
    detail_ja, detail_en = _detail(parts.pop("detail", None))
    ja_parts = {name: part.ja if isinstance(part, Message) else part for name, part in parts.items()}
    en_parts = {name: part.en if isinstance(part, Message) else part for name, part in parts.items()}
    return Message(ja=ja.format(detail=detail_ja, **ja_parts), en=en.format(detail=detail_en, **en_parts))


def rules() -> frozenset[str]:
    """Return the names of all rules that have a sentence here."""
    return frozenset(key.partition(":")[0] for key in _RULES)


def _detail(detail: object) -> tuple[str, str]:
    if isinstance(detail, Message):
        return f"（{detail.ja}）", f" ({detail.en})"
    words = _DETAILS.get(str(detail))
    return (f"（{words[0]}）", f" ({words[1]})") if words else ("", "")
