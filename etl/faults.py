"""What stops a whole file: one clear sentence with its remedy, in Japanese and English."""

from __future__ import annotations

from gis_core.errors import BadInput, Message

FAULTS: dict[str, tuple[str, str]] = {
    "missing": (
        "{file} がありません。ファイルの場所と名前を確かめてください。",
        "{file} does not exist. Check its place and name.",
    ),
    "not_a_file": (
        "{file} はファイルではありません。フォルダではなく、データのファイルを指定してください。",
        "{file} is not a file. Name the data file, not a folder.",
    ),
    "unreadable": (
        "{file} を開けません（{reason}）。壊れていないか、ほかのソフトで開いて保存し直してから、もう一度お試しください。",
        "{file} cannot be opened ({reason}). Check it in another program, save it again and retry.",
    ),
    "empty": (
        "{file} は空です。データの入ったファイルを指定してください。",
        "{file} is empty. Deliver a file that holds data.",
    ),
    "no_rows": (
        "{file} には見出しの下にデータの行がありません。データの入ったファイルか、正しいシートを指定してください。",
        "{file} has no data rows below its header. Deliver a file with data, or name the right sheet.",
    ),
    "too_big": (
        "{file} は大きすぎます（{size} MiB、上限 {limit} MiB）。ファイルを分けてください。",
        "{file} is too big ({size} MiB, limit {limit} MiB). Split the file.",
    ),
    "too_many_rows": (
        "{file} は行が多すぎます（上限 {limit} 行）。ファイルを分けてください。",
        "{file} has too many rows (limit {limit}). Split the file.",
    ),
    "unknown_format": (
        "{file} の形式が分かりません。CSV、Excel（xlsx・xls）、Shapefile（zip）、GeoJSON、GeoPackage、KML、GML、"
        "FlatGeobuf のどれかで保存し直してください。",
        "The format of {file} is not known. Save it as CSV, Excel (xlsx, xls), Shapefile (zip), GeoJSON, GeoPackage, "
        "KML, GML or FlatGeobuf.",
    ),
    "html": (
        "{file} は中身が HTML（ウェブページ）です。Excel で開き、xlsx または CSV として保存し直してください。",
        "{file} is HTML (a web page) inside. Open it in Excel and save it as xlsx or CSV.",
    ),
    "raster": (
        "{file} は画像・ラスタ（GeoTIFF など）で、レイヤ「{layer}」は地物のレイヤです。"
        "ラスタは「machizu raster add」でラスタのレイヤに登録してください。",
        "{file} is a raster (such as GeoTIFF), but the layer “{layer}” holds features. "
        "Add it to a raster layer with “machizu raster add”.",
    ),
    "not_a_raster": (
        "{file} は GeoTIFF ではありません。座標系の付いた GeoTIFF を指定してください。",
        "{file} is not a GeoTIFF. Deliver a GeoTIFF that has a coordinate system.",
    ),
    "raster_no_crs": (
        "{file} に座標系がありません。QGIS などで座標系（例：EPSG:6677）を付けて保存し直してください。",
        "{file} has no coordinate system. Assign one (for example EPSG:6677) in QGIS and save it again.",
    ),
    "raster_bands": (
        "{file} は {bands} バンドあります。値の入った 1 バンドの GeoTIFF にしてください（色の付いた画像は使えません）。",
        "{file} has {bands} bands. Deliver one band of values (coloured pictures cannot be used).",
    ),
    "raster_type": (
        "{file} の値の型 {type} は使えません。整数か小数の値の GeoTIFF にしてください。",
        "{file} holds values of type {type}. Deliver a GeoTIFF of integer or decimal values.",
    ),
    "raster_broken": (
        "{file} は最後まで読めません（{reason}）。元のデータから作り直してください。",
        "{file} cannot be read to its end ({reason}). Make it anew from the source.",
    ),
    "raster_empty": (
        "{file} には値のある画素がありません。データなし（nodata）の設定を確かめてください。",
        "{file} has no pixel with a value. Check its nodata value.",
    ),
    "raster_elsewhere": (
        "{file} の範囲は {city} と重なりません。座標系（{crs}）と範囲を確かめてください。",
        "{file} does not overlap {city}. Check its coordinate system ({crs}) and extent.",
    ),
    "zip_broken": (
        "{file} は壊れた zip か、zip ではありません。もう一度 zip にまとめてください。",
        "{file} is a broken zip, or none at all. Pack the files again.",
    ),
    "zip_encrypted": (
        "{file} はパスワード付きの zip です。パスワードを付けずに zip にまとめてください。",
        "{file} is a zip with a password. Pack the files without a password.",
    ),
    "zip_path": (
        "{file} の中の「{member}」は zip の外を指しています。安全のため読みません。まとめ直してください。",
        "In {file}, “{member}” points outside the zip. It is not read, for safety. Pack the files again.",
    ),
    "zip_bomb": (
        "{file} は展開すると大きすぎます（{size} MiB、上限 {limit} MiB）。必要なファイルだけを zip にまとめてください。",
        "{file} is too big when unpacked ({size} MiB, limit {limit} MiB). Pack only the files that are needed.",
    ),
    "zip_nothing": (
        "{file} の中に読めるデータがありません。Shapefile 一式か CSV などを入れてください。",
        "{file} holds no data that can be read. Put a whole Shapefile, or a CSV, in it.",
    ),
    "zip_several": (
        "{file} の中にデータが複数あります（{members}）。一つだけ入れるか、--sheet で名前を指定してください。",
        "{file} holds several data sets ({members}). Put one in it, or name it with --sheet.",
    ),
    "sheet_unknown": (
        "{file} にシート（レイヤ）「{sheet}」はありません。ある名前：{sheets}",
        "{file} has no sheet (layer) “{sheet}”. It has: {sheets}",
    ),
    "sheet_useless": (
        "{file}（{format}）にはシートがありません。シートの指定を外してください。",
        "{file} ({format}) has no sheets. Leave the sheet out.",
    ),
    "encoding_useless": (
        "{file}（{format}）は文字コードの指定を使いません。指定を外してください。",
        "{file} ({format}) takes no encoding. Leave the encoding out.",
    ),
    "text": (
        "{file}：{reason_ja}",
        "{file}: {reason_en}",
    ),
    "quotes": (
        "{file} の {row} 行目あたりで引用符（\"）が閉じていません。その行の引用符を直すか、Excel で保存し直してください。",
        "{file} has a quotation mark (\") that is not closed near row {row}. Mend it, or save the file from Excel again.",
    ),
    "no_header": (
        "{file} の先頭 {scanned} 行に、レイヤ「{layer}」の項目の見出しが見つかりません（見つけた行の例：{found}）。"
        "見出しの行に「{expected}」などの列名を入れてください。",
        "No header of the layer “{layer}” was found in the first {scanned} rows of {file} (a row found: {found}). "
        "Give the header row column names such as “{expected}”.",
    ),
    "no_columns": (
        "{file} の列（{found}）に、レイヤ「{layer}」の項目が一つもありません。列名を「{expected}」などにするか、"
        "正しいレイヤを選んでください。",
        "None of the columns of {file} ({found}) is a field of the layer “{layer}”. Name them “{expected}” and so on, "
        "or choose the right layer.",
    ),
    "no_positions": (
        "{file} に位置がありません。「緯度」「経度」の列を加えるか、図形の入ったファイルを指定してください。",
        "{file} has no positions. Add the columns 緯度 (latitude) and 経度 (longitude), or deliver a file with geometry.",
    ),
    "unusable_positions": (
        "{file} には使える座標が一つもありません（最初の問題：{row} 行目、列「{column}」、値「{value}」）。"
        "緯度・経度を十進度（例 36.871213、140.015512）で入れるか、座標系を --crs で指定してください。",
        "{file} has no usable coordinate at all (first: row {row}, column “{column}”, value “{value}”). "
        "Write latitude and longitude in decimal degrees (36.871213, 140.015512), or name the system with --crs.",
    ),
    "wrong_geometry": (
        "{file} の図形は {found} で、レイヤ「{layer}」は {expected} です。正しいレイヤを選ぶか、図形の種類を直してください。",
        "{file} holds {found}, but the layer “{layer}” takes {expected}. Choose the right layer, or convert the geometry.",
    ),
    "points_only": (
        "{file} には緯度・経度の列しかなく、レイヤ「{layer}」は {expected} です。図形の入ったファイル"
        "（Shapefile、GeoJSON など）を指定してください。",
        "{file} has only latitude and longitude, but the layer “{layer}” takes {expected}. "
        "Deliver a file with geometry (Shapefile, GeoJSON, …).",
    ),
    "crs_needed": (
        "{file} に座標系が書かれておらず、値（{value}）からも分かりません。--crs で指定してください（例 EPSG:6677）。",
        "{file} does not say its coordinate system, and its values ({value}) do not tell. Name it with --crs "
        "(for example EPSG:6677).",
    ),
    "crs_degrees": (
        "指定の座標系 {crs} はメートルの座標系ですが、{file} の値（{value}）は度です。--crs を外すか EPSG:6668 にしてください。",
        "The system {crs} is in metres, but the values of {file} ({value}) are degrees. Leave --crs out, or use EPSG:6668.",
    ),
    "crs_metres": (
        "座標系 {crs} は度の座標系ですが、{file} の値（{value}）は度ではありません。"
        "--crs で平面直角座標系（例 EPSG:6677）などを指定してください。",
        "The system {crs} is in degrees, but the values of {file} ({value}) are not. "
        "Name a plane system with --crs (for example EPSG:6677).",
    ),
    "crs_elsewhere": (
        "座標系 {crs} として読むと、{file} の位置はすべて {city} の外になります。--crs を確かめてください。",
        "Read as {crs}, all positions of {file} lie outside {city}. Check --crs.",
    ),
}  # fmt: skip


def fault(code: str, **parts: object) -> BadInput:
    """Return the error that refuses a file; `parts` fill the sentence (`file`, `row`, `layer`, …)."""
    ja, en = FAULTS[code]
    return BadInput(Message(ja=ja.format(**parts), en=en.format(**parts)))
