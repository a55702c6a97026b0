"""What each rule means and what to do, in general: the headings of a report's groups."""

from __future__ import annotations

from typing import NamedTuple

from gis_core.errors import Message


class Meaning(NamedTuple):
    """A rule's name for people, and its remedy."""

    title: Message
    remedy: Message


# Japanese title, English title, Japanese remedy, English remedy.
_MEANINGS: dict[str, tuple[str, str, str, str]] = {
    "address.disagrees": ("住所と位置が合いません", "Address and position disagree", "住所か座標の、まちがっているほうを直してください。", "Correct the address or the coordinates, whichever is wrong."),
    "code.unknown": ("コード表にない値です", "Value not in the code list", "示した使える値のどれかに直してください。", "Use one of the values shown."),
    "code.unparsable": ("コードが正しくありません", "Code is not right", "元の台帳で確かめて直してください。", "Check it in the register it comes from."),
    "coordinates.datum": ("座標系を変換しました", "Coordinates were transformed", "地図で位置を確かめてください。ずれていれば、座標系の指定を直してください。", "Check the positions on the map; if they are off, name the right system."),
    "coordinates.guessed": ("座標系を値から判断しました", "Coordinate system told by the values", "地図で位置を確かめてください。違えば、座標系を指定してください。", "Check the positions on the map; if they are off, name the system."),
    "coordinates.missing": ("位置がありません", "Position missing", "緯度と経度を入れてください。", "Fill in latitude and longitude."),
    "coordinates.outside_city": ("位置が市の外です", "Position outside the city", "値を確かめてください。正しければそのままで構いません。", "Check the values; leave them if they are right."),
    "coordinates.outside_japan": ("位置が日本の外です", "Position outside Japan", "桁、小数点、座標系を確かめてください。", "Check digits, decimal point and coordinate system."),
    "coordinates.swapped": ("緯度と経度が入れ替わっていました", "Latitude and longitude exchanged", "直して取り込みました。元のファイルも直してください。", "They were put right here. Mend the file as well."),
    "coordinates.unparsable": ("位置が読めません", "Position cannot be read", "十進の度（36.871213、140.015512）で入れてください。", "Write decimal degrees (36.871213, 140.015512)."),
    "coordinates.zero": ("緯度・経度が 0 です", "Latitude and longitude are 0", "正しい値を入れるか、空にしてください。", "Fill in the right values, or leave them empty."),
    "date.unparsable": ("日付が読めません", "Date cannot be read", "2026-08-01 や令和8年8月1日のように入れてください。", "Write it like 2026-08-01."),
    "delivery.nothing_accepted": ("取り込める行がありません", "No row can be taken", "下のエラーを直してください。", "Mend the errors below."),
    "delivery.rejected_share": ("エラーの行が多すぎます", "Too many rows in error", "下のエラーを直してください。", "Mend the errors below."),
    "delivery.removed_share": ("消える地点が多すぎます", "Too much would be removed", "全件がそろったファイルか確かめてください。", "Check that the file is complete."),
    "duplicate.key": ("キーが重なっています", "Key occurs twice", "どちらかを直すか、削除してください。", "Mend or delete one of them."),
    "duplicate.near": ("同じ名前の地点が近くにあります", "Same name close by", "同じものなら、どちらかを削除してください。", "Delete one if they are the same thing."),
    "duplicate.row": ("同じ内容の行があります", "Row occurs twice", "どちらかを削除してください。", "Delete one of them."),
    "email.unparsable": ("メールアドレスではありません", "Not a mail address", "name@example.jp の形で入れてください。", "Write it like name@example.jp."),
    "encoding.error": ("文字化けがあります", "Garbled text", "元のデータから保存し直してください。", "Save the file from its source again."),
    "fields.order": ("項目どうしの大小が合いません", "Two fields contradict each other", "どちらかの値を直してください。", "Correct one of the two."),
    "file.unusable": ("ファイルを読み込めません", "File cannot be used", "書かれているとおりに直してください。", "Do as the message says."),
    "flag.unparsable": ("有無として読めません", "Not yes or no", "○・×、有・無、1・空欄のどれかにしてください。", "Write ○ or ×, 有 or 無, or 1 or nothing."),
    "formula.error": ("式がエラーです", "Formula in error", "式を値に直してください。", "Replace the formula by its value."),
    "geocode.matched": ("住所から位置を入れました", "Position from the address", "地図で位置を確かめ、できれば緯度と経度を入れてください。", "Check it on the map; better, fill in latitude and longitude."),
    "geocode.not_found": ("住所が住所辞書にありません", "Address not in the gazetteer", "住所を確かめるか、緯度と経度を入れてください。", "Check the address, or fill in latitude and longitude."),
    "geocode.uncertain": ("住所から位置を決められません", "Address leaves the position open", "番地まで正しく入れるか、緯度と経度を入れてください。", "Write the address in full, or fill in latitude and longitude."),
    "geometry.gap": ("面の間にすき間があります", "Gap between areas", "境界を合わせてください。", "Join the boundaries."),
    "geometry.invalid": ("図形が正しくありません", "Invalid geometry", "直したものは地図で確かめ、直せないものは描き直してください。", "Check what was repaired; draw anew what could not be."),
    "geometry.null": ("図形がありません", "No geometry", "図形を入れるか、その行を削除してください。", "Draw it, or delete the row."),
    "geometry.overlap": ("面が重なっています", "Areas overlap", "境界を直してください。", "Mend the boundaries."),
    "geometry.small": ("図形が小さすぎます", "Geometry too small", "不要なら削除してください。", "Delete it if it is a leftover."),
    "geometry.type": ("図形の種類が違います", "Wrong kind of geometry", "別のレイヤに分けてください。", "Move it to another layer."),
    "header.guessed": ("見出しのないファイルです", "File without a header", "列の中身から判断しました。見出しの行を加えてください。", "The columns were told by their content. Add a header row."),
    "mapping.guessed": ("列を中身から判断しました", "Column told by its content", "正しいか確かめてください。違えば、列の対応を指定してください。", "Check it; name the right field if it is another."),
    "number.unparsable": ("数として読めません", "Not a number", "単位や文字を除いて数だけを入れてください。", "Write the number alone, without unit or text."),
    "phone.unparsable": ("電話番号が読めません", "Telephone number cannot be read", "0287-00-0000 のように入れてください。", "Write it like 0287-00-0000."),
    "place.far": ("離れすぎています", "Too far away", "位置を確かめてください。", "Check the position."),
    "place.outside": ("範囲の外にあります", "Outside its area", "位置を確かめてください。", "Check the position."),
    "raster.nodata": ("データなしの値がありません", "No nodata value", "使った値が正しいか確かめてください。", "Check that the value used is right."),
    "raster.range": ("凡例にない値があります", "Values outside the legend", "単位とデータなしの値を確かめてください。", "Check the unit and the nodata value."),
    "raster.partial": ("市の一部だけを含みます", "It covers a part of the city", "市の全体のデータか確かめてください。", "Check whether it should cover the whole city."),
    "raster.pictures": ("画像の色から読み取りました", "Read from the colours of pictures", "元の値のデータがあれば、そちらを届けてください。", "Deliver the values themselves, if there are any."),
    "raster.pictures_missing": ("届いていない画像があります", "Pictures are missing", "足りない画像を加えて、もう一度届けてください。", "Add the missing pictures and deliver again."),
    "raster.pictures_unknown": ("凡例にない色があります", "Colours that are not in the legend", "画像を確かめてください。", "Check the pictures."),
    "raster.pictures_area": ("調査した範囲が書かれていません", "The mapped area is not stated", "画像のある範囲でよいか確かめてください。", "Check that the area of the pictures is right."),
    "raster.pictures_flipped": ("タイルの行が逆でした", "Rows of tiles were turned round", "直した向きが正しいか、地図で確かめてください。", "Check on the map that they now lie right."),
    "reference.unknown": ("参照先がありません", "Reference not found", "値を直すか、参照先を先に登録してください。", "Correct the value, or load what it refers to first."),
    "report.shortened": ("指摘が多すぎます", "Too many issues", "示した指摘を直して、もう一度届けてください。", "Mend what is shown and deliver again."),
    "required.missing": ("必須の値がありません", "Required value missing", "値を入れてください。", "Fill it in."),
    "row.hidden": ("表示されていない行です", "Hidden row", "データなら、行を再表示して保存し直してください。", "If it is data, unhide it and save the file again."),
    "row.hint": ("データではない行です", "Row that is not data", "データとして読みません。そのままで構いません。", "It is not read as data; nothing to do."),
    "row.ragged": ("列の数が合いません", "Wrong number of cells", "カンマや引用符を確かめてください。", "Check commas and quotation marks."),
    "row.stray": ("見出しのない列に値があります", "Value in a column without a name", "必要なら、見出しのある列に移してください。", "Move it to a column with a name if it is needed."),
    "rule.skipped": ("確かめられなかった規則があります", "A rule was not checked", "先に、相手のレイヤへ取り込んでください。", "Load the other layer first."),
    "text.control": ("見えない文字がありました", "Invisible characters", "取り除きました。元のファイルも直してください。", "They were removed. Mend the file as well."),
    "text.platform_dependent": ("機種依存文字があります", "Platform-dependent characters", "できれば別の書き方にしてください。", "Write it otherwise if you can."),
    "text.private_use": ("外字があります", "Private-use characters", "標準の文字に直してください。", "Replace them with standard ones."),
    "time.unparsable": ("時刻が読めません", "Time cannot be read", "09:00 のように入れてください。", "Write it like 09:00."),
    "url.unparsable": ("URL ではありません", "Not a web address", "https:// から始まる形で入れてください。", "Write it in full, from https://."),
    "value.doubtful": ("確かめたい値です", "Doubtful value", "正しいか確かめてください。", "Check that it is right."),
    "value.length": ("長すぎます", "Too long", "短くしてください。", "Shorten it."),
    "value.maximum": ("大きすぎます", "Too big", "値と単位を確かめてください。", "Check value and unit."),
    "value.minimum": ("小さすぎます", "Too small", "値と単位を確かめてください。", "Check value and unit."),
    "value.pattern": ("決められた形ではありません", "Wrong form", "形を直してください。", "Mend the form."),
    "value.rewritten": ("書き方をそろえました", "Written in one way", "そのままで構いません。", "Nothing to do."),
    "weekdays.unparsable": ("曜日が読めません", "Days cannot be read", "月火水木金 のように入れてください。", "Write them like 月火水木金."),
}  # fmt: skip
_UNNAMED = (
    "確かめてください",
    "Please check",
    "各行の説明のとおりに直してください。",
    "Do as each message says.",
)


def meaning(rule: str) -> Meaning:
    """Return what a rule means; of one that has no entry, what serves for any."""
    title_ja, title_en, remedy_ja, remedy_en = _MEANINGS.get(rule, _UNNAMED)
    return Meaning(Message(ja=title_ja, en=title_en), Message(ja=remedy_ja, en=remedy_en))


def rules() -> frozenset[str]:
    """Return the names of all rules that have an entry here."""
    return frozenset(_MEANINGS)
