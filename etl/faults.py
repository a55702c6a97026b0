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
    "too_many_columns": (
        "{file} は列が多すぎます（上限 {limit} 列）。区切り文字と、データの並びを確かめてください。",
        "{file} has too many columns (limit {limit}). Check its delimiter and how the data is laid out.",
    ),
    "unknown_format": (
        "{file} の形式が分かりません。CSV、Excel（xlsx・xls）、Shapefile（zip）、GeoJSON、GeoPackage、KML、GML、"
        "FlatGeobuf、GeoParquet のどれかで保存し直してください。",
        "The format of {file} is not known. Save it as CSV, Excel (xlsx, xls), Shapefile (zip), GeoJSON, GeoPackage, "
        "KML, GML, FlatGeobuf or GeoParquet.",
    ),
    "folder_link": (
        "{file} はリンクなどで、ふつうのファイルではないため、取り込みません。ファイルそのものを置いてください。",
        "{file} is a link or the like, not a plain file, and is not loaded. Put the file itself there.",
    ),
    "folder_sources": (
        "{file} の名前は複数の取得元（{sources}）に当てはまります。取得元の file を、一つだけが当てはまるように直してください。",
        "The name {file} fits several sources ({sources}). Mend their “file” so that one fits.",
    ),
    "folder_layer": (
        "{file} をどのレイヤに取り込むか、列名からは決められません（所管のレイヤ：{layers}）。"
        "machizu source remember で取得元を登録してから、もう一度置いてください。",
        "The columns of {file} do not tell which layer it is for (the department's layers: {layers}). "
        "Register a source with machizu source remember, then put it there again.",
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
        "{file} は読めるラスタではありません。GeoTIFF、Esri ASCII グリッド（.asc）、基盤地図情報の標高（XML）、"
        "位置の付いた PNG 画像のどれかを指定してください。",
        "{file} is no raster that can be read. Deliver a GeoTIFF, an Esri ASCII grid (.asc), GSI elevations (XML) or "
        "PNG pictures with their place.",
    ),
    "pictures_png": (
        "{file} は PNG ではありません。JPEG などは色が変わって階級を読み取れないため、PNG で書き出し直してください。",
        "{file} is no PNG. JPEG and the like change colours, so that classes cannot be told. Export it as PNG.",
    ),
    "pictures_place": (
        "{file} に書かれた画像の位置を読めません（{reason}）。北が上で傾きのない画像の位置を書いてください。",
        "{file} does not say well where a picture lies ({reason}). Give the place of a picture with north up, not turned.",
    ),
    "pictures_nowhere": (
        "{file} の PNG 画像に位置がありません。SVGMap の container.svg、z/x/y.png の形のフォルダ、"
        "またはワールドファイル（.pgw）を付けてください。",
        "The PNG pictures of {file} have no place. Add SVGMap's container.svg, folders as z/x/y.png, or world files (.pgw).",
    ),
    "pictures_mixed": (
        "{file} の画像の座標系がそろっていません。座標系ごとに分けるか、--crs で一つに指定してください。",
        "The pictures of {file} are in several coordinate systems. Part them, or name the one with --crs.",
    ),
    "pictures_many": (
        "{file} の画像が多すぎます（上限 {limit} 枚）。市の範囲で切り出してください。",
        "{file} holds too many pictures (limit {limit}). Cut it to the city's extent.",
    ),
    "pictures_level": (
        "{level} というレベルの画像はありません。あるレベル：{levels}",
        "There is no level {level} among the pictures. There are: {levels}",
    ),
    "pictures_blank": (
        "{file} の画像はすべて透明です。色の塗られた画像を指定してください。",
        "All pictures of {file} are transparent. Deliver pictures that show something.",
    ),
    "pictures_colours": (
        "{file} に凡例にない色が多くあります（{colours}）。レイヤの凡例の色は {legend} です。正しいレイヤを選ぶか、"
        "色と値の表（CSV：#RRGGBB,値）を --colours で指定してください。",
        "{file} has many colours that are not in the legend ({colours}). The layer's legend has {legend}. Choose the right "
        "layer, or give a table of colours and values (CSV: #RRGGBB,value) with --colours.",
    ),
    "colours_line": (
        "{file} の {row} 行目「{text}」を読めません。「#F7F5A9,0.3」のように色と値を、何も示さない色は「#FFFFFF,none」と書いてください。",
        "{file}, line {row} cannot be read: “{text}”. Write a colour and its value (#F7F5A9,0.3), or #FFFFFF,none for a "
        "colour that shows nothing.",
    ),
    "colours_table": (
        "{file} の色の表は使えません。互いに違う色を 1〜{limit} 個書いてください。",
        "The colours of {file} cannot be used. Give from 1 to {limit} colours, each once.",
    ),
    "raster_no_crs": (
        "{file} に座標系がありません。--crs で指定するか（例 EPSG:6677）、QGIS などで座標系を付けて保存し直してください。",
        "{file} has no coordinate system. Name it with --crs (for example EPSG:6677), or assign it in QGIS and save again.",
    ),
    "raster_bands": (
        "{file} は {bands} バンドあります。値の入った 1 バンドの GeoTIFF か、凡例の色の RGB 画像にしてください。",
        "{file} has {bands} bands. Deliver one band of values, or an RGB picture in the legend's colours.",
    ),
    "raster_type": (
        "{file} の値の型 {type} は使えません。整数か小数の値の GeoTIFF にしてください。",
        "{file} holds values of type {type}. Deliver a GeoTIFF of integer or decimal values.",
    ),
    "raster_blocks": (
        "{file} は {width}×{height} 画素が一まとめに圧縮されていて、少しずつ読めません。"
        "タイルに分けて保存し直してください（例 gdal_translate -co TILED=YES -co COMPRESS=DEFLATE 元.tif 先.tif）。",
        "{file} packs {width} × {height} pixels as one block, which cannot be read part by part. Save it in tiles "
        "(for example: gdal_translate -co TILED=YES -co COMPRESS=DEFLATE from.tif to.tif).",
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
    "url_redirects": (
        "{url} の転送が多すぎます（上限 {limit} 回）。最後のアドレスを直接指定してください。",
        "{url} redirects too often (limit {limit}). Name the last address itself.",
    ),
    "url_status": (
        "{url} を取得できません（HTTP {status}）。アドレスが変わっていないか、提供元のページで確かめてください。",
        "{url} cannot be fetched (HTTP {status}). Check on the publisher's page whether its address has changed.",
    ),
    "url_too_big": (
        "{url} の中身が大きすぎます（上限 {limit} MiB）。必要な部分だけのアドレスを指定してください。",
        "What {url} sends is too big (limit {limit} MiB). Name the address of the needed part alone.",
    ),
    "raster_none": (
        "{file} の中に GeoTIFF も標高（DEM）のデータも PNG 画像もありません。ラスタのファイルを入れてください。",
        "{file} holds neither a GeoTIFF nor elevations (DEM) nor PNG pictures. Put the raster's files in it.",
    ),
    "raster_too_big": (
        "{file} は {width}×{height} 画素あり、大きすぎます。市の範囲で切り出してください。",
        "{file} has {width} × {height} pixels, too many. Cut it to the city's extent.",
    ),
    "dem_mixed": (
        "{file} は {other} と格子の大きさか座標系が違います。同じ種類（5m メッシュだけ、など）を一つの zip にまとめてください。",
        "{file} differs from {other} in cell size or coordinate system. Put meshes of one kind in one zip.",
    ),
    "dem_broken": (
        "{file} は標高（DEM）のデータとして読めません（{reason}）。基盤地図情報からもう一度ダウンロードしてください。",
        "{file} cannot be read as elevations (DEM) ({reason}). Download it again.",
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
    "layers_several": (
        "{file} には同じくらい当てはまるレイヤ（フォルダ）が複数あります（{layers}）。--sheet で名前を指定してください。",
        "{file} holds several layers (folders) that suit equally well ({layers}). Name one with --sheet.",
    ),
    "zip_nested": (
        "{file} の中の「{member}」も圧縮ファイルです。展開して、データのファイルだけを zip にまとめ直してください。",
        "In {file}, “{member}” is an archive, too. Unpack it, and put only the data files in one zip.",
    ),
    "xml_broken": (
        "{file} は XML として読めません（{reason}）。元のソフトで書き出し直してください。",
        "{file} cannot be read as XML ({reason}). Export it again from the program that made it.",
    ),
    "xml_doctype": (
        "{file} には DOCTYPE（文書型の宣言）があります。安全のため読みません。DOCTYPE のない XML で書き出し直してください。",
        "{file} declares a document type (DOCTYPE). It is not read, for safety. Export it without one.",
    ),
    "json_broken": (
        "{file} は JSON として読めません（{reason}）。元のシステムから書き出し直してください。",
        "{file} cannot be read as JSON ({reason}). Export it again from the system that made it.",
    ),
    "records_needed": (
        "{file} のどこにデータの並びがあるか分かりません。--records で指定してください。候補：{paths}（例：--records '{example}'）",
        "It is not clear where in {file} the records are. Name the path with --records. There are: {paths} "
        "(for example --records '{example}').",
    ),
    "records_none": (
        "{file} には、行として読めるデータの並びがありません。正しいファイルか確かめてください。",
        "{file} holds no list of records that could be read as rows. Check that it is the right file.",
    ),
    "records_path": (
        "{file} を「{path}」でたどると「{step}」で行き止まりです。そこにあるのは：{keys}。--records を直してください。",
        "In {file} the path “{path}” ends at “{step}”. There are: {keys}. Correct --records.",
    ),
    "records_syntax": (
        "--records の「{path}」は読めません。「hits.hits[]._source」のように、名前を . でつなぎ、繰り返しに [] を付けてください。",
        "--records “{path}” is no path. Join names with “.” and put [] after what repeats: hits.hits[]._source.",
    ),
    "records_useless": (
        "{file} は JSON でも XML でもないので、--records は使えません。指定を外してください。",
        "{file} is neither JSON nor XML and takes no --records. Leave it out.",
    ),
    "dem": (
        "{file} は標高（DEM）のデータです。「machizu raster add」でラスタのレイヤに登録してください。",
        "{file} holds elevations (DEM). Add it to a raster layer with “machizu raster add”.",
    ),
    "sheet_unknown": (
        "{file} にシート（レイヤ）「{sheet}」はありません。ある名前：{sheets}",
        "{file} has no sheet (layer) “{sheet}”. It has: {sheets}",
    ),
    "sheet_ambiguous": (
        "{file} にはデータのあるシートが複数あり（{sheets}）、どれか決められません。--sheet でシートの名前を指定してください。",
        "{file} has several sheets with data ({sheets}), and none stands out. Name the one to read with --sheet.",
    ),
    "sheet_useless": (
        "{file}（{format}）にはシートがありません。シートの指定を外してください。",
        "{file} ({format}) has no sheets. Leave the sheet out.",
    ),
    "encoding_useless": (
        "{file}（{format}）は文字コードの指定を使いません。指定を外してください。",
        "{file} ({format}) takes no encoding. Leave the encoding out.",
    ),
    "target": (
        "{target} には書けません。{file} とは別の名前を、すでにあるフォルダの中に指定してください。",
        "{target} cannot be written. Name a file other than {file} in a folder that exists.",
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
        "見出しの行に「{expected}」などの列名を入れてください。見出しのないファイルは、--headers で列名を順に指定してください。",
        "No header of the layer “{layer}” was found in the first {scanned} rows of {file} (a row found: {found}). "
        "Give the header row column names such as “{expected}”; for a file without a header, name its columns with --headers.",
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
    "correction_column": (
        "列の指定「{column}」はファイルにありません。ファイルの列：{columns}。列名を確かめて、指定を直してください。",
        "The mapping names the column “{column}”, which the file does not have. Its columns: {columns}. Correct the mapping.",
    ),
    "correction_field": (
        "列「{column}」に指定した項目「{field}」はレイヤ「{layer}」にありません。使える項目：{fields}",
        "The mapping feeds the column “{column}” to “{field}”, which the layer “{layer}” does not have. It has: {fields}",
    ),
    "correction_twice": (
        "項目「{field}」に複数の列（{columns}）が指定されています。列を一つだけ指定してください。",
        "The mapping feeds several columns ({columns}) to the field “{field}”. Name one column.",
    ),
    "correction_position": (
        "位置の指定（列 {columns}）がそろっていません。geom.lat と geom.lon の両方か、一つの列に両方あるときは geom だけを指定してください。",
        "The mapping of the position (columns {columns}) is not whole. Name both geom.lat and geom.lon, "
        "or geom alone where one column holds both.",
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
    "gazetteer_unknown": (
        "{file} は住所辞書のファイルではないようです。位置参照情報、アドレス・ベース・レジストリ、Geolonia 住所データの"
        "ファイルを、列名を変えずに指定してください。",
        "{file} does not look like a gazetteer. Give a file of 位置参照情報, アドレス・ベース・レジストリ or Geolonia "
        "住所データ with its columns as published.",
    ),
    "gazetteer_columns": (
        "{file} に列「{columns}」がありません。配布されたままのファイルを指定してください。",
        "{file} lacks the column “{columns}”. Give the file as it is published.",
    ),
    "gazetteer_position": (
        "{file} の位置「{value}」（緯度, 経度）が読めません。ファイルを入手し直してください。",
        "{file} has a position that cannot be read: “{value}” (latitude, longitude). Download the file again.",
    ),
    "gazetteer_system": (
        "{file} の座標系「{value}」には対応していません。JGD2011（EPSG:6668）の版を入手してください。",
        "{file} is in the coordinate system “{value}”. Get the edition in JGD2011 (EPSG:6668).",
    ),
    "gazetteer_no_positions": (
        "{file} には位置がありません。位置参照拡張（名前に _pos_ の付くファイル）も一緒に指定してください。",
        "{file} has no positions. Give the file of positions (with _pos_ in its name) as well.",
    ),
    "gazetteer_no_master": (
        "{file} には名前がありません。同じ種類のマスターファイル（名前に _pos_ のないもの）も一緒に指定してください。",
        "{file} has positions only. Give the master file (without _pos_ in its name) as well.",
    ),
    "gazetteer_nothing": (
        "{file} に、対象の市区町村の住所がありません。--municipality で市区町村名かコードを指定するか、--all で全部を登録してください。",
        "{file} has no address of the municipality. Name it with --municipality (name or code), or load all with --all.",
    ),
    "broken_off": (
        "ファイルを読む処理が途中で終わりました（メモリ不足など）。ほかの処理が終わってから、もう一度取り込んでください。レイヤは変わっていません。",
        "The process that reads the file has ended before its time (for want of memory, perhaps). Load again when other work is done. The layer is unchanged.",
    ),
    "cluster": (
        "Dask のクラスタ {scheduler} を使えません（{reason}）。スケジューラとワーカーが動いていて、同じ版のまち図が入っているか確かめるか、--scheduler を外して 1 台で取り込んでください。",
        "The Dask cluster {scheduler} cannot be used ({reason}). Check that its scheduler and workers run with the same Machizu, or load on one machine without --scheduler.",
    ),
}  # fmt: skip


def fault(code: str, **parts: object) -> BadInput:
    """Return the error that refuses a file; `parts` fill the sentence (`file`, `row`, `layer`, …)."""
    ja, en = FAULTS[code]
    return BadInput(Message(ja=ja.format(**parts), en=en.format(**parts)))
